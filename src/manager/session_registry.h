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
struct session_registry;
struct endpoint_entry;

/* One session's place; zeroed, with `ask` set. */
struct registration {
	/* The session is to be asked, not before `due` (monotonic us): on ANY thread, inside the
	 * registry's lock. Must not call into the registry, nor wait. */
	void (*ask)(struct registration *registration, int64_t due);

	/* It is to end: the endpoint has too many sessions and this is the oldest, or was
	 * forgotten. As `ask`, once; may be NULL where neither happens. */
	void (*drop)(struct registration *registration, bool forgotten);

	/* the registry's, under its lock */
	bool dropped; /* and not gone yet */
	struct endpoint_entry *target;
	struct registration *next, **back; /* newest first */
	uint64_t wanted;                   /* the last question it was asked for */
	uint64_t begun;                    /* the last question when its assessment began */
};

/* per_second: how many sessions may be asked in a second; 0: any number. */
int session_registry_open(uint32_t per_second, struct session_registry **r);
/* No seat is taken any more, no question is followed. NULL is fine. */
void session_registry_close(struct session_registry *r);
void session_registry_set_rate(struct session_registry *r, uint32_t per_second);

/* How many sessions one endpoint may have; 0: any number, as after registry_open. Takes effect
 * when its next one comes. */
void session_registry_set_limit(struct session_registry *r, uint32_t per_target);

/* A session of `who` is there. ST_ENOMEM. */
int session_registry_add(struct session_registry *r, struct registration *registration,
			 const struct identity *who);
/* It is not any more; `ask` is not called after this. Also for a seat that was never added. */
void session_registry_remove(struct session_registry *r, struct registration *registration);

/* Sessions that are there, endpoints that have one, questions that are followed. */
struct session_registry_count {
	uint64_t sessions, endpoints, questions;
};

struct session_registry_count session_registry_count(struct session_registry *r);

/* The number of the last question: to be taken before an assessment is begun, and passed to
 * registry_begin if one was. */
uint64_t session_registry_now(struct session_registry *r);
void session_registry_begin(struct session_registry *r, struct registration *registration,
			    uint64_t at);

/* The assessment that was begun last is done, and its result committed. */
void session_registry_done(struct session_registry *r, struct registration *registration,
			   enum verdict verdict, enum access access);

/* Whether the session is to be asked: a question came after its assessment began. */
bool session_registry_wanted(struct session_registry *r, struct registration *registration);

/* Everybody who has a session is to be assessed again, as fast as the rate allows. How many. */
size_t session_registry_ask_all(struct session_registry *r);

/* A session wants another assessment, and nobody has asked for it: the moment (monotonic us) in
 * which it may have it. It takes a turn among those who are asked. */
int64_t session_registry_next_slot(struct session_registry *r);

/* This one endpoint is to be assessed again if it has a session, as fast as the rate allows; not
 * when it will be anyway. */
void session_registry_ask(struct session_registry *r, const char *key);

/* All sessions of this endpoint are to end: it was forgotten. */
void session_registry_end(struct session_registry *r, const char *key);

/* It cannot be asked: the questions it was asked for end with this reason. */
void session_registry_refuse(struct session_registry *r, struct registration *registration,
			     const char *reason);

/* start and cancel take a struct registry as ctx. */
extern const struct assess_ops session_registry_assess_ops;

#endif
