/* SPDX-License-Identifier: BSD-2-Clause */
/* What a repository plugin implements. The core keeps the present in memory and answers
 * queries itself; a plugin stores, so it is small: append a batch, read the journal, give the
 * present back at start, look after its own schema.
 *
 * A plugin is a shared object `repository-NAME.so` whose one visible symbol is
 *	const struct repository_plugin stance_plugin = { .abi = REPOSITORY_ABI, ... };
 * Another major version of the interface, or a newer minor one, is refused. An older minor
 * works: it stores no ledgers, so after a restart every gap is a matter of asking again, and
 * software is there once or not at all.
 *
 * 1.1: ledgers. 1.2: what is told of an endpoint, as a whole. */
#ifndef STANCE_POSTURE_REPOSITORY_H
#define STANCE_POSTURE_REPOSITORY_H

#include "base/api.h"
#include "posture/change.h"

ST_API_BEGIN

#define REPOSITORY_ABI_MAJOR 1u
#define REPOSITORY_ABI_MINOR 2u
#define REPOSITORY_ABI (REPOSITORY_ABI_MAJOR << 16 | REPOSITORY_ABI_MINOR)

#define PLUGIN_SYMBOL "stance_plugin"

/* Optional, a function of this type: reads the plugin's settings and opens nothing. ST_ECONF and
 * why ("FILE:LINE: ...") when they are wrong. */
#define PLUGIN_SETTINGS_SYMBOL "stance_plugin_settings"
typedef int plugin_settings_fn(char *err_msg, size_t err_msg_len);

#define PLUGIN_EXPORT __attribute__((visibility("default")))

struct repository; /* the plugin's own */

/* One entry of the dictionary. Empty spans are unknown. */
struct repository_software {
	uint32_t id;
	uint32_t model_pen;
	uint8_t model;
	struct span identifier; /* UTF-8 without NUL; unique */
	struct span name, version, arch, type, source_name, source_version, purl, supplier;
};

/* A sorted set of dictionary ids, stored once for all who have it. Never changes. */
struct repository_set {
	uint32_t id;
	uint8_t digest[32]; /* SHA-256 over the sorted identifiers; unique */
	const uint32_t *members;
	size_t n;
	uint64_t named; /* since 1.2: the last CHANGE_INVENTORY that names it; 0: none */
};

/* A set that is there already is named by a change. */
struct repository_named {
	uint32_t set;
	uint64_t seq;
};

/* The present of one endpoint. Its software is that of `set`, and `added`, without `removed`
 * (both sorted). */
struct repository_endpoint {
	uint32_t id;
	struct span key, name;
	uint64_t first_seq,
		inventory_seq; /* of its CHANGE_ENDPOINT, of its CHANGE_INVENTORY */
	int64_t first_seen, last_contact, complete_through;
	uint32_t epoch, last_eid; /* events are known up to last_eid without a gap */
	bool assessed;
	uint8_t verdict, access;
	uint32_t set; /* 0: no inventory yet */
	const uint32_t *added, *removed;
	size_t n_added, n_removed;
};

/* Both ends included. */
struct repository_range {
	uint32_t from, to;
};

/* Software that is not there once or not at all: twice and more often, or less than never
 * while a gap hides where it came from. */
struct repository_instances {
	uint32_t software;
	int32_t count;
};

/* What is known of an endpoint's ledger of events besides epoch and last_eid. */
struct repository_event_coverage {
	uint32_t endpoint;
	uint32_t highest_eid; /* the endpoint has told of it */
	bool followed;        /* events were committed in this epoch */
	int64_t inventory_at;
	const struct repository_range *ranges; /* of EIDs, committed beyond a gap; ascending */
	size_t n_ranges;
	const struct repository_instances *instances; /* by software */
	size_t n_instances;
};

struct repository_fact {
	uint32_t endpoint;
	struct span name, value;
};

struct repository_result {
	uint32_t endpoint;
	struct span rule, reason;
	uint8_t verdict;
};

/* All facts and results of one endpoint, each in the order of their names. */
struct repository_attributes {
	uint32_t endpoint;
	const struct repository_fact *facts;
	size_t n_facts;
	const struct repository_result *results;
	size_t n_results;
};

/* An endpoint that left the present: its row stays, under another key. */
struct repository_forgotten {
	uint32_t endpoint;
	uint64_t seq; /* of its CHANGE_FORGOTTEN */
	struct span key;
};

/* Everything that one commit writes. Software and endpoints replace a row of the same id;
 * present facts and results follow from the changes (CHANGE_FACT, ..._GONE, CHANGE_RESULT),
 * and are there as a whole in told. */
struct repository_batch {
	const struct change *changes; /* seq ascending, without holes */
	size_t n_changes;
	const struct repository_software *software;
	size_t n_software;
	const struct repository_set *sets;
	size_t n_sets;
	const struct repository_endpoint *endpoints;
	size_t n_endpoints;

	/* Since 1.1. Of endpoints that exist or come in this batch; each replaces the one
	 * before. */
	const struct repository_event_coverage *ledgers;
	size_t n_ledgers;

	/* Since 1.2. Of the endpoints of which a fact or a result has changed; each replaces the
	 * one before. */
	const struct repository_attributes *told;
	size_t n_told;

	/* Since 1.2. To be written before endpoints: one of these may have the key that one of
	 * those had. */
	const struct repository_forgotten *forgotten;
	size_t n_forgotten;

	/* Since 1.2. Sets that are not new; sets to which nothing refers any more, neither an
	 * endpoint nor a change. To be written after endpoints. */
	const struct repository_named *named;
	size_t n_named;
	const uint32_t *dropped_sets;
	size_t n_dropped_sets;
};

struct repository_state {
	uint64_t last_seq;  /* 0: the journal is empty */
	int64_t last_known; /* known_at of that change */
	uint64_t first_seq; /* oldest change that is kept, or last_seq + 1 */
	int64_t oldest;     /* what came before this moment was pruned; 0: nothing was */
	char where[1024];   /* for people: the file, the database */
};

/* The present, row by row, in this order, except that the facts and the results of an endpoint
 * may stand together: since 1.2. Each returns 0 or an error that ends the load. */
struct repository_loader {
	int (*software)(void *ctx, const struct repository_software *s);
	int (*set)(void *ctx, const struct repository_set *s);
	int (*endpoint)(void *ctx, const struct repository_endpoint *e);
	int (*fact)(void *ctx, const struct repository_fact *f);
	int (*result)(void *ctx, const struct repository_result *r);
	int (*ledger)(void *ctx, const struct repository_event_coverage *l);       /* since 1.1 */
	int (*forgotten)(void *ctx, const struct repository_forgotten *f); /* since 1.2 */
};

/* Changes with from <= seq <= to that satisfy the rest; zero fields do not narrow. */
struct repository_filter {
	uint64_t from, to;
	uint32_t endpoint;
	uint32_t software;
	uint32_t kinds; /* CHANGE_BIT of those wanted; 0: all */
	bool descending;
	uint64_t limit;
};

/* What a change did to who has a software. */
struct software_transition {
	uint64_t seq;
	uint32_t endpoint, software;
	bool added;        /* or removed */
	int64_t effective; /* change_effective of it; exactly, or later than was asked about */
	int64_t known_at;  /* where effective is exact */
	bool untimed;      /* change_untimed, where effective is exact; */
	int64_t after;     /* then: it came about after this */
};

/* Functions return 0 or a negative ST_E...; why is a sentence for people. append and prune are
 * called by one thread; everything else by any, also during an append, and then sees either
 * all of a batch or nothing. New members are added at the end. */
struct repository_plugin {
	uint32_t abi;  /* REPOSITORY_ABI it was built with */
	uint32_t size; /* sizeof(struct repository_plugin) it was built with */
	const char *name;

	/* Opens or creates the repository as the plugin's own configuration says, and brings
	 * its schema up to date. A damaged one is refused (ST_EDB) with what to do about it.
	 */
	int (*open)(struct repository **r, char *err_msg, size_t err_msg_len);
	void (*close)(struct repository *r);

	int (*state)(struct repository *r, struct repository_state *state);
	int (*load)(struct repository *r, const struct repository_loader *l, void *ctx);

	/* All of it, durably, or nothing. ST_EVALUE or ST_ELIMIT when something in it can never
	 * be stored, and the rest could: the core then looks for it. ST_EBUSY when somebody else has appended since: the
	 * batch does not continue the journal. */
	int (*append)(struct repository *r, const struct repository_batch *b, char *err_msg,
		      size_t err_msg_len);

	/* fn returns 0 to go on; anything else is returned. */
	int (*read)(struct repository *r, const struct repository_filter *f,
		    int (*fn)(void *ctx, const struct change *c), void *ctx);

	/* The last seq with known_at <= at; when there is none, the one before the oldest that
	 * is kept. */
	int (*seq_at)(struct repository *r, int64_t at, uint64_t *seq);

	/* Drops changes with seq < keep and remembers that the past begins at `oldest`. */
	int (*prune)(struct repository *r, uint64_t keep, int64_t oldest);

	int (*check)(struct repository *r, char *err_msg, size_t err_msg_len);

	/* Since 1.2, and may be missing (NULL): as read does with f, newest first, but only what
	 * CHANGE_ADDED and CHANGE_REMOVED did, and the order matters only among those of one endpoint
	 * and one software. f names a software, or all are meant; it has no endpoint, no kinds and no
	 * limit. It makes a change of a year ago of what millions have in a second, where read
	 * takes as long as there are lines. as_of: effective matters up to there, and so does what
	 * is untimed and came after an earlier moment. */
	int (*turns)(struct repository *r, const struct repository_filter *f, int64_t as_of,
		     int (*fn)(void *ctx, const struct software_transition *t), void *ctx);
};

/* The loader (core only). */
struct plugin {
	void *so;
	const struct repository_plugin *repository;
};

/* dir/repository-NAME.so. ST_EPLUGIN with path, reason and, for a version, both numbers. */
int plugin_load(struct plugin *pl, const char *dir, const char *name, char *err_msg,
		size_t err_msg_len);
void plugin_unload(struct plugin *pl);

ST_API_END

#endif
