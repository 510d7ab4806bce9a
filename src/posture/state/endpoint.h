/* SPDX-License-Identifier: BSD-2-Clause */
/* The present state of one endpoint, in memory. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_ENDPOINT_H
#define STANCE_POSTURE_STATE_ENDPOINT_H

#include "posture/state/id_list.h"
#include "posture/state/event_coverage.h"
#include "posture/state/text_pool.h"

struct repository_endpoint;
struct repository_event_coverage;
struct software_set;

/* How much of its daily limits (posture_conf) an endpoint has used; in memory only. */
struct spent {
	int64_t from;      /* begin of the endpoint's day */
	uint32_t taught;   /* identifiers that were new to the dictionary */
	uint32_t changes;  /* journal lines */
	uint32_t disputes; /* notices of refused descriptions */
	bool refused;      /* a report was refused, and this was logged */
};

/* Facts and results are texts shared by all endpoints: name, NUL, value. The value of a result
 * is the octet of the verdict, then the reason. */
struct endpoint {
	uint32_t id;
	uint32_t epoch;
	uint64_t first_seq, inventory_seq; /* inventory_seq 0: no inventory yet */
	uint64_t forgotten_seq;            /* 0: not forgotten */
	int64_t first_seen, last_contact, complete_through;
	struct event_coverage ledger;
	const struct software_set *set; /* the endpoint's software is that of set, */
	uint32_t *delta; /* plus the first n_added ids here, minus the n_removed after them */
	struct text **told; /* n_facts facts by name, then n_results results by rule */
	uint32_t n_added, n_removed;
	uint32_t n_facts, n_results;
	struct spent spent;
	bool assessed, incomplete; /* incomplete: FACT_INCOMPLETE is set */
	uint8_t verdict, access;
	uint32_t n_key, n_name;
	uint32_t name_at; /* offset of the name in s: the end of the key, or after it */
	char s[];         /* the key, and a NUL */
};

struct endpoint *endpoint_new(uint32_t id, struct span key, struct span name);
struct endpoint *endpoint_copy(const struct endpoint *e);

/* Replaces e by an endpoint with another key and frees e. NULL: out of memory; e is
 * unchanged. */
struct endpoint *endpoint_renamed(struct endpoint *e, struct span key);

/* True if the endpoint existed after the change seq. */
static inline bool endpoint_was(const struct endpoint *e, uint64_t seq)
{
	return e->first_seq <= seq && (!e->forgotten_seq || e->forgotten_seq > seq);
}

void endpoint_free(struct endpoint *e, struct text_pool *t);

static inline const uint32_t *endpoint_added(const struct endpoint *e)
{
	return e->delta;
}

static inline const uint32_t *endpoint_removed(const struct endpoint *e)
{
	return e->delta ? e->delta + e->n_added : NULL;
}

/* The key in the repository and the display name, each followed by a NUL. */
static inline struct span endpoint_key(const struct endpoint *e)
{
	return span_of(e->s, e->n_key);
}

static inline struct span endpoint_name(const struct endpoint *e)
{
	return span_of(e->s + e->name_at, e->n_name);
}

/* Number of software identifiers. */
uint32_t endpoint_software_count(const struct endpoint *e);

bool endpoint_has_software(const struct endpoint *e, uint32_t software);

/* All software identifiers, ascending. 0 or ST_ENOMEM. */
int endpoint_software(const struct endpoint *e, struct id_list *out);

/* Sets the software to base plus added minus removed. 0 or ST_ENOMEM. */
int endpoint_set_software(struct endpoint *e, const struct software_set *base,
			  const struct id_list *added, const struct id_list *removed);

/* A fact (its name and value) or a result (its rule, reason and verdict); borrowed from the
 * endpoint. */
struct fact_view {
	struct span name, value;
	uint8_t verdict;
};

/* The i-th fact or result, ordered by name or rule; i below e->n_facts or e->n_results. */
struct fact_view endpoint_fact_at(const struct endpoint *e, uint32_t i);
struct fact_view endpoint_result_at(const struct endpoint *e, uint32_t i);

/* True if the endpoint has the fact; value may be NULL. */
bool endpoint_has_fact(const struct endpoint *e, struct span name, struct span *value);

/* Set a fact or a result. 0, or ST_ENOMEM and e is unchanged. */
int endpoint_fact_set(struct endpoint *e, struct text_pool *t, struct span name,
		      struct span value);
int endpoint_result_set(struct endpoint *e, struct text_pool *t, struct span rule,
			struct span reason, uint8_t verdict);

/* True if the endpoint has a result of the rule; r may be NULL. */
bool endpoint_has_result(const struct endpoint *e, struct span rule, struct fact_view *r);

void endpoint_fact_remove(struct endpoint *e, struct text_pool *t, uint32_t i);
void endpoint_result_remove(struct endpoint *e, struct text_pool *t, uint32_t i);

/* For loading: texts of a fact and of a result, and a function that appends such texts to
 * those of e. It takes the texts over and returns 0, or returns ST_ENOMEM or ST_EDB (unsorted,
 * duplicate) and leaves them to the caller. */
struct text *endpoint_fact_text(struct text_pool *t, struct span name, struct span value);
struct text *endpoint_result_text(struct text_pool *t, struct span rule, struct span reason,
				  uint8_t verdict);
int endpoint_take_told(struct endpoint *e, struct text *const *facts, uint32_t n_facts,
		       struct text *const *results, uint32_t n_results);

/* Fill rows for the repository, which borrow from e. */
void endpoint_store(const struct endpoint *e, struct repository_endpoint *row);
void endpoint_store_ledger(const struct endpoint *e, struct repository_event_coverage *row);

/* Memory of e in octets, without the texts of facts and results. */
size_t endpoint_octets(const struct endpoint *e);

#endif
