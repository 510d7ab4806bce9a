/* SPDX-License-Identifier: BSD-2-Clause */
/* assess NAME... | --group G | --all [--wait]: requests new assessments and shows their
 * progress. The daemon reports on its own threads and appends each changed target to
 * `updates`, once. The thread of this command takes them from there. */
#include "admin/server/question.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include "base/table.h"

#define ASSESS_FIRST_US (10 * CLOCK_SEC) /* for the first event of each endpoint */
#define ASSESS_PROGRESS_US (CLOCK_SEC / 4)
#define ASSESS_WITHIN_MAX 604800 /* seconds */

/* clang-format off */

static const char *const assess_names[ASSESS_N] = {
	[ASSESS_QUEUED] =   "queued",
	[ASSESS_ASKED] =    "asked",
	[ASSESS_WAITING] =  "waiting",
	[ASSESS_GONE] =     "gone",
	[ASSESS_ASSESSED] = "assessed",
	[ASSESS_REFUSED] =  "refused",
};
/* clang-format on */

struct assess_target {
	UT_hash_handle hh;
	const char *key, *name;
	char *reason;
	enum assess_state state;
	enum verdict verdict;
	enum access access;
	bool reported; /* state is valid */
	bool updated;  /* in updates */
	bool shown;    /* its row was sent */
};

struct assess_call {
	struct response *response;
	struct arena arena;
	struct assess_target **targets, *by_key;
	size_t n, cap;
	bool wait;
	int64_t within;               /* us; 0: until all connected endpoints are assessed */
	int64_t started, progress_at; /* monotonic; last progress line */
	/* Written by the daemon's threads: */
	pthread_mutex_t lock;
	int wake;                       /* eventfd: updates is not empty */
	struct assess_target **updates; /* capacity n */
	size_t n_updates;
	size_t count[ASSESS_N], reported;
	size_t noncompliant, undecided; /* of those assessed */
};

/* --- which endpoints ----------------------------------------------------------------------- */

static const char *assess_copy(struct assess_call *a, const char *text)
{
	return (const char *)arena_copy(&a->arena, span_of(text, strlen(text) + 1)).p;
}

static int assess_add(void *ctx, const struct endpoint_row *row)
{
	struct assess_call *a = ctx;
	struct assess_target *t;

	HASH_FIND_STR(a->by_key, row->key, t);
	if (t)
		return 0;
	if (a->n == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 64;
		void *grown = realloc(a->targets, cap * sizeof(struct assess_target *));

		if (!grown)
			return ST_ENOMEM;
		a->targets = grown;
		a->cap = cap;
	}
	if (!(t = arena_alloc(&a->arena, sizeof(*t))))
		return ST_ENOMEM;
	*t = (struct assess_target){ .key = assess_copy(a, row->key),
				     .name = assess_copy(a, row->name) };
	if (!t->key || !t->name)
		return ST_ENOMEM;
	HASH_ADD_KEYPTR(hh, a->by_key, t->key, strlen(t->key), t);
	if (!t->hh.tbl)
		return ST_ENOMEM;
	a->targets[a->n++] = t;
	return 0;
}

/* ST_ENOENT, ST_EVALUE: the end of the answer is set. */
static int assess_select(struct assess_call *a, const struct question *question)
{
	const struct admin_request *r = a->response->request;
	const char *at = NULL;
	struct subject subject;
	struct span name;
	char *text;
	int err = 0;

	if (request_flag(r, "all") || question->filter)
		return query_endpoints(question->posture, WHEN_NOW, question->filter,
				       assess_add, a);
	while (!err && request_next(r, "name", &at, &name)) {
		if (!(text = strndup((const char *)name.p, name.n)))
			return ST_ENOMEM;
		if ((err = question_endpoint(a->response, question, text, &subject)) == 0)
			err = query_resolve(question->posture, WHEN_NOW, text, assess_add, a);
		free(text);
	}
	return err;
}

/* --- events of the daemon ----------------------------------------------------------------- */

static void assess_count(struct assess_call *a, const struct assess_target *t)
{
	bool noncompliant = t->verdict == VERDICT_MINOR || t->verdict == VERDICT_MAJOR;
	bool undecided = t->verdict == VERDICT_ERROR || t->verdict == VERDICT_UNKNOWN;

	a->count[t->state]++;
	a->noncompliant += t->state == ASSESS_ASSESSED && noncompliant;
	a->undecided += t->state == ASSESS_ASSESSED && undecided;
}

static bool target_is_done(const struct assess_target *t)
{
	return t->reported && (t->state == ASSESS_ASSESSED || t->state == ASSESS_REFUSED);
}

static void assess_note(struct assess_call *a, struct assess_target *t,
			const struct assess_event *e)
{
	if (t->reported)
		a->count[t->state]--;
	else
		a->reported++;
	t->reported = true;
	t->state = e->state;
	t->verdict = e->verdict;
	t->access = e->access;
	if (e->reason && !t->reason)
		t->reason = strdup(e->reason);
	assess_count(a, t);
	if (!t->updated)
		a->updates[a->n_updates++] = t;
	t->updated = true;
}

/* On the daemon's threads. */
static void assess_on_event(void *ctx, const struct assess_event *e)
{
	struct assess_call *a = ctx;
	uint64_t one = 1;
	struct assess_target *t;

	HASH_FIND_STR(a->by_key, e->key, t); /* by_key is constant now */
	if (!t || e->state >= ASSESS_N)
		return;
	pthread_mutex_lock(&a->lock);
	if (!target_is_done(t))
		assess_note(a, t, e);
	pthread_mutex_unlock(&a->lock);
	(void)!write(a->wake, &one, sizeof(one)); /* fails only if already readable */
}

/* --- rows and progress ------------------------------------------------------------ */

/* The target must be final, or the request cancelled: the daemon no longer writes it. */
static int assess_row(struct assess_call *a, struct assess_target *t)
{
	bool assessed = t->reported && t->state == ASSESS_ASSESSED;
	struct cell cells[AS_COLUMNS] = {
		[AS_NAME] = cell_str(t->name),
		[AS_IDENTITY] = cell_str(t->key),
		[AS_STATE] = cell_str(t->reported ? assess_names[t->state] : NULL),
		[AS_RESULT] = cell_str(assessed ? verdict_name(t->verdict) : NULL),
		[AS_ACCESS] = cell_str(assessed ? access_name(t->access) : NULL),
		[AS_REASON] = cell_str(t->reason),
	};

	t->shown = true;
	return response_row(a->response, cells);
}

/* "12 of 20 assessed, 1 not compliant, 3 not connected (assessed on reconnection)" */
static void assess_summary(struct assess_call *a, char *out, size_t size)
{
	const struct {
		size_t n;
		const char *what;
	} parts[] = {
		{ a->noncompliant, "not compliant" },
		{ a->undecided, "undecided" },
		{ a->count[ASSESS_REFUSED], "refused" },
		{ a->count[ASSESS_QUEUED], "queued" },
		{ a->count[ASSESS_ASKED], "asked" },
		{ a->n - a->reported, "without a state" },
		{ a->count[ASSESS_WAITING] + a->count[ASSESS_GONE],
		  "not connected (assessed on reconnection)" },
	};
	size_t at = (size_t)snprintf(out, size, "%zu of %zu assessed",
				     a->count[ASSESS_ASSESSED], a->n);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && at < size; i++)
		if (parts[i].n)
			at += (size_t)snprintf(out + at, size - at, ", %zu %s", parts[i].n,
					       parts[i].what);
}

/* Removes an update. Its target if that is final, else NULL. */
static struct assess_target *assess_next(struct assess_call *a)
{
	struct assess_target *t = NULL;

	pthread_mutex_lock(&a->lock);
	if (a->n_updates) {
		t = a->updates[--a->n_updates];
		t->updated = false;
		if (!target_is_done(t))
			t = NULL;
	}
	pthread_mutex_unlock(&a->lock);
	return t;
}

static bool assess_has_updates(struct assess_call *a)
{
	bool has;

	pthread_mutex_lock(&a->lock);
	has = a->n_updates > 0;
	pthread_mutex_unlock(&a->lock);
	return has;
}

/* Sends the rows of final targets; assess_finish sends the others. */
static int assess_show(struct assess_call *a)
{
	int err = 0;

	while (!err && assess_has_updates(a)) {
		struct assess_target *t = assess_next(a);

		if (t && a->wait)
			err = assess_row(a, t);
	}
	return err;
}

static int assess_progress(struct assess_call *a)
{
	int64_t now = clock_mono_us();
	char text[300];

	if (now - a->progress_at < ASSESS_PROGRESS_US)
		return 0;
	a->progress_at = now;
	pthread_mutex_lock(&a->lock);
	assess_summary(a, text, sizeof(text));
	pthread_mutex_unlock(&a->lock);
	return response_progress(a->response, text);
}

/* Whether each endpoint has a state and, with --wait or --within, is final or late. */
static bool assess_is_over(struct assess_call *a)
{
	int64_t took = clock_mono_us() - a->started;
	bool late = took > ASSESS_FIRST_US, over;

	pthread_mutex_lock(&a->lock);
	over = late || a->reported == a->n;
	if (a->wait)
		over = over && !a->count[ASSESS_QUEUED] && !a->count[ASSESS_ASKED];
	if (a->within)
		over = (over && !a->count[ASSESS_WAITING] && !a->count[ASSESS_GONE]) ||
		       took >= a->within;
	pthread_mutex_unlock(&a->lock);
	return over;
}

/* Longest time until the next check (us). */
static int64_t assess_pause(const struct assess_call *a)
{
	int64_t left = a->started + a->within - clock_mono_us();

	if (!a->within || left > CLOCK_SEC)
		return CLOCK_SEC;
	return left > 0 ? left : 0;
}

static int assess_watch(struct assess_call *a)
{
	uint64_t n;
	int err = 0;

	a->started = clock_mono_us();
	while (!err && !assess_is_over(a)) {
		if ((err = response_wait(a->response, a->wake, assess_pause(a))) < 0)
			return err;
		(void)!read(a->wake, &n, sizeof(n));
		if ((err = assess_show(a)) == 0)
			err = assess_progress(a);
	}
	return err;
}

/* After cancel: sends the remaining rows and sets the end of the answer. */
static int assess_finish(struct assess_call *a)
{
	size_t missing = a->n - a->reported + a->count[ASSESS_WAITING] +
			 a->count[ASSESS_GONE] + a->count[ASSESS_REFUSED];
	enum admin_exit exit;
	char text[300];
	int err = 0;

	if (a->wait) /* not in time */
		missing += a->count[ASSESS_QUEUED] + a->count[ASSESS_ASKED];
	exit = missing ? ADMIN_STALE : ADMIN_YES;
	for (size_t i = 0; i < a->n && !err; i++)
		if (!a->targets[i]->shown)
			err = assess_row(a, a->targets[i]);
	if (a->wait && a->noncompliant)
		exit = ADMIN_NO;
	else if (a->wait && a->undecided)
		exit = ADMIN_STALE;
	assess_summary(a, text, sizeof(text));
	return err ? err : response_end(a->response, exit, "%s", text);
}

/* --- the command ---------------------------------------------------------------------------- */

/* Sets the end of the answer if the daemon refused the request. */
static int assess_refused(struct response *response, int err)
{
	return response_end(response, ADMIN_UNREACHABLE, "%s",
			    err == ST_EBUSY ? "the manager is busy with other assess requests"
					    : "the manager is stopping");
}

static int assess_start(struct assess_call *a)
{
	const struct admin_env *env = a->response->env;
	const char **keys = calloc(a->n, sizeof(*keys));
	struct assess *handle;
	int err;

	a->updates = calloc(a->n, sizeof(struct assess_target *));
	err = keys && a->updates ? 0 : ST_ENOMEM;
	for (size_t i = 0; i < a->n && keys; i++)
		keys[i] = a->targets[i]->key;
	if (!err &&
	    (err = env->assess->start(env->ctx, &(struct assess_selection){ keys, a->n },
				      assess_on_event, a, &handle)) == 0) {
		err = assess_watch(a);
		env->assess->cancel(env->ctx, handle);
		err = err ? err : assess_finish(a);
	} else if (err == ST_EBUSY || err == ST_ECLOSED) {
		err = assess_refused(a->response, err);
	}
	free(keys);
	return err;
}

static void assess_free(struct assess_call *a)
{
	HASH_CLEAR(hh, a->by_key);
	for (size_t i = 0; i < a->n; i++)
		free(a->targets[i]->reason);
	free(a->targets);
	free(a->updates);
	arena_reset(&a->arena);
	pthread_mutex_destroy(&a->lock);
	if (a->wake >= 0)
		close(a->wake);
}

static int assess_answer(struct assess_call *a, const struct question *question)
{
	int err;

	if ((a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		return ST_EIO;
	err = assess_select(a, question);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err && !a->n)
		return response_end(a->response, ADMIN_NO,
				    question->filter ? "no matching endpoint is known"
						     : "no endpoint is known");
	return err ? err : assess_start(a);
}

/* --within in microseconds; 0: not given; negative: invalid. */
static int64_t assess_within(const struct admin_request *r)
{
	const char *text = request_text(r, "within");
	char *end;
	long seconds;

	if (!text)
		return 0;
	seconds = strtol(text, &end, 10);
	if (end == text || *end || seconds < 1 || seconds > ASSESS_WITHIN_MAX)
		return -1;
	return seconds * (int64_t)CLOCK_SEC;
}

/* Exactly one way of selecting endpoints is used. */
static bool assess_is_clear(const struct admin_request *r)
{
	return (request_text(r, "name") != NULL) + request_flag(r, "all") +
		       (request_text(r, "group") || request_text(r, "platform")) ==
	       1;
}

static int assess_run(struct response *response)
{
	struct assess_call a = { .response = response,
				 .within = assess_within(response->request) };
	struct question question;
	int err;

	a.wait = request_flag(response->request, "wait") || a.within;
	if (!assess_is_clear(response->request))
		return response_end(
			response, ADMIN_USAGE,
			"select endpoints by NAME, by --group and --platform, or by --all");
	if (a.within < 0)
		return response_end(response, ADMIN_USAGE,
				    "--within: not a number of seconds from 1 to %d",
				    ASSESS_WITHIN_MAX);
	if (question_begin(response, &question) < 0)
		return 0;
	if (!response->env->assess)
		return response_end(response, ADMIN_UNREACHABLE,
				    "this manager cannot request assessments");
	pthread_mutex_init(&a.lock, NULL);
	err = assess_answer(&a, &question);
	assess_free(&a);
	return err;
}

/* clang-format off */
const struct handler assess_handlers[] = {
	{ NULL, assess_run },
	{ NULL, NULL },
};
/* clang-format on */
