/* SPDX-License-Identifier: BSD-2-Clause */
/* The state at a past moment: the present, with the changes of the journal since then undone.
 * Exact to the change. Cost grows with the number of changes undone. Private to
 * src/posture. */
#ifndef STANCE_POSTURE_QUERY_HISTORY_H
#define STANCE_POSTURE_QUERY_HISTORY_H

#include "base/arena.h"
#include "posture/posture_read.h"
#include "posture/query.h"
#include "posture/query/uncertainty.h"

struct bitmap;
struct endpoint;
struct id_list;

struct change;
struct repository_filter;

/* A struct when, resolved to positions in the journal. These changes count at the moment:
 *   - those with a number up to seq;
 *   - of the later ones up to `known`, those that took effect by as_of (moment_keeps). */
struct moment {
	bool past; /* false: the present; the other fields are not used */
	uint64_t seq, known;
	int64_t as_of;
};

/* Resolves `when` by the rules of query.h. Returns 0, ST_ELIMIT (before the retained journal),
 * or the error of the repository. */
int moment_of(struct posture_read *p, struct when when, struct moment *m);

/* The present as a fixed moment: later commits do not move it. Under the read lock. */
struct moment moment_now(const struct posture_read *p);

/* True if a software change after m->seq counts at m, because it was reported late. Then the
 * earlier changes to the same software of the same endpoint count, too. */
bool moment_keeps(const struct moment *m, const struct change *c);

/* The transition that a CHANGE_ADDED or CHANGE_REMOVED describes. */
struct software_transition history_transition_of(const struct change *c);

/* For an untimed change that does not count at m: true if it may have happened before m
 * anyway. seq: its number, greater than m->seq. after: it happened after this time. */
bool moment_is_uncertain(const struct moment *m, uint64_t seq, int64_t after);

/* Passes the changes from m->seq + 1 to head (the end of the journal) to fn, newest first.
 * narrow: only changes that match it. fn returns 0 to continue; other values are returned. */
int history_undo(struct posture_read *p, const struct moment *m, uint64_t head,
		 const struct repository_filter *narrow,
		 int (*fn)(void *ctx, const struct change *c), void *ctx);

struct past_fact {
	struct span name, value;
	int64_t verdict; /* of a result */
	bool gone;       /* the endpoint did not have it at the moment */
};

struct past_facts {
	struct past_fact *v;
	size_t n, cap;
};

/* Facts (what is CHANGE_FACT) or results (CHANGE_RESULT) of one endpoint, by name. Memory is
 * in a. ST_ENOENT: the endpoint was not known at m. */
int history_facts(struct posture_read *p, const struct moment *m, uint32_t endpoint,
		  enum change_kind what, struct arena *a, struct past_facts *out);

/* Sets *out to a new bitmap: the dictionary ids of the software of an endpoint. The caller
 * frees it. ST_ENOENT: the endpoint was not known at m. */
int history_software(struct posture_read *p, const struct moment *m, uint32_t endpoint,
		     struct bitmap **out);

/* Sets *out to a new array with one new bitmap for each software id (ids are ascending): the
 * endpoints that had it. The caller frees each bitmap and the array. Adds endpoints whose
 * state is uncertain for at least one of the ids to d, which may be NULL. */
int history_who_has(struct posture_read *p, const struct moment *m,
		    const struct id_list *software, struct bitmap ***out,
		    struct uncertainty *d);

/* True if the plugin of the repository has `turns` (repository.h). */
bool history_has_transitions(const struct posture_read *p);

#endif
