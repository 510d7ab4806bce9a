/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions of each endpoint, and the questions that wait for a new assessment of it.
 * Implements `stancectl assess` (admin/server/assess.h).
 *
 * - Each question has a number. An assessment that begins when the last question has number N
 *   answers all questions up to N about its endpoint, whatever started the assessment.
 * - So an endpoint that is asked twice is assessed once, and each result is counted once. An
 *   endpoint that is asked during an assessment is asked again after it.
 * - An endpoint without a session is assessed when it connects. Until then only the watchers
 *   of the questions are kept.
 * - An endpoint with several sessions is asked on the newest: an older one is most likely a
 *   dead connection. If that session ends without an answer, the next older one is asked.
 *
 * Any thread. One lock, held for a short time that does not depend on the number of
 * endpoints. */
#ifndef STANCE_MANAGER_SESSION_REGISTRY_H
#define STANCE_MANAGER_SESSION_REGISTRY_H

#include "admin/server/assess.h"

#include <stdbool.h>
#include <stdint.h>

struct identity;
struct session_registry;
struct endpoint_entry;

/* The entry of one session. Zeroed by its owner, with `ask` set. */
struct registration {
	/* An assessment is requested, to begin at `due` (monotonic us) or later. Called on any
	 * thread, inside the registry's lock. Must not call the registry and must not
	 * block. */
	void (*ask)(struct registration *registration, int64_t due);

	/* The session has to end: it is the oldest of too many sessions of its endpoint, or
	 * the endpoint was forgotten. Called once, as `ask`. May be NULL if neither can
	 * happen. */
	void (*drop)(struct registration *registration, bool forgotten);

	/* the registry's, under its lock */
	bool dropped; /* `drop` was called */
	struct endpoint_entry *entry;
	struct registration *next, **back; /* newest first */
	uint64_t wanted;                   /* last question that the session was asked for */
	uint64_t begun;                    /* last question when its assessment began */
};

/* per_second: maximum rate of requested assessments; 0: unlimited. ST_ENOMEM.
 * Caller: session_registry_close. */
int session_registry_open(uint32_t per_second, struct session_registry **r);
/* No session is registered and no question is open any more. r may be NULL. */
void session_registry_close(struct session_registry *r);
void session_registry_set_rate(struct session_registry *r, uint32_t per_second);

/* Maximum number of sessions of one endpoint; 0, the initial value: unlimited. Applies when
 * the next session of an endpoint is added. */
void session_registry_set_limit(struct session_registry *r, uint32_t sessions_per_endpoint);

/* Registers a session of the endpoint `identity`. Copies identity. ST_ENOMEM. */
int session_registry_add(struct session_registry *r, struct registration *registration,
			 const struct identity *identity);
/* Removes it; `ask` and `drop` are not called afterwards. Also for one that was never
 * added. */
void session_registry_remove(struct session_registry *r, struct registration *registration);

struct session_registry_count {
	uint64_t sessions;  /* registered */
	uint64_t endpoints; /* with a session */
	uint64_t questions; /* open */
};

struct session_registry_count session_registry_count(struct session_registry *r);

/* Number of the last question. The caller reads it before it calls a function that may begin
 * an assessment, and passes it to session_registry_begin if one began. */
uint64_t session_registry_last_question(struct session_registry *r);
void session_registry_begin(struct session_registry *r, struct registration *registration,
			    uint64_t last_question);

/* The assessment that began last is done and its result is committed. */
void session_registry_done(struct session_registry *r, struct registration *registration,
			   enum verdict verdict, enum access access);

/* True: a question was asked after the session's last assessment began. */
bool session_registry_wanted(struct session_registry *r, struct registration *registration);

/* Asks all endpoints that have a session, at the configured rate. Returns their number. */
size_t session_registry_ask_all(struct session_registry *r);

/* Reserves a time slot for an assessment that is not requested by a question. Returns its time
 * (monotonic us). It counts towards the configured rate. */
int64_t session_registry_next_slot(struct session_registry *r);

/* Asks one endpoint if it has a session, at the configured rate. No effect if it is asked
 * already. */
void session_registry_ask(struct session_registry *r, const char *key);

/* Drops all sessions of an endpoint that was forgotten. */
void session_registry_end(struct session_registry *r, const char *key);

/* The session cannot begin an assessment: its questions end with this reason. */
void session_registry_refuse(struct session_registry *r, struct registration *registration,
			     const char *reason);

/* The ctx of `start` and `cancel` is a struct session_registry. */
extern const struct assess_ops session_registry_assess_ops;

#endif
