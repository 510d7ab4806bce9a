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

#define QUESTIONS_MAX 16     /* open at once */
#define WATCHERS_MAX 1048576 /* endpoints in all open questions */
#define KEYS_PER_LOCK 256    /* endpoints asked while the lock is held */
#define SECOND_US 1000000

/* One endpoint of a question. */
struct question_watcher {
	struct assess *question;
	struct endpoint_entry *entry;
	struct question_watcher *q_next, **q_back; /* of the question */
	struct question_watcher *e_next, **e_back; /* of the endpoint */
	uint64_t number; /* an assessment that begins at this number or later answers */
	enum assess_state state;
};

struct assess {
	struct question_watcher *watchers;
	void (*on_event)(void *ctx, const struct assess_event *e);
	void *ctx;
};

/* An endpoint with a session or a question. */
struct endpoint_entry {
	struct identity identity;
	struct registration *registrations;
	struct question_watcher *watchers;
	UT_hash_handle hh;
};

struct session_registry {
	pthread_mutex_t lock;
	struct endpoint_entry *entries;
	atomic_uint_fast64_t number; /* of the last question */
	unsigned n_questions;
	size_t n_watchers;
	uint64_t n_registrations, n_endpoints;
	uint32_t sessions_per_endpoint; /* 0: unlimited */
	int64_t interval, next_slot;    /* time slots of requested assessments, us */
};

/* --- lists ------------------------------------------------------------------------------- */

static struct endpoint_entry *endpoint_entry_make(const char *key)
{
	struct endpoint_entry *entry = calloc(1, sizeof(*entry));

	if (!entry || identity_from_key(key, &entry->identity) == 0)
		return entry;
	free(entry);
	return NULL;
}

static struct endpoint_entry *endpoint_entry_get(struct session_registry *r, const char *key)
{
	struct endpoint_entry *entry;
	unsigned before = HASH_COUNT(r->entries);

	HASH_FIND_STR(r->entries, key, entry);
	if (entry || !(entry = endpoint_entry_make(key)))
		return entry;
	HASH_ADD_KEYPTR(hh, r->entries, entry->identity.key, strlen(entry->identity.key),
			entry);
	if (HASH_COUNT(r->entries) > before)
		return entry;
	identity_free(&entry->identity);
	free(entry);
	return NULL;
}

static void endpoint_entry_put(struct session_registry *r, struct endpoint_entry *entry)
{
	if (entry->registrations || entry->watchers)
		return;
	HASH_DEL(r->entries, entry);
	identity_free(&entry->identity);
	free(entry);
}

static int watcher_add(struct session_registry *r, struct assess *q,
		       struct endpoint_entry *entry)
{
	struct question_watcher *watcher =
		r->n_watchers < WATCHERS_MAX ? calloc(1, sizeof(*watcher)) : NULL;

	if (!watcher)
		return ST_ELIMIT;
	watcher->question = q;
	watcher->entry = entry;
	watcher->number = atomic_load(&r->number);
	watcher->state = ASSESS_N;
	watcher->q_next = q->watchers;
	watcher->q_back = &q->watchers;
	if (watcher->q_next)
		watcher->q_next->q_back = &watcher->q_next;
	q->watchers = watcher;
	watcher->e_next = entry->watchers;
	watcher->e_back = &entry->watchers;
	if (watcher->e_next)
		watcher->e_next->e_back = &watcher->e_next;
	entry->watchers = watcher;
	r->n_watchers++;
	return 0;
}

static void watcher_free(struct session_registry *r, struct question_watcher *watcher)
{
	*watcher->q_back = watcher->q_next;
	if (watcher->q_next)
		watcher->q_next->q_back = watcher->q_back;
	*watcher->e_back = watcher->e_next;
	if (watcher->e_next)
		watcher->e_next->e_back = watcher->e_back;
	r->n_watchers--;
	free(watcher);
}

/* --- notifications ----------------------------------------------------------------------- */

static void watcher_notify(struct question_watcher *watcher, enum assess_state state)
{
	const struct assess_event e = {
		.key = watcher->entry->identity.key,
		.name = watcher->entry->identity.name,
		.state = state,
	};

	if (watcher->state == state)
		return;
	watcher->state = state;
	watcher->question->on_event(watcher->question->ctx, &e);
}

/* Answers and ends the questions up to `number` about an endpoint. */
static void endpoint_entry_answer(struct session_registry *r, struct endpoint_entry *entry,
				  uint64_t number, const struct assess_event *e)
{
	struct question_watcher *next;

	for (struct question_watcher *watcher = entry->watchers; watcher; watcher = next) {
		next = watcher->e_next;
		if (watcher->number > number)
			continue;
		watcher->question->on_event(watcher->question->ctx, e);
		watcher_free(r, watcher);
	}
}

static void endpoint_entry_notify(struct endpoint_entry *entry, enum assess_state state)
{
	for (struct question_watcher *watcher = entry->watchers; watcher;
	     watcher = watcher->e_next)
		watcher_notify(watcher, state);
}

/* --- requests ---------------------------------------------------------------------------- */

/* Time slots are given out in the order of the requests, so no timer is needed here. */
static int64_t session_registry_take_slot(struct session_registry *r)
{
	int64_t now = clock_mono_us(), due = r->next_slot > now ? r->next_slot : now;

	r->next_slot = due + r->interval;
	return due;
}

static void endpoint_entry_ask(struct session_registry *r, struct endpoint_entry *entry)
{
	struct registration *registration = entry->registrations;

	registration->wanted = atomic_load(&r->number);
	registration->ask(registration, session_registry_take_slot(r));
}

int64_t session_registry_next_slot(struct session_registry *r)
{
	int64_t due;

	pthread_mutex_lock(&r->lock);
	due = session_registry_take_slot(r);
	pthread_mutex_unlock(&r->lock);
	return due;
}

size_t session_registry_ask_all(struct session_registry *r)
{
	struct endpoint_entry *entry, *next;
	size_t n = 0;

	pthread_mutex_lock(&r->lock);
	atomic_fetch_add(&r->number, 1);
	HASH_ITER(hh, r->entries, entry, next)
	{
		if (!entry->registrations)
			continue;
		endpoint_entry_ask(r, entry);
		n++;
	}
	pthread_mutex_unlock(&r->lock);
	return n;
}

void session_registry_ask(struct session_registry *r, const char *key)
{
	struct endpoint_entry *entry;

	pthread_mutex_lock(&r->lock);
	HASH_FIND_STR(r->entries, key, entry);
	if (entry && entry->registrations &&
	    entry->registrations->wanted <= entry->registrations->begun) {
		atomic_fetch_add(&r->number, 1);
		endpoint_entry_ask(r, entry);
	}
	pthread_mutex_unlock(&r->lock);
}

static void question_put(struct session_registry *r, struct assess *q, const char *key)
{
	struct endpoint_entry *entry = endpoint_entry_get(r, key);
	struct assess_event refused = {
		.key = key,
		.name = key,
		.state = ASSESS_REFUSED,
		.reason = "Too many endpoints are waiting for an assessment.",
	};

	if (!entry || watcher_add(r, q, entry) < 0) {
		if (entry)
			refused.name = entry->identity.name;
		q->on_event(q->ctx, &refused);
		if (entry)
			endpoint_entry_put(r, entry);
		return;
	}
	watcher_notify(entry->watchers, entry->registrations ? ASSESS_QUEUED : ASSESS_WAITING);
	if (entry->registrations)
		endpoint_entry_ask(r, entry);
}

/* One question number for all keys. An assessment that begins in the meantime reports its
 * result after all watchers are added, because that needs the lock. */
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

static int session_registry_start(void *ctx, const struct assess_selection *selection,
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
	for (size_t i = 0; i < selection->n; i += n) {
		n = selection->n - i < KEYS_PER_LOCK ? selection->n - i : KEYS_PER_LOCK;
		question_put_some(r, q, selection->keys + i, n);
	}
	*handle = q;
	return 0;
}

static void session_registry_cancel(void *ctx, struct assess *q)
{
	struct session_registry *r = ctx;
	struct endpoint_entry *entry;

	if (!q)
		return;
	pthread_mutex_lock(&r->lock);
	while (q->watchers) {
		entry = q->watchers->entry;
		watcher_free(r, q->watchers);
		endpoint_entry_put(r, entry);
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

void session_registry_set_limit(struct session_registry *r, uint32_t sessions_per_endpoint)
{
	pthread_mutex_lock(&r->lock);
	r->sessions_per_endpoint = sessions_per_endpoint;
	pthread_mutex_unlock(&r->lock);
}

/* --- sessions ---------------------------------------------------------------------------- */

/* Drops all but the newest sessions. Those behind the first dropped one were dropped
 * before. */
static void endpoint_entry_trim(struct session_registry *r, struct endpoint_entry *entry)
{
	uint32_t n = 0;

	for (struct registration *registration = entry->registrations;
	     r->sessions_per_endpoint && registration && !registration->dropped;
	     registration = registration->next) {
		if (n++ < r->sessions_per_endpoint)
			continue;
		registration->dropped = true;
		registration->drop(registration, false);
	}
}

void session_registry_end(struct session_registry *r, const char *key)
{
	struct endpoint_entry *entry;

	pthread_mutex_lock(&r->lock);
	HASH_FIND_STR(r->entries, key, entry);
	for (struct registration *registration = entry ? entry->registrations : NULL;
	     registration && !registration->dropped; registration = registration->next) {
		registration->dropped = true;
		registration->drop(registration, true);
	}
	pthread_mutex_unlock(&r->lock);
}

int session_registry_add(struct session_registry *r, struct registration *registration,
			 const struct identity *identity)
{
	struct endpoint_entry *entry;

	pthread_mutex_lock(&r->lock);
	if ((entry = endpoint_entry_get(r, identity->key))) {
		registration->entry = entry;
		registration->next = entry->registrations;
		registration->back = &entry->registrations;
		if (registration->next)
			registration->next->back = &registration->next;
		r->n_registrations++;
		r->n_endpoints += !entry->registrations;
		entry->registrations = registration;
		endpoint_entry_trim(r, entry);
		/* not asked: its first assessment answers all questions */
		endpoint_entry_notify(entry, ASSESS_QUEUED);
	}
	pthread_mutex_unlock(&r->lock);
	return entry ? 0 : ST_ENOMEM;
}

void session_registry_remove(struct session_registry *r, struct registration *registration)
{
	struct endpoint_entry *entry = registration->entry;

	if (!entry)
		return;
	pthread_mutex_lock(&r->lock);
	*registration->back = registration->next;
	if (registration->next)
		registration->next->back = registration->back;
	registration->entry = NULL;
	r->n_registrations--;
	r->n_endpoints -= !entry->registrations;
	for (struct question_watcher *watcher = entry->watchers; watcher;
	     watcher = watcher->e_next) {
		if (entry->registrations)
			watcher_notify(watcher, ASSESS_QUEUED);
		else if (watcher->state != ASSESS_GONE)
			watcher_notify(watcher, watcher->state == ASSESS_ASKED
							? ASSESS_GONE
							: ASSESS_WAITING);
	}
	if (entry->registrations && entry->watchers)
		endpoint_entry_ask(r, entry);
	endpoint_entry_put(r, entry);
	pthread_mutex_unlock(&r->lock);
}

struct session_registry_count session_registry_count(struct session_registry *r)
{
	struct session_registry_count c;

	pthread_mutex_lock(&r->lock);
	c = (struct session_registry_count){ r->n_registrations, r->n_endpoints,
					     r->n_questions };
	pthread_mutex_unlock(&r->lock);
	return c;
}

uint64_t session_registry_last_question(struct session_registry *r)
{
	return atomic_load(&r->number);
}

void session_registry_begin(struct session_registry *r, struct registration *registration,
			    uint64_t last_question)
{
	pthread_mutex_lock(&r->lock);
	registration->begun = last_question;
	for (struct question_watcher *watcher =
		     registration->entry ? registration->entry->watchers : NULL;
	     watcher; watcher = watcher->e_next)
		if (watcher->number <= last_question)
			watcher_notify(watcher, ASSESS_ASKED);
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
	if (registration->entry) {
		e.key = registration->entry->identity.key;
		e.name = registration->entry->identity.name;
		endpoint_entry_answer(r, registration->entry, registration->begun, &e);
	}
	pthread_mutex_unlock(&r->lock);
}

bool session_registry_wanted(struct session_registry *r, struct registration *registration)
{
	bool wanted;

	pthread_mutex_lock(&r->lock);
	wanted = registration->entry && registration->wanted > registration->begun;
	pthread_mutex_unlock(&r->lock);
	return wanted;
}

void session_registry_refuse(struct session_registry *r, struct registration *registration,
			     const char *reason)
{
	struct assess_event e = { .state = ASSESS_REFUSED, .reason = reason };

	pthread_mutex_lock(&r->lock);
	if (registration->entry) {
		e.key = registration->entry->identity.key;
		e.name = registration->entry->identity.name;
		endpoint_entry_answer(r, registration->entry, registration->wanted, &e);
		registration->wanted = 0;
	}
	pthread_mutex_unlock(&r->lock);
}
