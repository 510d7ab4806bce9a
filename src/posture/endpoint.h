/* The present of one endpoint, in memory. Inside posture only. */
#ifndef STANCE_POSTURE_ENDPOINT_H
#define STANCE_POSTURE_ENDPOINT_H

#include "posture/ids.h"
#include "posture/ledger.h"
#include "posture/text.h"

struct repository_endpoint;
struct repository_ledger;
struct set;

struct fact {
	struct text *name, *value;
	uint32_t stamp; /* the report that named it last, while one commit is prepared */
};

struct result {
	struct text *rule, *reason;
	uint8_t verdict;
	uint32_t stamp;
};

/* What an endpoint has made of its allowance (posture_conf); in memory only. */
struct spent {
	int64_t from;     /* when its day began */
	uint32_t taught;  /* identifiers that nobody had told of before */
	uint32_t changes; /* journal lines */
	bool refused;     /* a report was, and that was said */
};

struct endpoint {
	uint32_t id;
	struct text *key, *name;
	uint64_t first_seq, inventory_seq; /* inventory_seq 0: no inventory yet */
	int64_t first_seen, last_contact, complete_through;
	uint32_t epoch;
	struct ledger ledger;
	bool assessed;
	uint8_t verdict, access;
	const struct set *set; /* its software is that of set, */
	uint32_t *delta; /* and the first n_added of these, without the n_removed behind */
	uint32_t n_added, n_removed;
	struct fact *facts; /* by name */
	struct result *results;
	uint32_t n_facts, n_results;
	struct spent spent;
};

struct endpoint *endpoint_new(uint32_t id, struct text_table *t, struct span key,
			      struct span name);
struct endpoint *endpoint_copy(const struct endpoint *e);
void endpoint_free(struct endpoint *e, struct text_table *t);

static inline const uint32_t *endpoint_added(const struct endpoint *e)
{
	return e->delta;
}

static inline const uint32_t *endpoint_removed(const struct endpoint *e)
{
	return e->delta ? e->delta + e->n_added : NULL;
}

/* What the repository knows it by, and what people call it. */
static inline struct span endpoint_key(const struct endpoint *e)
{
	return text_span(e->key);
}

static inline struct span endpoint_name(const struct endpoint *e)
{
	return text_span(e->name);
}

/* How many identifiers it has. */
uint32_t endpoint_software_count(const struct endpoint *e);

/* All of them, sorted. 0 or ST_ENOMEM. */
int endpoint_software(const struct endpoint *e, struct ids *out);

/* Sets base and difference. 0 or ST_ENOMEM. */
int endpoint_set_software(struct endpoint *e, const struct set *base, const struct ids *added,
			  const struct ids *removed);

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

/* The fact or result called name, or NULL. */
struct fact *endpoint_fact(const struct endpoint *e, struct span name);
struct result *endpoint_result(const struct endpoint *e, struct span rule);

/* A new one, in its place in the order; name must not be there yet. NULL: out of memory. */
struct fact *endpoint_fact_add(struct endpoint *e, struct text_table *t, struct span name,
			       struct span value);
struct result *endpoint_result_add(struct endpoint *e, struct text_table *t, struct span rule,
				   struct span reason, uint8_t verdict);

void endpoint_fact_remove(struct endpoint *e, struct text_table *t, struct fact *f);
void endpoint_result_remove(struct endpoint *e, struct text_table *t, struct result *r);

/* For the repository; borrows everything. */
void endpoint_store(const struct endpoint *e, struct repository_endpoint *row);
void endpoint_store_ledger(const struct endpoint *e, struct repository_ledger *row);

/* Octets it takes, without its texts. */
size_t endpoint_octets(const struct endpoint *e);

#endif
