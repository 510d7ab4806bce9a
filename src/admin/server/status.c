/* SPDX-License-Identifier: BSD-2-Clause */
/* status: the manager and its repository */
#include "config.h"

#include "admin/server/question.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/posture.h"

/* a - b, or 0: the counters are not read at one moment, so b can be the larger one. */
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

static void status_daemon(struct response *response, struct cell cells[STATUS_COLUMNS])
{
	struct admin_daemon d = { 0 };

	cells[STATUS_VERSION] = cell_str(PACKAGE_VERSION);
	if (!response->env->daemon)
		return;
	response->env->daemon(response->env->ctx, &d);
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

/* Freshness of all endpoints, and counts at the time of the question. */
static int status_known(const struct question *question, struct cell cells[STATUS_COLUMNS])
{
	uint64_t software = 0;
	struct freshness f = { 0 };
	const struct software_query all = {
		.when = question->when,
		.glob = "*",
		.fresh = &f,
		.since = question->now - question->stale_us,
	};
	int err = question_is_past(question)
			  ? query_software(question->posture, &all, status_count_software,
					   &software)
			  : query_freshness(question->posture, question->when, NULL, all.since,
					    &f);

	if (err < 0)
		return err;
	cells[STATUS_STALE] = cell_count(f.stale);
	cells[STATUS_COMPLETE] = cell_time(f.complete_through);
	if (!question_is_past(question))
		return 0;
	cells[STATUS_ENDPOINTS] = cell_count(f.endpoints);
	cells[STATUS_SOFTWARE] = cell_count(software);
	return 0;
}

static int status_run(struct response *response)
{
	struct cell cells[STATUS_COLUMNS] = { 0 };
	struct posture_stats st;
	struct question question;
	int err;

	status_daemon(response, cells);
	if (question_begin(response, &question) < 0)
		return response_row(response, cells);
	posture_stats(question.posture, &st);
	status_posture(&st, cells);
	if ((err = status_known(&question, cells)) == 0)
		err = response_row(response, cells);
	if (!err && st.last_error)
		response_end(response, ADMIN_STALE, "reports are not being stored: %s",
			     st_strerror(st.last_error));
	return question_end(response, &question, err);
}

/* clang-format off */
const struct handler status_handlers[] = {
	{ NULL, status_run },
	{ NULL, NULL },
};
/* clang-format on */
