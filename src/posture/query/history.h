/* SPDX-License-Identifier: BSD-2-Clause */
/* The past: the present, with the journal's changes since then undone. Exact to the change,
 * and as dear as there are changes to undo. Inside posture only. */
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

/* When a question is about: the state after the change `seq`, with those changes up to `known`
 * that took effect by as_of. */
struct moment {
	bool past;
	uint64_t seq, known;
	int64_t as_of;
};

/* `when` as the callers of query.h say it. 0, ST_ELIMIT (pruned), or the repository's
 * error. */
int moment_of(struct posture_read *p, struct when when, struct moment *m);

/* The present, as a moment that stays where it is. Under the read lock. */
struct moment moment_now(const struct posture_read *p);

/* Whether a change to software after m->seq counts all the same: it was told late. The changes
 * to the same software of the same endpoint before it count as well then. */
bool moment_keeps(const struct moment *m, const struct change *c);

/* What a CHANGE_ADDED or CHANGE_REMOVED did to who has a software. */
struct software_transition history_transition_of(const struct change *c);

/* Whether one that does not count (an untimed one, known after m->seq, that came about after
 * this moment) may have been there at the moment all the same. */
bool moment_is_uncertain(const struct moment *m, uint64_t seq, int64_t after);

/* Hands fn the changes after m->seq up to head, the journal's end, newest first, but only
 * those of narrow. */
int history_undo(struct posture_read *p, const struct moment *m, uint64_t head,
		 const struct repository_filter *narrow,
		 int (*fn)(void *ctx, const struct change *c), void *ctx);

struct past_fact {
	struct span name, value;
	int64_t verdict; /* of a result */
	bool gone;
};

struct past_facts {
	struct past_fact *v;
	size_t n, cap;
};

/* Facts, or results (what: CHANGE_FACT, CHANGE_RESULT), of one endpoint, by name. */
int history_facts(struct posture_read *p, const struct moment *m, uint32_t endpoint,
		  enum change_kind what, struct arena *a, struct past_facts *out);

/* What was on an endpoint: a new bitmap of dictionary ids. */
int history_software(struct posture_read *p, const struct moment *m, uint32_t endpoint,
		     struct bitmap **out);

/* Which endpoints had each of the software ids: new bitmaps, in their order; the caller frees
 * each and the array. Adds to d (NULL: to nothing) those of which it is not known of one. */
int history_who_has(struct posture_read *p, const struct moment *m,
		    const struct id_list *software, struct bitmap ***out,
		    struct uncertainty *d);

/* Whether the repository can tell turns (plugin.h). */
bool history_has_transitions(const struct posture_read *p);

#endif
