/* SPDX-License-Identifier: BSD-2-Clause */
/* The views of each command and their columns. */
#include "admin/views.h"

/* clang-format off */
static const struct command_column endpoint_columns[] = {
	[EP_NAME] =         { "name", "Name", COL_TEXT, COL_CUT, NULL,
			      "what people call the endpoint" },
	[EP_IDENTITY] =     { "identity", "Identity", COL_TEXT, COL_DETAIL, NULL,
			      "its key, from its certificate" },
	[EP_PLATFORM] =     { "platform", "Platform", COL_TEXT, COL_CUT | COL_SPARE, NULL,
			      "its operating system" },
	[EP_SOFTWARE] =     { "software_count", "Software", COL_COUNT, 0, NULL,
			      "how much is installed; null: never told" },
	[EP_RESULT] =       { "result", "Result", COL_TEXT, 0, NULL,
			      "of its last assessment" },
	[EP_ACCESS] =       { "access", "Access", COL_TEXT, COL_DETAIL, NULL,
			      "what was recommended then" },
	[EP_FIRST_SEEN] =   { "first_seen", "First seen", COL_TIME, COL_DETAIL, NULL,
			      "when it came for the first time" },
	[EP_LAST_CONTACT] = { "last_contact", "Last contact", COL_TIME, COL_SPARE, NULL,
			      "when it was last heard of" },
	[EP_COMPLETE] =     { "complete_through", "Complete through", COL_TIME, 0, NULL,
			      "its software is known without a gap until then; null: never was" },
	[EP_STALE] =        { "stale", "Stale", COL_BOOL, 0, NULL,
			      "that is too long ago, or never was; or there is a gap" },
	[EP_GAP] =          { "gap", "Gap", COL_BOOL, COL_DETAIL, NULL,
			      "events of its ledger are missing; null: not asked about now" },
	[EP_EPOCH] =        { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			      "of its ledger, likewise" },
	[EP_EID] =          { "eid", "Eid", COL_COUNT, COL_DETAIL, NULL,
			      "the last event of it before any gap, likewise" },
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
				"package it was built from" },
	[INV_SOURCE_VERSION] = { "source_version", "Source version", COL_TEXT, COL_DETAIL, NULL,
				"version of that package" },
	[INV_PURL] =           { "purl", "Purl", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"package URL" },
	[INV_SUPPLIER] =       { "supplier", "Supplier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"who made it" },
	[INV_INSTANCES] =      { "instances", "Instances", COL_COUNT, COL_DETAIL, NULL,
				"how often it is installed; null: not asked about now" },
	[INV_COMPLETE] =       { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
				"the endpoint's software is known without a gap until then" },
	[INV_STALE] =          { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,
				"that is too long ago" },
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
	{ "reason", "Reason", COL_TEXT, COL_CUT, NULL, "why, in words" },
	{ 0 },
};

static const struct command_column events_columns[] = {
	[EV_EPOCH] =      { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			    "of the endpoint's ledger (RFC 8412, 3.7)" },
	[EV_EID] =        { "eid", "Eid", COL_COUNT, 0, NULL,
			    "event identifier in it; without a record: the last one before the "
			    "inventory that showed the change" },
	[EV_HAPPENED] =   { "happened_at", "Happened", COL_TIME, 0, NULL,
			    "when, by the endpoint's clock; null: not told" },
	[EV_KNOWN] =      { "time", "Known", COL_TIME, COL_SPARE, NULL, "when the manager knew" },
	[EV_ACTION] =     { "action", "Action", COL_TEXT, 0, NULL, "created, deleted, altered" },
	[EV_NAME] =       { "name", "Name", COL_TEXT, COL_CUT, "identifier", "of the software" },
	[EV_VERSION] =    { "version", "Version", COL_TEXT, COL_CUT, NULL, "of the software" },
	[EV_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "software identifier (RFC 8412)" },
	[EV_LOCATOR] =    { "locator", "Locator", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "where it is on the endpoint" },
	[EV_RECORD] =     { "record", "Record", COL_COUNT, COL_DETAIL, NULL,
			    "record identifier on the endpoint; null: an inventory showed it" },
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
			    "all endpoints are known up to then; null: one has never told" },   \
	[SW_STALE] =      { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,                       \
			    "for one that is too long ago: it may have it by now, or not" },    \
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
	[LA_NAME] =     { "name", "Name", COL_TEXT, COL_CUT, NULL, "of an endpoint without it" },
	[LA_IDENTITY] = { "identity", "Identity", COL_TEXT, COL_DETAIL, NULL, "its key" },
	[LA_PLATFORM] = { "platform", "Platform", COL_TEXT, COL_CUT | COL_SPARE, NULL,
			  "its operating system" },
	[LA_SOFTWARE] = { "software_count", "Software", COL_COUNT, 0, NULL,
			  "how much is installed on it; null: never told, or asked as of a moment" },
	[LA_COMPLETE] = { "complete_through", "Complete through", COL_TIME, 0, NULL,
			  "it did not have it then; null: nothing is known" },
	[LA_STALE] =    { "stale", "Stale", COL_BOOL, 0, NULL,
			  "that is too long ago: it may have it by now" },
	{ 0 },
};

static const struct command_column exposure_columns[] = {
	[EX_ENDPOINT] =    { "endpoint", "Endpoint", COL_TEXT, COL_CUT, NULL, "its name" },
	[EX_IDENTITY] =    { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "its key" },
	[EX_NAME] =        { "name", "Software", COL_TEXT, COL_CUT, "identifier",
			     "name; null: not described yet" },
	[EX_VERSION] =     { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },
	[EX_IDENTIFIER] =  { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			     "software identifier (RFC 8412)" },
	[EX_SINCE] =       { "since", "Since", COL_TIME, COL_AFTER, NULL,
			     "the endpoint had it from then on" },
	[EX_UNTIL] =       { "until", "Until", COL_TIME, COL_AFTER, NULL,
			     "and not any more then; null: it still has" },
	[EX_EARLIER] =     { "earlier", "Earlier", COL_BOOL, COL_SPARE, NULL,
			     "the endpoint's first inventory showed it: it may have had it before" },
	[EX_SINCE_KNOWN] = { "since_known", "Since known", COL_TIME, COL_DETAIL, NULL,
			     "when the manager knew that it came" },
	[EX_UNTIL_KNOWN] = { "until_known", "Until known", COL_TIME, COL_DETAIL, NULL,
			     "when the manager knew that it went" },
	[EX_SINCE_AFTER] = { "since_after", "Since after", COL_TIME, COL_DETAIL, NULL,
			     "it came after that, nobody told when; null: that was told" },
	[EX_UNTIL_AFTER] = { "until_after", "Until after", COL_TIME, COL_DETAIL, NULL,
			     "likewise when it went" },
	[EX_COMPLETE] =    { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
			     "the endpoint's software is known without a gap until then" },
	[EX_STALE] =       { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL, "that is too long ago" },
	{ 0 },
};

static const struct command_column diff_columns[] = {
	[DI_CHANGE] =         { "change", "Change", COL_TEXT, 0, NULL, "added, removed, changed" },
	[DI_NAME] =           { "name", "Software", COL_TEXT, COL_CUT, "identifier", "name" },
	[DI_WAS] =            { "was", "Was", COL_TEXT, COL_CUT, NULL,
				"its version on the first side; null: not there" },
	[DI_VERSION] =        { "version", "Version", COL_TEXT, COL_CUT, NULL,
				"its version on the second side; null: not there" },
	[DI_ARCH] =           { "arch", "Arch", COL_TEXT, COL_SPARE, NULL, "architecture" },
	[DI_TYPE] =           { "type", "Type", COL_TEXT, COL_DETAIL, NULL,
				"kind of package: deb, rpm, pypi, ..." },
	[DI_IDENTIFIER] =     { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"software identifier; of what was removed, the one it had" },
	[DI_WAS_IDENTIFIER] = { "was_identifier", "Was identifier", COL_TEXT,
				COL_DETAIL | COL_CUT, NULL,
				"of what has changed: the one on the first side" },
	[DI_COMPLETE] =       { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
				"of the side that is known less far" },
	[DI_STALE] =          { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,
				"one of the sides is stale" },
	{ 0 },
};

static const struct command_column changes_columns[] = {
	[CH_SEQ] =        { "seq", "Seq", COL_COUNT, COL_DETAIL, NULL, "number in the journal" },
	[CH_TIME] =       { "time", "Time", COL_TIME, 0, NULL, "when the manager knew" },
	[CH_HAPPENED] =   { "happened_at", "Happened", COL_TIME, COL_DETAIL, NULL,
			    "when it happened, by the endpoint's clock; null: not told" },
	[CH_ENDPOINT] =   { "endpoint", "Endpoint", COL_TEXT, COL_CUT, NULL, "name" },
	[CH_IDENTITY] =   { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "key" },
	[CH_CHANGE] =     { "change", "Change", COL_TEXT, 0, NULL, "what happened" },
	[CH_NAME] =       { "name", "Name", COL_TEXT, COL_CUT, "identifier",
			    "of the software, the fact, or the rule" },
	[CH_VERSION] =    { "version", "Version", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "of the software" },
	[CH_VALUE] =      { "value", "Value", COL_TEXT, COL_CUT, "version",
			    "of the fact, or the result, now" },
	[CH_WAS] =        { "was", "Was", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "and before" },
	[CH_REASON] =     { "reason", "Reason", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "why, in words" },
	[CH_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "software identifier (RFC 8412)" },
	[CH_LOCATOR] =    { "locator", "Locator", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "where it is on the endpoint" },
	[CH_EPOCH] =      { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			    "of the endpoint's own ledger" },
	[CH_EID] =        { "eid", "Eid", COL_COUNT, COL_DETAIL, NULL,
			    "event identifier in it" },
	{ 0 },
};

static const struct command_column groups_columns[] = {
	[GR_NAME] =      { "name", "Group", COL_TEXT, 0, NULL, "of the group" },
	[GR_COUNT] =     { "endpoints", "Endpoints", COL_COUNT, 0, NULL, "how many belong to it now" },
	[GR_PLATFORM] =  { "platform", "Platform", COL_TEXT, COL_CUT, NULL,
			   "pattern for their platforms; null: any" },
	[GR_ENDPOINTS] = { "patterns", "Patterns", COL_LIST, COL_CUT, NULL,
			   "for their names or identities; none: any" },
	{ 0 },
};

static const struct command_column assess_columns[] = {
	[AS_NAME] =     { "name", "Name", COL_TEXT, COL_CUT, NULL, "of the endpoint" },
	[AS_IDENTITY] = { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "its key" },
	[AS_STATE] =    { "state", "State", COL_TEXT, 0, NULL,
			  "assessed; asked, queued: will be; waiting, gone: when it is back; refused" },
	[AS_RESULT] =   { "result", "Result", COL_TEXT, 0, NULL, "of the new assessment" },
	[AS_ACCESS] =   { "access", "Access", COL_TEXT, COL_DETAIL, NULL,
			  "what was recommended" },
	[AS_REASON] =   { "reason", "Reason", COL_TEXT, COL_CUT, NULL, "why it was refused" },
	{ 0 },
};

static const struct command_column forget_columns[] = {
	[FO_NAME] =         { "name", "Forgotten", COL_TEXT, COL_CUT, NULL, "of the endpoint" },
	[FO_IDENTITY] =     { "identity", "Identity", COL_TEXT, COL_CUT, NULL,
			      "its key, from its certificate" },
	[FO_LAST_CONTACT] = { "last_contact", "Last contact", COL_TIME, 0, NULL,
			      "when it was last heard of" },
	{ 0 },
};

static const struct command_column status_columns[] = {
	[STATUS_VERSION] =       { "version", "Version", COL_TEXT, 0, NULL, "of the manager" },
	[STATUS_STARTED] =       { "started", "Started", COL_TIME, 0, NULL, "when it was started" },
	[STATUS_UPTIME] =        { "uptime", "Up", COL_SECONDS, 0, NULL, "seconds since then" },
	[STATUS_SESSIONS] =      { "sessions", "Sessions", COL_COUNT, 0, NULL, "open now" },
	[STATUS_SETTING_UP] =    { "setting_up", "  setting up", COL_COUNT, 0, NULL,
			       "of these: TLS and who it is" },
	[STATUS_WAITING] =       { "waiting", "  waiting", COL_COUNT, 0, NULL,
			       "of these: their turn for an assessment will come" },
	[STATUS_ASSESSING] =     { "assessing", "  assessing", COL_COUNT, 0, NULL,
			       "of these: an assessment is under way" },
	[STATUS_IDLE] =          { "idle", "  idle", COL_COUNT, 0, NULL, "of these: the others" },
	[STATUS_CONNECTED] =     { "connected", "Connected", COL_COUNT, 0, NULL,
			       "endpoints that have a session" },
	[STATUS_SLOWED] =        { "slowed", "Slowed", COL_COUNT, 0, NULL,
			       "sessions not read from: too many assessments" },
	[STATUS_WAITING_OCTETS] = { "waiting_octets", "Waiting octets", COL_OCTETS, COL_DETAIL,
			       NULL, "what is kept for those who wait" },
	[STATUS_BUFFERS] =       { "buffers", "Buffers", COL_OCTETS, 0, NULL,
			       "what all sessions buffer" },
	[STATUS_BUFFERS_MAX] =   { "buffers_max", "Buffers max", COL_OCTETS, COL_DETAIL, NULL,
			       "the most it may be (limits { memory })" },
	[STATUS_ACCEPTED] =      { "accepted", "Accepted", COL_COUNT, 0, NULL,
			       "connections since the start" },
	[STATUS_REFUSED] =       { "refused", "Refused", COL_COUNT, 0, NULL,
			       "of these: turned away before an assessment" },
	[STATUS_FULL] =          { "refused_full", "Refused: full", COL_COUNT, 0, NULL,
			       "connections that were too many, since the start" },
	[STATUS_ENDED] =         { "ended_by_newer", "Ended by newer", COL_COUNT, COL_DETAIL, NULL,
			       "sessions whose endpoint had too many, since the start" },
	[STATUS_ASSESSMENTS] =   { "assessments", "Assessments", COL_COUNT, 0, NULL,
			       "finished and stored since the start" },
	[STATUS_LOST] =          { "assessments_lost", "Assessments lost", COL_COUNT, 0, NULL,
			       "that could not be stored" },
	[STATUS_ENDPOINTS] =     { "endpoints", "Endpoints", COL_COUNT, 0, NULL, "known" },
	[STATUS_STALE] =         { "stale_endpoints", "Stale", COL_COUNT, 0, NULL,
			       "of these: what is installed on them is not known any more" },
	[STATUS_COMPLETE] =      { "complete_through", "Complete through", COL_TIME, 0, NULL,
			       "all are known up to then; null: one has never told" },
	[STATUS_SOFTWARE] =      { "software", "Software", COL_COUNT, 0, NULL,
			       "different software identifiers known" },
	[STATUS_SETS] =          { "inventories", "Inventories", COL_COUNT, 0, NULL,
			       "different sets of software" },
	[STATUS_SEQ] =           { "seq", "Journal", COL_COUNT, 0, NULL,
			       "number of the journal's last line" },
	[STATUS_OLDEST] =        { "oldest", "Oldest", COL_TIME, 0, NULL,
			       "the past can be asked for from then on; null: all of it" },
	[STATUS_REPORTS] =       { "reports", "Reports", COL_COUNT, 0, NULL,
			       "committed since the start" },
	[STATUS_FAILED] =        { "failed", "Failed", COL_COUNT, 0, NULL,
			       "reports that the repository refused" },
	[STATUS_TURNED_AWAY] =   { "turned_away", "Turned away", COL_COUNT, 0, NULL,
			       "reports for which the queue was full" },
	[STATUS_QUEUED] =        { "queued", "Queued", COL_COUNT, 0, NULL, "reports waiting" },
	[STATUS_QUEUED_OCTETS] = { "queued_octets", "Queued octets", COL_OCTETS, COL_DETAIL, NULL,
			       "that they hold" },
	[STATUS_COMMIT_US] =     { "commit_us", "Commit", COL_COUNT, COL_DETAIL, NULL,
			       "microseconds that the last commit took" },
	[STATUS_MEMORY] =        { "memory", "Memory", COL_OCTETS, 0, NULL,
			       "octets of the state in memory, about" },
	[STATUS_MEMORY_DICTIONARY] = { "memory_dictionary", "Memory: dictionary", COL_OCTETS, 0,
			       NULL, "of these: software identifiers and descriptions" },
	[STATUS_MEMORY_SETS] =   { "memory_inventories", "Memory: inventories", COL_OCTETS, 0,
			       NULL, "of these: sets of software" },
	[STATUS_MEMORY_BITMAPS] = { "memory_bitmaps", "Memory: bitmaps", COL_OCTETS, 0, NULL,
			       "of these: who has what" },
	[STATUS_MEMORY_ENDPOINTS] = { "memory_endpoints", "Memory: endpoints", COL_OCTETS, 0,
			       NULL, "of these: endpoints" },
	[STATUS_MEMORY_TEXTS] =  { "memory_texts", "Memory: texts", COL_OCTETS, 0, NULL,
			       "of these: facts, results and other words" },
	[STATUS_REPOSITORY] =    { "repository", "Repository", COL_TEXT, 0, NULL, "where it is" },
	[STATUS_STATE] =         { "state", "State", COL_TEXT, 0, NULL,
			       "ok, or what keeps reports from being committed" },
	{ 0 },
};

const struct command_view endpoints_views[] = {
	{ NULL, NULL, VIEW_ROWS, "all endpoints", endpoint_columns },
	{ 0 },
};

const struct command_view endpoint_views[] = {
	{ NULL,       NULL, VIEW_ONE,  "the endpoint itself", endpoint_columns },
	{ "software", NULL, VIEW_ROWS, "what is installed on it", inventory_columns },
	{ "facts",    NULL, VIEW_ROWS, "what is known about it", fact_columns },
	{ "results",  NULL, VIEW_ROWS, "how it did in each rule", result_columns },
	{ "events",   NULL, VIEW_ROWS, "what has happened to its software", events_columns },
	{ 0 },
};

const struct command_view software_views[] = {
	{ NULL, NULL,        VIEW_ROWS, "software and how many have it", software_columns },
	{ NULL, "endpoints", VIEW_ROWS, "software and who has it", holders_columns },
	{ 0 },
};

const struct command_view lacking_views[] = {
	{ NULL, NULL, VIEW_ROWS, "endpoints without such software", lacking_columns },
	{ 0 },
};

const struct command_view exposure_views[] = {
	{ NULL, NULL, VIEW_ROWS, "windows in which endpoints had it", exposure_columns },
	{ 0 },
};

const struct command_view diff_views[] = {
	{ NULL, NULL, VIEW_ROWS, "what differs", diff_columns },
	{ 0 },
};

const struct command_view changes_views[] = {
	{ NULL, NULL,     VIEW_ROWS,   "what has changed, oldest first",
	  changes_columns },
	{ NULL, "follow", VIEW_STREAM, "and each change as it is stored",
	  changes_columns },
	{ 0 },
};

const struct command_view groups_views[] = {
	{ NULL, NULL, VIEW_ROWS, "groups of endpoints", groups_columns },
	{ 0 },
};

const struct command_view assess_views[] = {
	{ NULL, NULL, VIEW_ROWS, "how it went with each", assess_columns },
	{ 0 },
};

const struct command_view forget_views[] = {
	{ NULL, NULL, VIEW_ROWS, "the endpoint that was forgotten", forget_columns },
	{ 0 },
};

const struct command_view status_views[] = {
	{ NULL, NULL, VIEW_ONE, "how the manager is", status_columns },
	{ 0 },
};
/* clang-format on */
