/* SPDX-License-Identifier: BSD-2-Clause */
/* The past: the present, with the journal's changes since then undone. Exact to the change,
 * and as dear as there are changes to undo. Inside posture only. */
#ifndef STANCE_POSTURE_QUERY_HISTORY_H
#define STANCE_POSTURE_QUERY_HISTORY_H

#include "base/arena.h"
#include "posture/query/uncertainty.h"
#include "posture/query.h"

struct bitmap;
struct endpoint;
struct ids;

struct change;
struct repository_filter;

/* When a question is about: the state after the change `seq`, with those changes up to `known`
 * that took effect by as_of. */
struct moment {
	bool past;
	uint64_t seq, known;
	int64_t as_of;
};

/* `when` as the callers of query.h say it. 0, ST_ELIMIT (pruned), or the repository's error. */
int moment_of(struct posture *p, struct when when, struct moment *m);

/* The present, as a moment that stays where it is. Under the read lock. */
struct moment moment_now(const struct posture *p);

/* Whether a change to software after m->seq counts all the same: it was told late. The changes
 * to the same software of the same endpoint before it count as well then. */
bool moment_keeps(const struct moment *m, const struct change *c);

/* What a CHANGE_ADDED or CHANGE_REMOVED did to who has a software. */
struct repository_turn history_turn_of(const struct change *c);

/* Whether one that does not count (an untimed one, known after m->seq, that came about after this
 * moment) may have been there at the moment all the same. */
bool moment_doubts(const struct moment *m, uint64_t seq, int64_t after);

/* Hands fn the changes after m->seq up to head, the journal's end, newest first, but only those of
 * narrow. */
int history_undo(struct posture *p, const struct moment *m, uint64_t head,
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

/* All functions here take the read lock themselves; what they return lives in `a`, or is the
 * caller's. ids are endpoints; rows come in their order, and those of endpoints that had not
 * been seen yet are left out. */
int history_rows(struct posture *p, const struct moment *m, const struct ids *ids,
		 struct arena *a, struct endpoint_row **rows, size_t *n);

/* Hands fn these rows, not all of them in memory at once if m is not in the past. */
int emit_endpoints(struct posture *p, const struct moment *m, const struct ids *ids,
		   int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* What a row about e has without undoing anything: id, key, name, first_seen, has_inventory, and
 * has_gap and complete_through by what is known now, and by d (NULL: none). Under the read
 * lock. */
int history_brief(const struct moment *m, const struct endpoint *e, const struct doubts *d,
		  struct arena *a, struct endpoint_row *row);
int emit_brief(struct posture *p, const struct moment *m, const struct ids *ids,
	       const struct doubts *d, int (*fn)(void *ctx, const struct endpoint_row *row),
	       void *ctx);

/* Facts, or results (what: CHANGE_FACT, CHANGE_RESULT), of one endpoint, by name. */
int history_facts(struct posture *p, const struct moment *m, uint32_t endpoint,
		  enum change_kind what, struct arena *a, struct past_facts *out);

/* What was on an endpoint: a new bitmap of dictionary ids. */
int history_software(struct posture *p, const struct moment *m, uint32_t endpoint,
		     struct bitmap **out);

/* Which endpoints had each of the software ids: new bitmaps, in their order; the caller frees
 * each and the array. Adds to d (NULL: to nothing) those of which it is not known of one. */
int history_who_has(struct posture *p, const struct moment *m, const struct ids *software,
		    struct bitmap ***out, struct doubts *d);

/* query_freshness at m, with these doubts, which are settled. */
int history_freshness(struct posture *p, const struct moment *m, const struct among *among,
		      const struct doubts *d, int64_t since, struct freshness *f);

/* What among_has goes by; NULL: nothing is narrowed. */
const struct bitmap *among_endpoints(const struct among *a);

/* Takes out of ids who is not among a. */
void among_narrow(const struct among *a, struct ids *ids);

/* Ids of the software that q asks for, and of that of which nobody can say whether it is in
 * q->range. */
int history_wanted(struct posture *p, const struct software_query *q, struct ids *wanted,
		   struct ids *unordered);

/* Whether the repository can tell turns (plugin.h). */
bool history_has_turns(const struct posture *p);

/* How much of this software some endpoint had. */
int history_present(struct posture *p, const struct moment *m, const struct ids *software,
		    const struct among *among, uint64_t *n);

/* Rows about these, whether anybody has them or not, by name, version, identifier. */
int software_each(struct posture *p, const struct ids *ids,
		  int (*fn)(void *ctx, const struct software_row *row), void *ctx);

struct dictionary_entry;

/* A row about e with its texts in a; r is zeroed by the caller. Under the read lock. */
int software_row_copy(struct arena *a, const struct dictionary_entry *e,
		      struct software_row *r);

#endif
