/* SPDX-License-Identifier: BSD-2-Clause */
/* The interface of repository plugins. The core keeps the present in memory and answers
 * queries itself; a plugin stores: it appends batches, reads the journal, returns the present
 * at start, and maintains its schema.
 *
 * A plugin is a shared object `repository-NAME.so` with the symbol
 *	const struct repository_plugin stance_plugin = { .abi = REPOSITORY_ABI, ... };
 *
 *   - Another major version, or a newer minor version, is refused.
 *   - An older minor version works with less: before 1.1 event coverage is not stored, so that
 *     after a restart events are requested again and software is installed once or not at all.
 *
 * 1.1 added event coverage, 1.2 the attributes of an endpoint as a whole. */
#ifndef STANCE_POSTURE_REPOSITORY_H
#define STANCE_POSTURE_REPOSITORY_H

#include "base/api.h"
#include "posture/change.h"

ST_API_BEGIN

#define REPOSITORY_ABI_MAJOR 1u
#define REPOSITORY_ABI_MINOR 2u
#define REPOSITORY_ABI (REPOSITORY_ABI_MAJOR << 16 | REPOSITORY_ABI_MINOR)

#define PLUGIN_SYMBOL "stance_plugin"

/* Optional symbol, a function of this type: checks the plugin's settings and opens nothing.
 * ST_ECONF with "FILE:LINE: ..." in err_msg when they are wrong. */
#define PLUGIN_SETTINGS_SYMBOL "stance_plugin_settings"
typedef int plugin_settings_fn(char *err_msg, size_t err_msg_len);

#define PLUGIN_EXPORT __attribute__((visibility("default")))

struct repository; /* defined by the plugin */

/* A dictionary entry. Empty spans are unknown. */
struct repository_software {
	uint32_t id;
	uint32_t model_pen;
	uint8_t model;
	struct span identifier; /* UTF-8 without NUL; unique */
	struct span name, version, arch, type, source_name, source_version, purl, supplier;
};

/* A sorted set of dictionary ids, shared by endpoints. It never changes. */
struct repository_set {
	uint32_t id;
	uint8_t digest[32]; /* SHA-256 over the sorted identifiers; unique */
	const uint32_t *members;
	size_t n;
	uint64_t named; /* since 1.2: last CHANGE_INVENTORY that names it; 0: none */
};

/* A change names an existing set. */
struct repository_named {
	uint32_t set;
	uint64_t seq;
};

/* The present of an endpoint. Its software is `set` plus `added` minus `removed` (both
 * sorted). */
struct repository_endpoint {
	uint32_t id;
	struct span key, name;
	uint64_t first_seq, inventory_seq; /* its CHANGE_ENDPOINT, its CHANGE_INVENTORY */
	int64_t first_seen, last_contact, complete_through;
	uint32_t epoch, last_eid; /* all events up to last_eid are committed */
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

/* Software whose number of instances is neither 0 nor 1: more than 1, or negative while a gap
 * hides its creation. */
struct repository_instances {
	uint32_t software;
	int32_t count;
};

/* The event coverage of an endpoint besides epoch and last_eid. */
struct repository_event_coverage {
	uint32_t endpoint;
	uint32_t highest_eid; /* highest EID that the endpoint reported */
	bool followed;        /* events of this epoch were committed */
	int64_t inventory_at;
	const struct repository_range *ranges; /* EIDs committed after a gap; ascending */
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

/* The attributes of an endpoint: all facts and results, each by name. */
struct repository_attributes {
	uint32_t endpoint;
	const struct repository_fact *facts;
	size_t n_facts;
	const struct repository_result *results;
	size_t n_results;
};

/* An endpoint that left the present; its row stays, under another key. */
struct repository_forgotten {
	uint32_t endpoint;
	uint64_t seq; /* of its CHANGE_FORGOTTEN */
	struct span key;
};

/* Everything that one commit writes. Software and endpoints replace rows of the same id.
 * Present facts and results follow from the changes (CHANGE_FACT, ..._GONE, CHANGE_RESULT) and
 * are also in `told`. */
struct repository_batch {
	const struct change *changes; /* seq ascending, without holes */
	size_t n_changes;
	const struct repository_software *software;
	size_t n_software;
	const struct repository_set *sets;
	size_t n_sets;
	const struct repository_endpoint *endpoints;
	size_t n_endpoints;

	/* Since 1.1. Of existing endpoints and of those in this batch; each replaces an
	 * earlier one. */
	const struct repository_event_coverage *ledgers;
	size_t n_ledgers;

	/* Since 1.2. Of the endpoints with a changed fact or result; each replaces an earlier
	 * one. */
	const struct repository_attributes *told;
	size_t n_told;

	/* Since 1.2. Written before endpoints, which may reuse their keys. */
	const struct repository_forgotten *forgotten;
	size_t n_forgotten;

	/* Since 1.2. Existing sets named by a change; sets to which no endpoint and no change
	 * refers any more. Written after endpoints. */
	const struct repository_named *named;
	size_t n_named;
	const uint32_t *dropped_sets;
	size_t n_dropped_sets;
};

struct repository_state {
	uint64_t last_seq;  /* 0: the journal is empty */
	int64_t last_known; /* known_at of that change */
	uint64_t first_seq; /* oldest change that is kept, or last_seq + 1 */
	int64_t oldest;     /* the journal before this moment was pruned; 0: it was not */
	char where[1024];   /* for people: the file, the database */
};

/* Receives the present, row by row, in this order; since 1.2 facts and results of an endpoint
 * may be mixed. Each function returns 0, or an error that ends the load. */
struct repository_loader {
	int (*software)(void *ctx, const struct repository_software *s);
	int (*set)(void *ctx, const struct repository_set *s);
	int (*endpoint)(void *ctx, const struct repository_endpoint *e);
	int (*fact)(void *ctx, const struct repository_fact *f);
	int (*result)(void *ctx, const struct repository_result *r);
	int (*ledger)(void *ctx, const struct repository_event_coverage *l); /* since 1.1 */
	int (*forgotten)(void *ctx, const struct repository_forgotten *f);   /* since 1.2 */
};

/* Selects changes with from <= seq <= to. Zero fields do not narrow. */
struct repository_filter {
	uint64_t from, to;
	uint32_t endpoint;
	uint32_t software;
	uint32_t kinds; /* CHANGE_BIT of each kind; 0: all */
	bool descending;
	uint64_t limit;
};

/* A transition of software on an endpoint: added or removed. */
struct software_transition {
	uint64_t seq;
	uint32_t endpoint, software;
	bool added;        /* or removed */
	int64_t effective; /* change_effective: exact, or any value after as_of */
	int64_t known_at;  /* valid if effective is exact */
	bool untimed;      /* change_untimed; valid if effective is exact */
	int64_t after;     /* of an untimed one: it happened after this */
};

/* The plugin. Functions return 0 or a negative ST_E...; err_msg is a sentence for people. One
 * thread calls append and prune. Any thread calls the others, also during an append, and sees
 * all of a batch or nothing of it. New members are added at the end. */
struct repository_plugin {
	uint32_t abi;  /* REPOSITORY_ABI it was built with */
	uint32_t size; /* sizeof(struct repository_plugin) it was built with */
	const char *name;

	/* Opens or creates the repository according to the plugin's own configuration, and
	 * upgrades its schema. A damaged one is refused (ST_EDB); err_msg says what to do. */
	int (*open)(struct repository **r, char *err_msg, size_t err_msg_len);
	void (*close)(struct repository *r);

	int (*state)(struct repository *r, struct repository_state *state);
	int (*load)(struct repository *r, const struct repository_loader *l, void *ctx);

	/* Stores the batch durably, or nothing of it. ST_EVALUE, ST_ELIMIT: something in it
	 * can never be stored; the core then searches for it by halves. ST_EBUSY: the batch
	 * does not continue the journal, because another process has appended. */
	int (*append)(struct repository *r, const struct repository_batch *b, char *err_msg,
		      size_t err_msg_len);

	/* Passes changes to fn, which returns 0 to continue; other values are returned. */
	int (*read)(struct repository *r, const struct repository_filter *f,
		    int (*fn)(void *ctx, const struct change *c), void *ctx);

	/* The last seq with known_at <= at; without one, the seq before the oldest retained
	 * change. */
	int (*seq_at)(struct repository *r, int64_t at, uint64_t *seq);

	/* Drops changes with seq < keep, and stores that the past begins at `oldest`. */
	int (*prune)(struct repository *r, uint64_t keep, int64_t oldest);

	int (*check)(struct repository *r, char *err_msg, size_t err_msg_len);

	/* Since 1.2; may be NULL. Like read, newest first, but only the transitions of
	 * CHANGE_ADDED and CHANGE_REMOVED. Their order matters only for the same endpoint and
	 * software. f has a software or none (all), and no endpoint, kinds or limit. as_of:
	 * `effective` has to be exact for transitions up to this moment, and for untimed ones
	 * that happened after an earlier moment. An index can answer this for software of a
	 * million endpoints without reading their lines. */
	int (*turns)(struct repository *r, const struct repository_filter *f, int64_t as_of,
		     int (*fn)(void *ctx, const struct software_transition *t), void *ctx);
};

/* The loader; for the core. */
struct plugin {
	void *so;
	const struct repository_plugin *repository;
};

/* Loads dir/repository-NAME.so. ST_EPLUGIN: err_msg has the path, the reason and, for a
 * version, both numbers. */
int plugin_load(struct plugin *pl, const char *dir, const char *name, char *err_msg,
		size_t err_msg_len);
void plugin_unload(struct plugin *pl);

ST_API_END

#endif
