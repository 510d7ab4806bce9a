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
struct follow {
	struct assess *question;
	struct target *target;
	struct follow *q_next, **q_back; /* of the question */
	struct follow *t_next, **t_back; /* of the target */
	uint64_t number; /* assessments that begin at this number or later answer */
	enum assess_state state;
};

struct assess {
	struct follow *follows;
	void (*on_event)(void *ctx, const struct assess_event *e);
	void *ctx;
};

/* An endpoint that has a session or is asked about. */
struct target {
	struct identity who;
	struct seat *seats;
	struct follow *follows;
	UT_hash_handle hh;
};

struct registry {
	pthread_mutex_t lock;
	struct target *targets;
	atomic_uint_fast64_t number; /* of the last question */
	unsigned n_questions;
	size_t n_follows;
	uint64_t n_seats, n_seated;
	uint32_t per_target;    /* seats; 0: any number */
	int64_t interval, slot; /* between two, and of the next one, us */
};

/* --- lists ------------------------------------------------------------------------------- */

static struct target *target_make(const char *key)
{
	struct target *t = calloc(1, sizeof(*t));

	if (!t || identity_from_key(key, &t->who) == 0)
		return t;
	free(t);
	return NULL;
}

static struct target *target_get(struct registry *r, const char *key)
{
	struct target *t;
	unsigned before = HASH_COUNT(r->targets);

	HASH_FIND_STR(r->targets, key, t);
	if (t || !(t = target_make(key)))
		return t;
	HASH_ADD_KEYPTR(hh, r->targets, t->who.key, strlen(t->who.key), t);
	if (HASH_COUNT(r->targets) > before)
		return t;
	identity_free(&t->who);
	free(t);
	return NULL;
}

static void target_put(struct registry *r, struct target *t)
{
	if (t->seats || t->follows)
		return;
	HASH_DEL(r->targets, t);
	identity_free(&t->who);
	free(t);
}

static int follow_add(struct registry *r, struct assess *q, struct target *t)
{
	struct follow *f = r->n_follows < FOLLOWS_MAX ? calloc(1, sizeof(*f)) : NULL;

	if (!f)
		return ST_ELIMIT;
	f->question = q;
	f->target = t;
	f->number = atomic_load(&r->number);
	f->state = ASSESS_N;
	f->q_next = q->follows;
	f->q_back = &q->follows;
	if (f->q_next)
		f->q_next->q_back = &f->q_next;
	q->follows = f;
	f->t_next = t->follows;
	f->t_back = &t->follows;
	if (f->t_next)
		f->t_next->t_back = &f->t_next;
	t->follows = f;
	r->n_follows++;
	return 0;
}

static void follow_free(struct registry *r, struct follow *f)
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

static void follow_tell(struct follow *f, enum assess_state state)
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
static void target_answer(struct registry *r, struct target *t, uint64_t number,
			  const struct assess_event *e)
{
	struct follow *next;

	for (struct follow *f = t->follows; f; f = next) {
		next = f->t_next;
		if (f->number > number)
			continue;
		f->question->on_event(f->question->ctx, e);
		follow_free(r, f);
	}
}

static void target_tell(struct target *t, enum assess_state state)
{
	for (struct follow *f = t->follows; f; f = f->t_next)
		follow_tell(f, state);
}

/* --- asking ------------------------------------------------------------------------------ */

/* The next moment in which one more may be asked: a time slot for each, given away in the order
 * of the questions, so that no clock has to tick here. */
static int64_t registry_slot(struct registry *r)
{
	int64_t now = clock_mono_us(), due = r->slot > now ? r->slot : now;

	r->slot = due + r->interval;
	return due;
}

static void target_ask(struct registry *r, struct target *t)
{
	struct seat *seat = t->seats;

	seat->wanted = atomic_load(&r->number);
	seat->ask(seat, registry_slot(r));
}

int64_t registry_turn(struct registry *r)
{
	int64_t due;

	pthread_mutex_lock(&r->lock);
	due = registry_slot(r);
	pthread_mutex_unlock(&r->lock);
	return due;
}

size_t registry_ask_all(struct registry *r)
{
	struct target *t, *next;
	size_t n = 0;

	pthread_mutex_lock(&r->lock);
	atomic_fetch_add(&r->number, 1);
	HASH_ITER(hh, r->targets, t, next)
	{
		if (!t->seats)
			continue;
		target_ask(r, t);
		n++;
	}
	pthread_mutex_unlock(&r->lock);
	return n;
}

void registry_ask(struct registry *r, const char *key)
{
	struct target *t;

	pthread_mutex_lock(&r->lock);
	HASH_FIND_STR(r->targets, key, t);
	if (t && t->seats && t->seats->wanted <= t->seats->begun) {
		atomic_fetch_add(&r->number, 1);
		target_ask(r, t);
	}
	pthread_mutex_unlock(&r->lock);
}

static void question_put(struct registry *r, struct assess *q, const char *key)
{
	struct target *t = target_get(r, key);
	struct assess_event refused = {
		.key = key,
		.name = key,
		.state = ASSESS_REFUSED,
		.reason = "The manager cannot follow any more endpoints.",
	};

	if (!t || follow_add(r, q, t) < 0) {
		if (t)
			refused.name = t->who.name;
		q->on_event(q->ctx, &refused);
		if (t)
			target_put(r, t);
		return;
	}
	follow_tell(t->follows, t->seats ? ASSESS_QUEUED : ASSESS_WAITING);
	if (t->seats)
		target_ask(r, t);
}

/* One number for as many as are asked under one lock: a session that begins meanwhile, and so
 * answers, tells of its result only when all of them are followed. */
static void question_put_some(struct registry *r, struct assess *q, const char *const *keys,
			      size_t n)
{
	pthread_mutex_lock(&r->lock);
	atomic_fetch_add(&r->number, 1);
	for (size_t i = 0; i < n; i++)
		question_put(r, q, keys[i]);
	pthread_mutex_unlock(&r->lock);
}

static bool registry_has_room(struct registry *r)
{
	bool room;

	pthread_mutex_lock(&r->lock);
	room = r->n_questions < QUESTIONS_MAX;
	if (room)
		r->n_questions++;
	pthread_mutex_unlock(&r->lock);
	return room;
}

static int registry_start(void *ctx, const struct assess_selection *which,
			  void (*on_event)(void *ctx, const struct assess_event *e),
			  void *on_event_ctx, struct assess **handle)
{
	struct registry *r = ctx;
	struct assess *q = calloc(1, sizeof(*q));
	size_t n;

	*handle = NULL;
	if (!q)
		return ST_ENOMEM;
	if (!registry_has_room(r)) {
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

static void registry_cancel(void *ctx, struct assess *q)
{
	struct registry *r = ctx;
	struct target *t;

	if (!q)
		return;
	pthread_mutex_lock(&r->lock);
	while (q->follows) {
		t = q->follows->target;
		follow_free(r, q->follows);
		target_put(r, t);
	}
	r->n_questions--;
	pthread_mutex_unlock(&r->lock);
	free(q);
}

const struct assess_ops registry_assess_ops = { registry_start, registry_cancel };

/* --- life -------------------------------------------------------------------------------- */

int registry_open(uint32_t per_second, struct registry **out)
{
	struct registry *r = calloc(1, sizeof(*r));

	*out = r;
	if (!r)
		return ST_ENOMEM;
	pthread_mutex_init(&r->lock, NULL);
	atomic_init(&r->number, 0);
	registry_rate(r, per_second);
	return 0;
}

void registry_close(struct registry *r)
{
	if (!r)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void registry_rate(struct registry *r, uint32_t per_second)
{
	pthread_mutex_lock(&r->lock);
	r->interval = per_second ? SECOND_US / per_second : 0;
	pthread_mutex_unlock(&r->lock);
}

void registry_ceiling(struct registry *r, uint32_t per_target)
{
	pthread_mutex_lock(&r->lock);
	r->per_target = per_target;
	pthread_mutex_unlock(&r->lock);
}

/* --- sessions ---------------------------------------------------------------------------- */

/* The newest stay. Those behind the first that was dropped were dropped before. */
static void target_trim(struct registry *r, struct target *t)
{
	uint32_t n = 0;

	for (struct seat *seat = t->seats; r->per_target && seat && !seat->dropped;
	     seat = seat->next) {
		if (n++ < r->per_target)
			continue;
		seat->dropped = true;
		seat->drop(seat, false);
	}
}

void registry_end(struct registry *r, const char *key)
{
	struct target *t;

	pthread_mutex_lock(&r->lock);
	HASH_FIND_STR(r->targets, key, t);
	for (struct seat *seat = t ? t->seats : NULL; seat && !seat->dropped;
	     seat = seat->next) {
		seat->dropped = true;
		seat->drop(seat, true);
	}
	pthread_mutex_unlock(&r->lock);
}

int registry_add(struct registry *r, struct seat *seat, const struct identity *who)
{
	struct target *t;

	pthread_mutex_lock(&r->lock);
	if ((t = target_get(r, who->key))) {
		seat->target = t;
		seat->next = t->seats;
		seat->back = &t->seats;
		if (seat->next)
			seat->next->back = &seat->next;
		r->n_seats++;
		r->n_seated += !t->seats;
		t->seats = seat;
		target_trim(r, t);
		/* not asked: its first assessment answers */
		target_tell(t, ASSESS_QUEUED);
	}
	pthread_mutex_unlock(&r->lock);
	return t ? 0 : ST_ENOMEM;
}

void registry_remove(struct registry *r, struct seat *seat)
{
	struct target *t = seat->target;

	if (!t)
		return;
	pthread_mutex_lock(&r->lock);
	*seat->back = seat->next;
	if (seat->next)
		seat->next->back = seat->back;
	seat->target = NULL;
	r->n_seats--;
	r->n_seated -= !t->seats;
	for (struct follow *f = t->follows; f; f = f->t_next) {
		if (t->seats)
			follow_tell(f, ASSESS_QUEUED);
		else if (f->state != ASSESS_GONE)
			follow_tell(f,
				    f->state == ASSESS_ASKED ? ASSESS_GONE : ASSESS_WAITING);
	}
	if (t->seats && t->follows)
		target_ask(r, t);
	target_put(r, t);
	pthread_mutex_unlock(&r->lock);
}

struct registry_count registry_count(struct registry *r)
{
	struct registry_count c;

	pthread_mutex_lock(&r->lock);
	c = (struct registry_count){ r->n_seats, r->n_seated, r->n_questions };
	pthread_mutex_unlock(&r->lock);
	return c;
}

uint64_t registry_now(struct registry *r)
{
	return atomic_load(&r->number);
}

void registry_begin(struct registry *r, struct seat *seat, uint64_t at)
{
	pthread_mutex_lock(&r->lock);
	seat->begun = at;
	for (struct follow *f = seat->target ? seat->target->follows : NULL; f; f = f->t_next)
		if (f->number <= at)
			follow_tell(f, ASSESS_ASKED);
	pthread_mutex_unlock(&r->lock);
}

void registry_done(struct registry *r, struct seat *seat, enum verdict verdict,
		   enum access access)
{
	struct assess_event e = {
		.state = ASSESS_ASSESSED,
		.verdict = verdict,
		.access = access,
	};

	pthread_mutex_lock(&r->lock);
	if (seat->target) {
		e.key = seat->target->who.key;
		e.name = seat->target->who.name;
		target_answer(r, seat->target, seat->begun, &e);
	}
	pthread_mutex_unlock(&r->lock);
}

bool registry_wanted(struct registry *r, struct seat *seat)
{
	bool wanted;

	pthread_mutex_lock(&r->lock);
	wanted = seat->target && seat->wanted > seat->begun;
	pthread_mutex_unlock(&r->lock);
	return wanted;
}

void registry_refuse(struct registry *r, struct seat *seat, const char *reason)
{
	struct assess_event e = { .state = ASSESS_REFUSED, .reason = reason };

	pthread_mutex_lock(&r->lock);
	if (seat->target) {
		e.key = seat->target->who.key;
		e.name = seat->target->who.name;
		target_answer(r, seat->target, seat->wanted, &e);
		seat->wanted = 0;
	}
	pthread_mutex_unlock(&r->lock);
}
