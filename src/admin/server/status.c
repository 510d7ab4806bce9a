/* SPDX-License-Identifier: BSD-2-Clause */
/* status */
#include "config.h"

#include "admin/commands.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/posture.h"

enum {
	STATUS_VERSION,
	STATUS_STARTED,
	STATUS_UPTIME,
	STATUS_SESSIONS,
	STATUS_SETTING_UP,
	STATUS_WAITING,
	STATUS_ASSESSING,
	STATUS_IDLE,
	STATUS_CONNECTED,
	STATUS_SLOWED,
	STATUS_WAITING_OCTETS,
	STATUS_BUFFERS,
	STATUS_BUFFERS_MAX,
	STATUS_ACCEPTED,
	STATUS_REFUSED,
	STATUS_FULL,
	STATUS_ENDED,
	STATUS_ASSESSMENTS,
	STATUS_LOST,
	STATUS_ENDPOINTS,
	STATUS_STALE,
	STATUS_COMPLETE,
	STATUS_SOFTWARE,
	STATUS_SETS,
	STATUS_SEQ,
	STATUS_OLDEST,
	STATUS_REPORTS,
	STATUS_FAILED,
	STATUS_TURNED_AWAY,
	STATUS_QUEUED,
	STATUS_QUEUED_OCTETS,
	STATUS_COMMIT_US,
	STATUS_MEMORY,
	STATUS_MEMORY_DICTIONARY,
	STATUS_MEMORY_SETS,
	STATUS_MEMORY_BITMAPS,
	STATUS_MEMORY_ENDPOINTS,
	STATUS_MEMORY_TEXTS,
	STATUS_REPOSITORY,
	STATUS_STATE,
	STATUS_COLUMNS
};

/* clang-format off */
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
/* clang-format on */

/* The numbers are of one moment each: they add up when nothing moves. */
static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void status_sessions(const struct admin_daemon *d, struct cell cells[STATUS_COLUMNS])
{
	cells[STATUS_SESSIONS] = cell_count(d->sessions);
	cells[STATUS_SETTING_UP] = cell_count(less(d->sessions, d->ready));
	cells[STATUS_WAITING] = cell_count(d->waiting);
	cells[STATUS_ASSESSING] = cell_count(d->assessing);
	cells[STATUS_IDLE] = cell_count(less(d->ready, d->waiting + d->assessing));
	cells[STATUS_CONNECTED] = cell_count(d->connected);
	cells[STATUS_SLOWED] = cell_count(d->slowed);
	cells[STATUS_WAITING_OCTETS] = cell_count(d->waiting_octets);
}

static void status_daemon(struct admin_call *call, struct cell cells[STATUS_COLUMNS])
{
	struct admin_daemon d = { 0 };

	cells[STATUS_VERSION] = cell_str(PACKAGE_VERSION);
	if (!call->env->daemon)
		return;
	call->env->daemon(call->env->ctx, &d);
	cells[STATUS_STARTED] = cell_time(d.started);
	cells[STATUS_UPTIME] =
		cell_count((uint64_t)((clock_wall_us() - d.started) / CLOCK_SEC));
	status_sessions(&d, cells);
	cells[STATUS_BUFFERS] = cell_count(d.buffers);
	cells[STATUS_BUFFERS_MAX] = cell_count(d.buffers_max);
	cells[STATUS_ACCEPTED] = cell_count(d.accepted);
	cells[STATUS_REFUSED] = cell_count(d.refused);
	cells[STATUS_FULL] = cell_count(d.full);
	cells[STATUS_ENDED] = cell_count(d.ended);
	cells[STATUS_ASSESSMENTS] = cell_count(d.assessments);
	cells[STATUS_LOST] = cell_count(d.lost);
}

static void status_posture(const struct posture_stats *st, struct cell cells[STATUS_COLUMNS])
{
	cells[STATUS_ENDPOINTS] = cell_count(st->endpoints);
	cells[STATUS_SOFTWARE] = cell_count(st->software);
	cells[STATUS_SETS] = cell_count(st->sets);
	cells[STATUS_SEQ] = cell_count(st->seq);
	cells[STATUS_OLDEST] = cell_time(st->oldest);
	cells[STATUS_REPORTS] = cell_count(st->reports);
	cells[STATUS_FAILED] = cell_count(st->failed);
	cells[STATUS_TURNED_AWAY] = cell_count(st->refused);
	cells[STATUS_QUEUED] = cell_count(st->queued_reports);
	cells[STATUS_QUEUED_OCTETS] = cell_count(st->queued_octets);
	cells[STATUS_COMMIT_US] = cell_count((uint64_t)st->commit_us);
	cells[STATUS_MEMORY] = cell_count(st->memory);
	cells[STATUS_MEMORY_DICTIONARY] = cell_count(st->parts.dictionary);
	cells[STATUS_MEMORY_SETS] = cell_count(st->parts.sets);
	cells[STATUS_MEMORY_BITMAPS] = cell_count(st->parts.bitmaps);
	cells[STATUS_MEMORY_ENDPOINTS] = cell_count(st->parts.endpoints);
	cells[STATUS_MEMORY_TEXTS] = cell_count(st->parts.texts);
	cells[STATUS_REPOSITORY] = cell_str(st->repository);
	cells[STATUS_STATE] = cell_str(st->last_error ? st_strerror(st->last_error) : "ok");
}

static int status_count_software(void *ctx, const struct software_row *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return 0;
}

/* How far endpoints are known; of a moment in the past, what there was then to be counted. */
static int status_known(const struct ask *a, struct cell cells[STATUS_COLUMNS])
{
	uint64_t software = 0;
	struct freshness f = { 0 };
	const struct software_query all = {
		.when = a->when,
		.glob = "*",
		.fresh = &f,
		.since = a->now - a->stale_us,
	};
	int err = ask_past(a)
			  ? query_software(a->posture, &all, status_count_software, &software)
			  : query_freshness(a->posture, a->when, NULL, all.since, &f);

	if (err < 0)
		return err;
	cells[STATUS_STALE] = cell_count(f.stale);
	cells[STATUS_COMPLETE] = cell_time(f.complete_through);
	if (!ask_past(a))
		return 0;
	cells[STATUS_ENDPOINTS] = cell_count(f.endpoints);
	cells[STATUS_SOFTWARE] = cell_count(software);
	return 0;
}

static int status_run(struct admin_call *call)
{
	struct cell cells[STATUS_COLUMNS] = { 0 };
	struct posture_stats st;
	struct ask a;
	int err;

	status_daemon(call, cells);
	if (ask_begin(call, &a) < 0)
		return call_row(call, cells);
	posture_stats(a.posture, &st);
	status_posture(&st, cells);
	if ((err = status_known(&a, cells)) == 0)
		err = call_row(call, cells);
	if (!err && st.last_error)
		call_end(call, ADMIN_STALE, "reports are not being stored: %s",
			 st_strerror(st.last_error));
	return ask_end(call, &a, err);
}

/* clang-format off */
const struct command_view status_views[] = {
	{ NULL, NULL, VIEW_ONE, "how the manager is", status_columns, ANSWERED_BY(status_run) },
	{ 0 },
};
/* clang-format on */
