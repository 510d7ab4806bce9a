/* SPDX-License-Identifier: BSD-2-Clause */
/* The views of each command and their columns. */
#include "admin/views.h"

/* clang-format off */
static const struct command_column endpoint_columns[] = {
	[EP_NAME] =         { "name", "Name", COL_TEXT, COL_CUT, NULL,
			      "name of the endpoint" },
	[EP_IDENTITY] =     { "identity", "Identity", COL_TEXT, COL_DETAIL, NULL,
			      "its key, from its certificate" },
	[EP_PLATFORM] =     { "platform", "Platform", COL_TEXT, COL_CUT | COL_SPARE, NULL,
			      "its operating system" },
	[EP_SOFTWARE] =     { "software_count", "Software", COL_COUNT, 0, NULL,
			      "installed software identifiers; null: never reported" },
	[EP_RESULT] =       { "result", "Result", COL_TEXT, 0, NULL,
			      "result of its last assessment" },
	[EP_ACCESS] =       { "access", "Access", COL_TEXT, COL_DETAIL, NULL,
			      "access recommended by that assessment" },
	[EP_FIRST_SEEN] =   { "first_seen", "First seen", COL_TIME, COL_DETAIL, NULL,
			      "time of its first contact" },
	[EP_LAST_CONTACT] = { "last_contact", "Last contact", COL_TIME, COL_SPARE, NULL,
			      "time of its last contact" },
	[EP_COMPLETE] =     { "complete_through", "Complete through", COL_TIME, 0, NULL,
			      "its software is known without a gap up to this time; null: never" },
	[EP_STALE] =        { "stale", "Stale", COL_BOOL, 0, NULL,
			      "complete_through is too old or null, or there is a gap" },
	[EP_GAP] =          { "gap", "Gap", COL_BOOL, COL_DETAIL, NULL,
			      "events of its ledger are missing; null with --as-of, --known-at" },
	[EP_EPOCH] =        { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			      "epoch of its ledger; null likewise" },
	[EP_EID] =          { "eid", "Eid", COL_COUNT, COL_DETAIL, NULL,
			      "last event of its ledger before any gap; null likewise" },
	{ 0 },
};

static const struct command_column inventory_columns[] = {
	[INV_NAME] =           { "name", "Software", COL_TEXT, COL_CUT, "identifier",
				"name; null: not described yet" },
	[INV_VERSION] =        { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },
	[INV_ARCH] =           { "arch", "Arch", COL_TEXT, 0, NULL, "architecture" },
	[INV_TYPE] =           { "type", "Type", COL_TEXT, 0, NULL,
				"kind of package: deb, rpm, pypi, ..." },
	[INV_IDENTIFIER] =     { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"software identifier (RFC 8412)" },
	[INV_SOURCE] =         { "source", "Source", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"source package" },
	[INV_SOURCE_VERSION] = { "source_version", "Source version", COL_TEXT, COL_DETAIL, NULL,
				"version of the source package" },
	[INV_PURL] =           { "purl", "Purl", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"package URL" },
	[INV_SUPPLIER] =       { "supplier", "Supplier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"supplier" },
	[INV_INSTANCES] =      { "instances", "Instances", COL_COUNT, COL_DETAIL, NULL,
				"number of installations; null with --as-of, --known-at" },
	[INV_COMPLETE] =       { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
				"the endpoint's software is known without a gap up to this time" },
	[INV_STALE] =          { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,
				"complete_through is too old" },
	{ 0 },
};

static const struct command_column fact_columns[] = {
	{ "name", "Fact", COL_TEXT, 0, NULL, "name of the fact" },
	{ "value", "Value", COL_TEXT, COL_CUT, NULL, "its value" },
	{ 0 },
};

static const struct command_column result_columns[] = {
	{ "rule", "Rule", COL_TEXT, 0, NULL, "the validator and its rule" },
	{ "result", "Result", COL_TEXT, 0, NULL,
	  "compliant, non-compliant minor or major, error, unknown" },
	{ "reason", "Reason", COL_TEXT, COL_CUT, NULL, "reason, as text" },
	{ 0 },
};

static const struct command_column events_columns[] = {
	[EV_EPOCH] =      { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			    "epoch of the endpoint's ledger (RFC 8412, 3.7)" },
	[EV_EID] =        { "eid", "Eid", COL_COUNT, 0, NULL,
			    "event identifier; without a record: the last event before the "
			    "inventory that showed the change" },
	[EV_HAPPENED] =   { "happened_at", "Happened", COL_TIME, 0, NULL,
			    "time of the event by the endpoint's clock; null: not reported" },
	[EV_KNOWN] =      { "time", "Known", COL_TIME, COL_SPARE, NULL, "when the manager recorded it" },
	[EV_ACTION] =     { "action", "Action", COL_TEXT, 0, NULL, "created, deleted, altered" },
	[EV_NAME] =       { "name", "Name", COL_TEXT, COL_CUT, "identifier", "name of the software" },
	[EV_VERSION] =    { "version", "Version", COL_TEXT, COL_CUT, NULL, "version of the software" },
	[EV_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "software identifier (RFC 8412)" },
	[EV_LOCATOR] =    { "locator", "Locator", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "location on the endpoint" },
	[EV_RECORD] =     { "record", "Record", COL_COUNT, COL_DETAIL, NULL,
			    "record identifier on the endpoint; null: shown by an inventory" },
	[EV_SEQ] =        { "seq", "Seq", COL_COUNT, COL_DETAIL, NULL, "number in the journal" },
	{ 0 },
};

/* clang-format off */
#define SOFTWARE_COLUMNS(endpoints_type, endpoints_help)                                        \
	[SW_NAME] =       { "name", "Software", COL_TEXT, COL_CUT, "identifier",                \
			    "name; null: not described yet" },                                  \
	[SW_VERSION] =    { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },         \
	[SW_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,   \
			    "software identifier (RFC 8412)" },                                 \
	[SW_COMPLETE] =   { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL, \
			    "earliest of all endpoints; null: one never reported" },             \
	[SW_STALE] =      { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,                       \
			    "an endpoint is stale" },                                           \
	[SW_ENDPOINTS] =  { "endpoints", "Endpoints", endpoints_type, 0, NULL, endpoints_help }

static const struct command_column software_columns[] = {
	SOFTWARE_COLUMNS(COL_COUNT, "how many endpoints have it"),
	{ 0 },
};

static const struct command_column holders_columns[] = {
	SOFTWARE_COLUMNS(COL_LIST, "names of the endpoints that have it"),
	{ 0 },
};

static const struct command_column lacking_columns[] = {
	[LA_NAME] =     { "name", "Name", COL_TEXT, COL_CUT, NULL, "name of the endpoint" },
	[LA_IDENTITY] = { "identity", "Identity", COL_TEXT, COL_DETAIL, NULL, "its key" },
	[LA_PLATFORM] = { "platform", "Platform", COL_TEXT, COL_CUT | COL_SPARE, NULL,
			  "its operating system" },
	[LA_SOFTWARE] = { "software_count", "Software", COL_COUNT, 0, NULL,
			  "installed software identifiers; null: never reported, or --as-of" },
	[LA_COMPLETE] = { "complete_through", "Complete through", COL_TIME, 0, NULL,
			  "it did not have the software at this time; null: nothing is known" },
	[LA_STALE] =    { "stale", "Stale", COL_BOOL, 0, NULL,
			  "complete_through is too old: it may have the software by now" },
	{ 0 },
};

static const struct command_column exposure_columns[] = {
	[EX_ENDPOINT] =    { "endpoint", "Endpoint", COL_TEXT, COL_CUT, NULL, "name of the endpoint" },
	[EX_IDENTITY] =    { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "its key" },
	[EX_NAME] =        { "name", "Software", COL_TEXT, COL_CUT, "identifier",
			     "name; null: not described yet" },
	[EX_VERSION] =     { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },
	[EX_IDENTIFIER] =  { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			     "software identifier (RFC 8412)" },
	[EX_SINCE] =       { "since", "Since", COL_TIME, COL_AFTER, NULL,
			     "begin of the period" },
	[EX_UNTIL] =       { "until", "Until", COL_TIME, COL_AFTER, NULL,
			     "end of the period; null: still installed" },
	[EX_EARLIER] =     { "earlier", "Earlier", COL_BOOL, COL_SPARE, NULL,
			     "the endpoint's first inventory already had it" },
	[EX_SINCE_KNOWN] = { "since_known", "Since known", COL_TIME, COL_DETAIL, NULL,
			     "when the manager recorded the begin" },
	[EX_UNTIL_KNOWN] = { "until_known", "Until known", COL_TIME, COL_DETAIL, NULL,
			     "when the manager recorded the end" },
	[EX_SINCE_AFTER] = { "since_after", "Since after", COL_TIME, COL_DETAIL, NULL,
			     "it began after this time and not later than since; null: exact" },
	[EX_UNTIL_AFTER] = { "until_after", "Until after", COL_TIME, COL_DETAIL, NULL,
			     "it ended after this time and not later than until; null: exact" },
	[EX_COMPLETE] =    { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
			     "the endpoint's software is known without a gap up to this time" },
	[EX_STALE] =       { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL, "complete_through is too old" },
	{ 0 },
};

static const struct command_column diff_columns[] = {
	[DI_CHANGE] =         { "change", "Change", COL_TEXT, 0, NULL, "added, removed, changed" },
	[DI_NAME] =           { "name", "Software", COL_TEXT, COL_CUT, "identifier", "name" },
	[DI_WAS] =            { "was", "Was", COL_TEXT, COL_CUT, NULL,
				"version on the first side; null: not installed" },
	[DI_VERSION] =        { "version", "Version", COL_TEXT, COL_CUT, NULL,
				"version on the second side; null: not installed" },
	[DI_ARCH] =           { "arch", "Arch", COL_TEXT, COL_SPARE, NULL, "architecture" },
	[DI_TYPE] =           { "type", "Type", COL_TEXT, COL_DETAIL, NULL,
				"kind of package: deb, rpm, pypi, ..." },
	[DI_IDENTIFIER] =     { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"software identifier; of removed software, the one on the first side" },
	[DI_WAS_IDENTIFIER] = { "was_identifier", "Was identifier", COL_TEXT,
				COL_DETAIL | COL_CUT, NULL,
				"of changed software: the identifier on the first side" },
	[DI_COMPLETE] =       { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
				"the earlier of both sides" },
	[DI_STALE] =          { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,
				"a side is stale" },
	{ 0 },
};

static const struct command_column changes_columns[] = {
	[CH_SEQ] =        { "seq", "Seq", COL_COUNT, COL_DETAIL, NULL, "number in the journal" },
	[CH_TIME] =       { "time", "Time", COL_TIME, 0, NULL, "when the manager recorded it" },
	[CH_HAPPENED] =   { "happened_at", "Happened", COL_TIME, COL_DETAIL, NULL,
			    "time of the change by the endpoint's clock; null: not reported" },
	[CH_ENDPOINT] =   { "endpoint", "Endpoint", COL_TEXT, COL_CUT, NULL, "name of the endpoint" },
	[CH_IDENTITY] =   { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "its key" },
	[CH_CHANGE] =     { "change", "Change", COL_TEXT, 0, NULL, "kind of change" },
	[CH_NAME] =       { "name", "Name", COL_TEXT, COL_CUT, "identifier",
			    "name of the software, fact or rule" },
	[CH_VERSION] =    { "version", "Version", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "version of the software" },
	[CH_VALUE] =      { "value", "Value", COL_TEXT, COL_CUT, "version",
			    "value of the fact, or result, after the change" },
	[CH_WAS] =        { "was", "Was", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "value before the change" },
	[CH_REASON] =     { "reason", "Reason", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "reason, as text" },
	[CH_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "software identifier (RFC 8412)" },
	[CH_LOCATOR] =    { "locator", "Locator", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "location on the endpoint" },
	[CH_EPOCH] =      { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			    "epoch of the endpoint's ledger (RFC 8412, 3.7)" },
	[CH_EID] =        { "eid", "Eid", COL_COUNT, COL_DETAIL, NULL,
			    "event identifier in the ledger" },
	{ 0 },
};

static const struct command_column groups_columns[] = {
	[GR_NAME] =      { "name", "Group", COL_TEXT, 0, NULL, "name of the group" },
	[GR_COUNT] =     { "endpoints", "Endpoints", COL_COUNT, 0, NULL, "number of endpoints in it now" },
	[GR_PLATFORM] =  { "platform", "Platform", COL_TEXT, COL_CUT, NULL,
			   "pattern for their platforms; null: any" },
	[GR_ENDPOINTS] = { "patterns", "Patterns", COL_LIST, COL_CUT, NULL,
			   "patterns for their names or identities; none: any" },
	{ 0 },
};

static const struct command_column assess_columns[] = {
	[AS_NAME] =     { "name", "Name", COL_TEXT, COL_CUT, NULL, "name of the endpoint" },
	[AS_IDENTITY] = { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "its key" },
	[AS_STATE] =    { "state", "State", COL_TEXT, 0, NULL,
			  "assessed, asked, queued, waiting (not connected), gone (left), refused" },
	[AS_RESULT] =   { "result", "Result", COL_TEXT, 0, NULL, "result of the new assessment" },
	[AS_ACCESS] =   { "access", "Access", COL_TEXT, COL_DETAIL, NULL,
			  "access recommended by it" },
	[AS_REASON] =   { "reason", "Reason", COL_TEXT, COL_CUT, NULL, "reason for a refusal" },
	{ 0 },
};

static const struct command_column forget_columns[] = {
	[FO_NAME] =         { "name", "Forgotten", COL_TEXT, COL_CUT, NULL, "name of the endpoint" },
	[FO_IDENTITY] =     { "identity", "Identity", COL_TEXT, COL_CUT, NULL,
			      "its key, from its certificate" },
	[FO_LAST_CONTACT] = { "last_contact", "Last contact", COL_TIME, 0, NULL,
			      "time of its last contact" },
	{ 0 },
};

static const struct command_column status_columns[] = {
	[STATUS_VERSION] =       { "version", "Version", COL_TEXT, 0, NULL, "version of the manager" },
	[STATUS_STARTED] =       { "started", "Started", COL_TIME, 0, NULL, "start time" },
	[STATUS_UPTIME] =        { "uptime", "Up", COL_SECONDS, 0, NULL, "seconds since the start" },
	[STATUS_SESSIONS] =      { "sessions", "Sessions", COL_COUNT, 0, NULL, "open sessions" },
	[STATUS_SETTING_UP] =    { "setting_up", "  setting up", COL_COUNT, 0, NULL,
			       "of these: in TLS or negotiation" },
	[STATUS_WAITING] =       { "waiting", "  waiting", COL_COUNT, 0, NULL,
			       "of these: queued for an assessment" },
	[STATUS_ASSESSING] =     { "assessing", "  assessing", COL_COUNT, 0, NULL,
			       "of these: being assessed" },
	[STATUS_IDLE] =          { "idle", "  idle", COL_COUNT, 0, NULL, "of these: the others" },
	[STATUS_CONNECTED] =     { "connected", "Connected", COL_COUNT, 0, NULL,
			       "endpoints with a session" },
	[STATUS_SLOWED] =        { "slowed", "Slowed", COL_COUNT, 0, NULL,
			       "sessions with paused input: too many assessments" },
	[STATUS_WAITING_OCTETS] = { "waiting_octets", "Waiting octets", COL_OCTETS, COL_DETAIL,
			       NULL, "memory for queued sessions" },
	[STATUS_BUFFERS] =       { "buffers", "Buffers", COL_OCTETS, 0, NULL,
			       "octets buffered by all sessions" },
	[STATUS_BUFFERS_MAX] =   { "buffers_max", "Buffers max", COL_OCTETS, COL_DETAIL, NULL,
			       "limit of that (limits { memory })" },
	[STATUS_ACCEPTED] =      { "accepted", "Accepted", COL_COUNT, 0, NULL,
			       "connections accepted since the start" },
	[STATUS_REFUSED] =       { "refused", "Refused", COL_COUNT, 0, NULL,
			       "of these: refused before an assessment" },
	[STATUS_FULL] =          { "refused_full", "Refused: full", COL_COUNT, 0, NULL,
			       "connections not accepted since the start: over a limit" },
	[STATUS_ENDED] =         { "ended_by_newer", "Ended by newer", COL_COUNT, COL_DETAIL, NULL,
			       "sessions ended since the start: their endpoint had newer ones" },
	[STATUS_ASSESSMENTS] =   { "assessments", "Assessments", COL_COUNT, 0, NULL,
			       "assessments stored since the start" },
	[STATUS_LOST] =          { "assessments_lost", "Assessments lost", COL_COUNT, 0, NULL,
			       "assessments that could not be stored" },
	[STATUS_ENDPOINTS] =     { "endpoints", "Endpoints", COL_COUNT, 0, NULL, "known endpoints" },
	[STATUS_STALE] =         { "stale_endpoints", "Stale", COL_COUNT, 0, NULL,
			       "of these: stale" },
	[STATUS_COMPLETE] =      { "complete_through", "Complete through", COL_TIME, 0, NULL,
			       "earliest of all endpoints; null: one never reported" },
	[STATUS_SOFTWARE] =      { "software", "Software", COL_COUNT, 0, NULL,
			       "known software identifiers" },
	[STATUS_SETS] =          { "inventories", "Inventories", COL_COUNT, 0, NULL,
			       "different sets of software" },
	[STATUS_SEQ] =           { "seq", "Journal", COL_COUNT, 0, NULL,
			       "last number of the journal" },
	[STATUS_OLDEST] =        { "oldest", "Oldest", COL_TIME, 0, NULL,
			       "earliest time that can be queried; null: all of the past" },
	[STATUS_REPORTS] =       { "reports", "Reports", COL_COUNT, 0, NULL,
			       "reports stored since the start" },
	[STATUS_FAILED] =        { "failed", "Failed", COL_COUNT, 0, NULL,
			       "reports refused by the repository" },
	[STATUS_TURNED_AWAY] =   { "turned_away", "Turned away", COL_COUNT, 0, NULL,
			       "reports refused because the queue was full" },
	[STATUS_QUEUED] =        { "queued", "Queued", COL_COUNT, 0, NULL, "reports that wait to be stored" },
	[STATUS_QUEUED_OCTETS] = { "queued_octets", "Queued octets", COL_OCTETS, COL_DETAIL, NULL,
			       "their size" },
	[STATUS_COMMIT_US] =     { "commit_us", "Commit", COL_COUNT, COL_DETAIL, NULL,
			       "duration of the last commit in microseconds" },
	[STATUS_MEMORY] =        { "memory", "Memory", COL_OCTETS, 0, NULL,
			       "approximate size of the state in memory" },
	[STATUS_MEMORY_DICTIONARY] = { "memory_dictionary", "Memory: dictionary", COL_OCTETS, 0,
			       NULL, "of these: software identifiers and descriptions" },
	[STATUS_MEMORY_SETS] =   { "memory_inventories", "Memory: inventories", COL_OCTETS, 0,
			       NULL, "of these: sets of software" },
	[STATUS_MEMORY_BITMAPS] = { "memory_bitmaps", "Memory: bitmaps", COL_OCTETS, 0, NULL,
			       "of these: which endpoints have which software" },
	[STATUS_MEMORY_ENDPOINTS] = { "memory_endpoints", "Memory: endpoints", COL_OCTETS, 0,
			       NULL, "of these: endpoints" },
	[STATUS_MEMORY_TEXTS] =  { "memory_texts", "Memory: texts", COL_OCTETS, 0, NULL,
			       "of these: names and values of facts and results" },
	[STATUS_REPOSITORY] =    { "repository", "Repository", COL_TEXT, 0, NULL, "location of the repository" },
	[STATUS_STATE] =         { "state", "State", COL_TEXT, 0, NULL,
			       "ok, or the reason why reports are not stored" },
	{ 0 },
};

const struct command_view endpoints_views[] = {
	{ NULL, NULL, VIEW_ROWS, "all endpoints", endpoint_columns },
	{ 0 },
};

const struct command_view endpoint_views[] = {
	{ NULL,       NULL, VIEW_ONE,  "the endpoint itself", endpoint_columns },
	{ "software", NULL, VIEW_ROWS, "its software", inventory_columns },
	{ "facts",    NULL, VIEW_ROWS, "its facts", fact_columns },
	{ "results",  NULL, VIEW_ROWS, "its result for each rule", result_columns },
	{ "events",   NULL, VIEW_ROWS, "its software events", events_columns },
	{ 0 },
};

const struct command_view software_views[] = {
	{ NULL, NULL,        VIEW_ROWS, "software and its number of endpoints", software_columns },
	{ NULL, "endpoints", VIEW_ROWS, "software and its endpoints", holders_columns },
	{ 0 },
};

const struct command_view lacking_views[] = {
	{ NULL, NULL, VIEW_ROWS, "endpoints without matching software", lacking_columns },
	{ 0 },
};

const struct command_view exposure_views[] = {
	{ NULL, NULL, VIEW_ROWS, "periods during which endpoints had it", exposure_columns },
	{ 0 },
};

const struct command_view diff_views[] = {
	{ NULL, NULL, VIEW_ROWS, "differences", diff_columns },
	{ 0 },
};

const struct command_view changes_views[] = {
	{ NULL, NULL,     VIEW_ROWS,   "changes, oldest first",
	  changes_columns },
	{ NULL, "follow", VIEW_STREAM, "likewise, and each new change as it is recorded",
	  changes_columns },
	{ 0 },
};

const struct command_view groups_views[] = {
	{ NULL, NULL, VIEW_ROWS, "groups of endpoints", groups_columns },
	{ 0 },
};

const struct command_view assess_views[] = {
	{ NULL, NULL, VIEW_ROWS, "the state of each endpoint", assess_columns },
	{ 0 },
};

const struct command_view forget_views[] = {
	{ NULL, NULL, VIEW_ROWS, "the forgotten endpoint", forget_columns },
	{ 0 },
};

const struct command_view status_views[] = {
	{ NULL, NULL, VIEW_ONE, "the state of the manager", status_columns },
	{ 0 },
};
/* clang-format on */
