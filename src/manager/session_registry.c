/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/session_registry.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/identity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include "base/table.h"

#define QUESTIONS_MAX 16    /* followed at once */
#define FOLLOWS_MAX 1048576 /* endpoints in all of them */
#define KEYS_PER_TURN 256   /* then others may have the lock */
#define SECOND_US 1000000

/* What one question wants to know of one endpoint. */
struct question_watcher {
	struct assess *question;
	struct endpoint_entry *target;
	struct question_watcher *q_next, **q_back; /* of the question */
	struct question_watcher *t_next, **t_back; /* of the target */
	uint64_t number; /* assessments that begin at this number or later answer */
	enum assess_state state;
};

struct assess {
	struct question_watcher *watchers;
	void (*on_event)(void *ctx, const struct assess_event *e);
	void *ctx;
};

/* An endpoint that has a session or is asked about. */
struct endpoint_entry {
	struct identity who;
	struct registration *registrations;
	struct question_watcher *watchers;
	UT_hash_handle hh;
};

struct session_registry {
	pthread_mutex_t lock;
	struct endpoint_entry *entries;
	atomic_uint_fast64_t number; /* of the last question */
	unsigned n_questions;
	size_t n_follows;
	uint64_t n_seats, n_seated;
	uint32_t per_target;    /* seats; 0: any number */
	int64_t interval, slot; /* between two, and of the next one, us */
};

/* --- lists ------------------------------------------------------------------------------- */

static struct endpoint_entry *endpoint_entry_make(const char *key)
{
	struct endpoint_entry *t = calloc(1, sizeof(*t));

	if (!t || identity_from_key(key, &t->who) == 0)
		return t;
	free(t);
	return NULL;
}

static struct endpoint_entry *endpoint_entry_get(struct session_registry *r, const char *key)
{
	struct endpoint_entry *t;
	unsigned before = HASH_COUNT(r->entries);

	HASH_FIND_STR(r->entries, key, t);
	if (t || !(t = endpoint_entry_make(key)))
		return t;
	HASH_ADD_KEYPTR(hh, r->entries, t->who.key, strlen(t->who.key), t);
	if (HASH_COUNT(r->entries) > before)
		return t;
	identity_free(&t->who);
	free(t);
	return NULL;
}

static void endpoint_entry_put(struct session_registry *r, struct endpoint_entry *t)
{
	if (t->registrations || t->watchers)
		return;
	HASH_DEL(r->entries, t);
	identity_free(&t->who);
	free(t);
}

static int watcher_add(struct session_registry *r, struct assess *q, struct endpoint_entry *t)
{
	struct question_watcher *f = r->n_follows < FOLLOWS_MAX ? calloc(1, sizeof(*f)) : NULL;

	if (!f)
		return ST_ELIMIT;
	f->question = q;
	f->target = t;
	f->number = atomic_load(&r->number);
	f->state = ASSESS_N;
	f->q_next = q->watchers;
	f->q_back = &q->watchers;
	if (f->q_next)
		f->q_next->q_back = &f->q_next;
	q->watchers = f;
	f->t_next = t->watchers;
	f->t_back = &t->watchers;
	if (f->t_next)
		f->t_next->t_back = &f->t_next;
	t->watchers = f;
	r->n_follows++;
	return 0;
}

static void watcher_free(struct session_registry *r, struct question_watcher *f)
{
	*f->q_back = f->q_next;
	if (f->q_next)
		f->q_next->q_back = f->q_back;
	*f->t_back = f->t_next;
	if (f->t_next)
		f->t_next->t_back = f->t_back;
	r->n_follows--;
	free(f);
}

/* --- what is told ------------------------------------------------------------------------ */

static void watcher_tell(struct question_watcher *f, enum assess_state state)
{
	const struct assess_event e = {
		.key = f->target->who.key,
		.name = f->target->who.name,
		.state = state,
	};

	if (f->state == state)
		return;
	f->state = state;
	f->question->on_event(f->question->ctx, &e);
}

/* The questions up to `number` about t have their answer. */
static void endpoint_entry_answer(struct session_registry *r, struct endpoint_entry *t,
				  uint64_t number, const struct assess_event *e)
{
	struct question_watcher *next;

	for (struct question_watcher *f = t->watchers; f; f = next) {
		next = f->t_next;
		if (f->number > number)
			continue;
		f->question->on_event(f->question->ctx, e);
		watcher_free(r, f);
	}
}

static void endpoint_entry_tell(struct endpoint_entry *t, enum assess_state state)
{
	for (struct question_watcher *f = t->watchers; f; f = f->t_next)
		watcher_tell(f, state);
}

/* --- asking ------------------------------------------------------------------------------ */

/* The next moment in which one more may be asked: a time slot for each, given away in the order
 * of the questions, so that no clock has to tick here. */
static int64_t session_registry_slot(struct session_registry *r)
{
	int64_t now = clock_mono_us(), due = r->slot > now ? r->slot : now;

	r->slot = due + r->interval;
	return due;
}

static void endpoint_entry_ask(struct session_registry *r, struct endpoint_entry *t)
{
	struct registration *registration = t->registrations;

	registration->wanted = atomic_load(&r->number);
	registration->ask(registration, session_registry_slot(r));
}

int64_t session_registry_next_slot(struct session_registry *r)
{
	int64_t due;

	pthread_mutex_lock(&r->lock);
	due = session_registry_slot(r);
	pthread_mutex_unlock(&r->lock);
	return due;
}

size_t session_registry_ask_all(struct session_registry *r)
{
	struct endpoint_entry *t, *next;
	size_t n = 0;

	pthread_mutex_lock(&r->lock);
	atomic_fetch_add(&r->number, 1);
	HASH_ITER(hh, r->entries, t, next)
	{
		if (!t->registrations)
			continue;
		endpoint_entry_ask(r, t);
		n++;
	}
	pthread_mutex_unlock(&r->lock);
	return n;
}

void session_registry_ask(struct session_registry *r, const char *key)
{
	struct endpoint_entry *t;

	pthread_mutex_lock(&r->lock);
	HASH_FIND_STR(r->entries, key, t);
	if (t && t->registrations && t->registrations->wanted <= t->registrations->begun) {
		atomic_fetch_add(&r->number, 1);
		endpoint_entry_ask(r, t);
	}
	pthread_mutex_unlock(&r->lock);
}

static void question_put(struct session_registry *r, struct assess *q, const char *key)
{
	struct endpoint_entry *t = endpoint_entry_get(r, key);
	struct assess_event refused = {
		.key = key,
		.name = key,
		.state = ASSESS_REFUSED,
		.reason = "The manager cannot follow any more endpoints.",
	};

	if (!t || watcher_add(r, q, t) < 0) {
		if (t)
			refused.name = t->who.name;
		q->on_event(q->ctx, &refused);
		if (t)
			endpoint_entry_put(r, t);
		return;
	}
	watcher_tell(t->watchers, t->registrations ? ASSESS_QUEUED : ASSESS_WAITING);
	if (t->registrations)
		endpoint_entry_ask(r, t);
}

/* One number for as many as are asked under one lock: a session that begins meanwhile, and so
 * answers, tells of its result only when all of them are followed. */
static void question_put_some(struct session_registry *r, struct assess *q,
			      const char *const *keys, size_t n)
{
	pthread_mutex_lock(&r->lock);
	atomic_fetch_add(&r->number, 1);
	for (size_t i = 0; i < n; i++)
		question_put(r, q, keys[i]);
	pthread_mutex_unlock(&r->lock);
}

static bool session_registry_has_room(struct session_registry *r)
{
	bool room;

	pthread_mutex_lock(&r->lock);
	room = r->n_questions < QUESTIONS_MAX;
	if (room)
		r->n_questions++;
	pthread_mutex_unlock(&r->lock);
	return room;
}

static int session_registry_start(void *ctx, const struct assess_selection *which,
				  void (*on_event)(void *ctx, const struct assess_event *e),
				  void *on_event_ctx, struct assess **handle)
{
	struct session_registry *r = ctx;
	struct assess *q = calloc(1, sizeof(*q));
	size_t n;

	*handle = NULL;
	if (!q)
		return ST_ENOMEM;
	if (!session_registry_has_room(r)) {
		free(q);
		return ST_EBUSY;
	}
	q->on_event = on_event;
	q->ctx = on_event_ctx;
	for (size_t i = 0; i < which->n; i += n) {
		n = which->n - i < KEYS_PER_TURN ? which->n - i : KEYS_PER_TURN;
		question_put_some(r, q, which->keys + i, n);
	}
	*handle = q;
	return 0;
}

static void session_registry_cancel(void *ctx, struct assess *q)
{
	struct session_registry *r = ctx;
	struct endpoint_entry *t;

	if (!q)
		return;
	pthread_mutex_lock(&r->lock);
	while (q->watchers) {
		t = q->watchers->target;
		watcher_free(r, q->watchers);
		endpoint_entry_put(r, t);
	}
	r->n_questions--;
	pthread_mutex_unlock(&r->lock);
	free(q);
}

const struct assess_ops session_registry_assess_ops = { session_registry_start,
							session_registry_cancel };

/* --- life -------------------------------------------------------------------------------- */

int session_registry_open(uint32_t per_second, struct session_registry **out)
{
	struct session_registry *r = calloc(1, sizeof(*r));

	*out = r;
	if (!r)
		return ST_ENOMEM;
	pthread_mutex_init(&r->lock, NULL);
	atomic_init(&r->number, 0);
	session_registry_set_rate(r, per_second);
	return 0;
}

void session_registry_close(struct session_registry *r)
{
	if (!r)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void session_registry_set_rate(struct session_registry *r, uint32_t per_second)
{
	pthread_mutex_lock(&r->lock);
	r->interval = per_second ? SECOND_US / per_second : 0;
	pthread_mutex_unlock(&r->lock);
}

void session_registry_set_limit(struct session_registry *r, uint32_t per_target)
{
	pthread_mutex_lock(&r->lock);
	r->per_target = per_target;
	pthread_mutex_unlock(&r->lock);
}

/* --- sessions ---------------------------------------------------------------------------- */

/* The newest stay. Those behind the first that was dropped were dropped before. */
static void endpoint_entry_trim(struct session_registry *r, struct endpoint_entry *t)
{
	uint32_t n = 0;

	for (struct registration *registration = t->registrations;
	     r->per_target && registration && !registration->dropped;
	     registration = registration->next) {
		if (n++ < r->per_target)
			continue;
		registration->dropped = true;
		registration->drop(registration, false);
	}
}

void session_registry_end(struct session_registry *r, const char *key)
{
	struct endpoint_entry *t;

	pthread_mutex_lock(&r->lock);
	HASH_FIND_STR(r->entries, key, t);
	for (struct registration *registration = t ? t->registrations : NULL;
	     registration && !registration->dropped; registration = registration->next) {
		registration->dropped = true;
		registration->drop(registration, true);
	}
	pthread_mutex_unlock(&r->lock);
}

int session_registry_add(struct session_registry *r, struct registration *registration,
			 const struct identity *who)
{
	struct endpoint_entry *t;

	pthread_mutex_lock(&r->lock);
	if ((t = endpoint_entry_get(r, who->key))) {
		registration->target = t;
		registration->next = t->registrations;
		registration->back = &t->registrations;
		if (registration->next)
			registration->next->back = &registration->next;
		r->n_seats++;
		r->n_seated += !t->registrations;
		t->registrations = registration;
		endpoint_entry_trim(r, t);
		/* not asked: its first assessment answers */
		endpoint_entry_tell(t, ASSESS_QUEUED);
	}
	pthread_mutex_unlock(&r->lock);
	return t ? 0 : ST_ENOMEM;
}

void session_registry_remove(struct session_registry *r, struct registration *registration)
{
	struct endpoint_entry *t = registration->target;

	if (!t)
		return;
	pthread_mutex_lock(&r->lock);
	*registration->back = registration->next;
	if (registration->next)
		registration->next->back = registration->back;
	registration->target = NULL;
	r->n_seats--;
	r->n_seated -= !t->registrations;
	for (struct question_watcher *f = t->watchers; f; f = f->t_next) {
		if (t->registrations)
			watcher_tell(f, ASSESS_QUEUED);
		else if (f->state != ASSESS_GONE)
			watcher_tell(f,
				     f->state == ASSESS_ASKED ? ASSESS_GONE : ASSESS_WAITING);
	}
	if (t->registrations && t->watchers)
		endpoint_entry_ask(r, t);
	endpoint_entry_put(r, t);
	pthread_mutex_unlock(&r->lock);
}

struct session_registry_count session_registry_count(struct session_registry *r)
{
	struct session_registry_count c;

	pthread_mutex_lock(&r->lock);
	c = (struct session_registry_count){ r->n_seats, r->n_seated, r->n_questions };
	pthread_mutex_unlock(&r->lock);
	return c;
}

uint64_t session_registry_now(struct session_registry *r)
{
	return atomic_load(&r->number);
}

void session_registry_begin(struct session_registry *r, struct registration *registration,
			    uint64_t at)
{
	pthread_mutex_lock(&r->lock);
	registration->begun = at;
	for (struct question_watcher *f = registration->target ? registration->target->watchers : NULL;
	     f; f = f->t_next)
		if (f->number <= at)
			watcher_tell(f, ASSESS_ASKED);
	pthread_mutex_unlock(&r->lock);
}

void session_registry_done(struct session_registry *r, struct registration *registration,
			   enum verdict verdict, enum access access)
{
	struct assess_event e = {
		.state = ASSESS_ASSESSED,
		.verdict = verdict,
		.access = access,
	};

	pthread_mutex_lock(&r->lock);
	if (registration->target) {
		e.key = registration->target->who.key;
		e.name = registration->target->who.name;
		endpoint_entry_answer(r, registration->target, registration->begun, &e);
	}
	pthread_mutex_unlock(&r->lock);
}

bool session_registry_wanted(struct session_registry *r, struct registration *registration)
{
	bool wanted;

	pthread_mutex_lock(&r->lock);
	wanted = registration->target && registration->wanted > registration->begun;
	pthread_mutex_unlock(&r->lock);
	return wanted;
}

void session_registry_refuse(struct session_registry *r, struct registration *registration,
			     const char *reason)
{
	struct assess_event e = { .state = ASSESS_REFUSED, .reason = reason };

	pthread_mutex_lock(&r->lock);
	if (registration->target) {
		e.key = registration->target->who.key;
		e.name = registration->target->who.name;
		endpoint_entry_answer(r, registration->target, registration->wanted, &e);
		registration->wanted = 0;
	}
	pthread_mutex_unlock(&r->lock);
}
