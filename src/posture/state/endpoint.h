/* SPDX-License-Identifier: BSD-2-Clause */
/* The present of one endpoint, in memory. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_ENDPOINT_H
#define STANCE_POSTURE_STATE_ENDPOINT_H

#include "posture/state/id_list.h"
#include "posture/state/event_coverage.h"
#include "posture/state/text_pool.h"

struct repository_endpoint;
struct repository_event_coverage;
struct software_set;

/* What an endpoint has made of its allowance (posture_conf); in memory only. */
struct spent {
	int64_t from;      /* when its day began */
	uint32_t taught;   /* identifiers that nobody had told of before */
	uint32_t changes;  /* journal lines */
	uint32_t disputes; /* notices that a description was refused */
	bool refused;      /* a report was, and that was said */
};

/* Facts and results are texts that all endpoints share: the name, a NUL, the value; of a result
 * the value is the verdict's octet and then the reason. */
struct endpoint {
	uint32_t id;
	uint32_t epoch;
	uint64_t first_seq, inventory_seq; /* inventory_seq 0: no inventory yet */
	uint64_t forgotten_seq;            /* 0: it is of the present */
	int64_t first_seen, last_contact, complete_through;
	struct event_coverage ledger;
	const struct software_set *set; /* its software is that of set, */
	uint32_t *delta;    /* and the first n_added of these, without the n_removed behind */
	struct text **told; /* n_facts facts by name, then n_results results by rule */
	uint32_t n_added, n_removed;
	uint32_t n_facts, n_results;
	struct spent spent;
	bool assessed, incomplete; /* incomplete: FACT_INCOMPLETE is set */
	uint8_t verdict, access;
	uint32_t n_key, n_name;
	uint32_t name_at; /* in s: the name is the key's end, or stands behind it */
	char s[];         /* the key, and a NUL */
};

struct endpoint *endpoint_new(uint32_t id, struct span key, struct span name);
struct endpoint *endpoint_copy(const struct endpoint *e);

/* e under another key, in its place: e is gone. NULL: out of memory, and e stays. */
struct endpoint *endpoint_renamed(struct endpoint *e, struct span key);

/* It was there after the change seq. */
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

/* What the repository knows it by, and what people call it; each with a NUL behind it. */
static inline struct span endpoint_key(const struct endpoint *e)
{
	return span_of(e->s, e->n_key);
}

static inline struct span endpoint_name(const struct endpoint *e)
{
	return span_of(e->s + e->name_at, e->n_name);
}

/* How many identifiers it has. */
uint32_t endpoint_software_count(const struct endpoint *e);

bool endpoint_has_software(const struct endpoint *e, uint32_t software);

/* All of them, sorted. 0 or ST_ENOMEM. */
int endpoint_software(const struct endpoint *e, struct id_list *out);

/* Sets base and difference. 0 or ST_ENOMEM. */
int endpoint_set_software(struct endpoint *e, const struct software_set *base,
			  const struct id_list *added, const struct id_list *removed);

/* A fact (its name and value) or a result (its rule, reason and verdict), to look at. */
struct fact_view {
	struct span name, value;
	uint8_t verdict;
};

/* The i-th of e->n_facts, of e->n_results, in the order of their names. */
struct fact_view endpoint_fact_at(const struct endpoint *e, uint32_t i);
struct fact_view endpoint_result_at(const struct endpoint *e, uint32_t i);

/* Whether it has the fact called name; value may be NULL. */
bool endpoint_has_fact(const struct endpoint *e, struct span name, struct span *value);

/* Sets a fact, or a result. 0 or ST_ENOMEM, and nothing has happened. */
int endpoint_fact_set(struct endpoint *e, struct text_pool *t, struct span name,
		      struct span value);
int endpoint_result_set(struct endpoint *e, struct text_pool *t, struct span rule,
			struct span reason, uint8_t verdict);

/* Whether there is such a result; *r may be NULL. */
bool endpoint_has_result(const struct endpoint *e, struct span rule, struct fact_view *r);

void endpoint_fact_remove(struct endpoint *e, struct text_pool *t, uint32_t i);
void endpoint_result_remove(struct endpoint *e, struct text_pool *t, uint32_t i);

/* At a start: takes texts, made by these two, behind what e has of each. 0, ST_ENOMEM, or ST_EDB
 * when they are not sorted or there is one twice; the texts are the caller's then. */
struct text *endpoint_fact_text(struct text_pool *t, struct span name, struct span value);
struct text *endpoint_result_text(struct text_pool *t, struct span rule, struct span reason,
				  uint8_t verdict);
int endpoint_take_told(struct endpoint *e, struct text *const *facts, uint32_t n_facts,
		       struct text *const *results, uint32_t n_results);

/* For the repository; borrows everything. */
void endpoint_store(const struct endpoint *e, struct repository_endpoint *row);
void endpoint_store_ledger(const struct endpoint *e, struct repository_event_coverage *row);

/* Octets it takes, without the texts of facts and results. */
size_t endpoint_octets(const struct endpoint *e);

#endif
