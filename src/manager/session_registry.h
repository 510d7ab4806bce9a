/* SPDX-License-Identifier: BSD-2-Clause */
/* Which endpoint has which sessions, and who waits for a fresh assessment of it: the daemon's
 * side of `stancectl assess` (admin/assess.h).
 *
 * A question has a number. An assessment that began when the last question was number N answers
 * all questions up to N about its endpoint, whoever began it. So an endpoint that is asked twice
 * is assessed once, a result is counted once, and one that was at work when it was asked is
 * asked again when it is done.
 *
 * Nothing needs to be kept for an endpoint that is away: it is assessed when it connects, as
 * always. What is remembered is who wants to hear of it.
 *
 * Of several sessions of one endpoint the newest is asked (an older one is most likely a
 * connection whose end nobody has noticed yet); if that ends without an answer, the next.
 *
 * Any thread. One lock, held for a few steps; the number of endpoints does not matter. */
#ifndef STANCE_MANAGER_SESSION_REGISTRY_H
#define STANCE_MANAGER_SESSION_REGISTRY_H

#include "admin/server/assess.h"

#include <stdbool.h>
#include <stdint.h>

struct identity;
struct registry;
struct target;

/* One session's place; zeroed, with `ask` set. */
struct seat {
	/* The session is to be asked, not before `due` (monotonic us): on ANY thread, inside the
	 * registry's lock. Must not call into the registry, nor wait. */
	void (*ask)(struct seat *seat, int64_t due);

	/* It is to end: the endpoint has too many sessions and this is the oldest, or was
	 * forgotten. As `ask`, once; may be NULL where neither happens. */
	void (*drop)(struct seat *seat, bool forgotten);

	/* the registry's, under its lock */
	bool dropped; /* and not gone yet */
	struct target *target;
	struct seat *next, **back; /* newest first */
	uint64_t wanted;           /* the last question it was asked for */
	uint64_t begun;            /* the last question when its assessment began */
};

/* per_second: how many sessions may be asked in a second; 0: any number. */
int registry_open(uint32_t per_second, struct registry **r);
/* No seat is taken any more, no question is followed. NULL is fine. */
void registry_close(struct registry *r);
void registry_rate(struct registry *r, uint32_t per_second);

/* How many sessions one endpoint may have; 0: any number, as after registry_open. Takes effect
 * when its next one comes. */
void registry_ceiling(struct registry *r, uint32_t per_target);

/* A session of `who` is there. ST_ENOMEM. */
int registry_add(struct registry *r, struct seat *seat, const struct identity *who);
/* It is not any more; `ask` is not called after this. Also for a seat that was never added. */
void registry_remove(struct registry *r, struct seat *seat);

/* Sessions that are there, endpoints that have one, questions that are followed. */
struct registry_count {
	uint64_t sessions, endpoints, questions;
};

struct registry_count registry_count(struct registry *r);

/* The number of the last question: to be taken before an assessment is begun, and passed to
 * registry_begin if one was. */
uint64_t registry_now(struct registry *r);
void registry_begin(struct registry *r, struct seat *seat, uint64_t at);

/* The assessment that was begun last is done, and its result committed. */
void registry_done(struct registry *r, struct seat *seat, enum verdict verdict,
		   enum access access);

/* Whether the session is to be asked: a question came after its assessment began. */
bool registry_wanted(struct registry *r, struct seat *seat);

/* Everybody who has a session is to be assessed again, as fast as the rate allows. How many. */
size_t registry_ask_all(struct registry *r);

/* A session wants another assessment, and nobody has asked for it: the moment (monotonic us) in
 * which it may have it. It takes a turn among those who are asked. */
int64_t registry_turn(struct registry *r);

/* This one endpoint is to be assessed again if it has a session, as fast as the rate allows; not
 * when it will be anyway. */
void registry_ask(struct registry *r, const char *key);

/* All sessions of this endpoint are to end: it was forgotten. */
void registry_end(struct registry *r, const char *key);

/* It cannot be asked: the questions it was asked for end with this reason. */
void registry_refuse(struct registry *r, struct seat *seat, const char *reason);

/* start and cancel take a struct registry as ctx. */
extern const struct assess_ops registry_assess_ops;

#endif
