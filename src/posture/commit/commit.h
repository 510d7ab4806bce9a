/* SPDX-License-Identifier: BSD-2-Clause */
/* Prepares one commit: compares reports with the present state and stages changes, new
 * dictionary entries, new software sets and new states of endpoints. Readers see nothing of it
 * until commit_apply, so a failed commit has no effect. Writer thread only; inside posture
 * only. */
#ifndef STANCE_POSTURE_COMMIT_COMMIT_H
#define STANCE_POSTURE_COMMIT_COMMIT_H

#include "base/arena.h"
#include "base/table.h"
#include "posture/change.h"
#include "posture/state/index.h"

struct inventory_head;
struct report;
struct report_item;
struct item_software;
struct posture_conf;
struct repository_batch;

struct staged_endpoint {
	UT_hash_handle hh; /* by key */
	struct endpoint *e;
	bool fresh, dirty;
	bool forgotten; /* by this commit */
	bool told;      /* facts or results differ from before */
	bool moved;     /* software differs from before, or forgotten; listed in j->moved */
	struct staged_endpoint *next_moved;
};

struct staged_description {
	UT_hash_handle hh; /* by id */
	uint32_t id;
	struct dictionary_entry *entry; /* committed; keeps its old description until then */
	struct description_of d;
	bool dirty;
};

/* The names of facts, or of results, in one report. */
struct staged_names {
	uint32_t stamp; /* the report's */
	struct span *v;
	size_t n;
};

/* An item of an inventory or of events, with its dictionary id. */
struct staged_software {
	uint32_t id;
	uint32_t at; /* position in the report */
	const struct item_software *software;
};

/* The description of a software in the current report. */
struct described {
	uint32_t id; /* 0: not looked up yet */
	const struct item_software *software;
};

struct commit {
	struct index *ix;
	const struct posture_conf *conf; /* its ceilings */
	struct arena arena;
	int64_t known_at; /* of every change of this commit */
	uint32_t stamp;   /* of the current report */
	const struct report *report;
	struct staged_names names[2]; /* facts, results */
	struct change *changes;
	size_t n_changes, cap_changes;
	struct staged_endpoint *endpoints;
	struct staged_endpoint *moved;
	uint32_t n_fresh, n_forgotten, n_moved;
	struct dictionary_entry **software; /* new, id dictionary.n + 1 and up */
	struct dictionary_entry *software_by_identifier;
	uint32_t n_software, cap_software;
	struct staged_description *descriptions;
	struct software_sets sets;      /* new */
	struct repository_named *named; /* existing sets that a change of this commit names */
	size_t n_named, cap_named;
	struct id_list dropped; /* sets, by this commit */
	size_t looked;          /* number of entries at the end of ix->idle examined for it */
	struct id_list now, before, added, removed; /* scratch */
	struct staged_software *reported;           /* of the current inventory */
	size_t n_reported, cap_reported;
	struct described *described;
	size_t n_described, cap_described;
};

/* Begins a commit. now is the wall clock. known_at is always later than in the previous
 * commit, also after the clock was set back. */
void commit_begin(struct commit *j, struct index *ix, const struct posture_conf *conf,
		  int64_t now);

/* Stages report r, which must be valid until commit_reset. *refused: nothing of r was staged
 * because its endpoint has exceeded its limits; other reports of the commit are unaffected. On
 * failure (ST_ENOMEM, ST_EIO) abandon the whole commit with commit_reset. */
int commit_report(struct commit *j, const struct report *r, bool *refused);

/* Fills *b for the repository, borrowed until commit_reset, and reserves room in the index.
 * b->n_changes and b->n_software are 0 when there is nothing to write. */
int commit_batch(struct commit *j, struct repository_batch *b);

/* Applies what was staged to the index, after the repository has committed. Call under the
 * write lock. */
void commit_apply(struct commit *j);

/* Discards everything that was not applied. */
void commit_reset(struct commit *j);

/* --- for the files stage_*.c ------------------------------------------------------------- */

/* A new change of endpoint s, valid until the next call. NULL: out of memory. */
struct change *commit_change(struct commit *j, struct staged_endpoint *s,
			     enum change_kind kind);

/* For an addition or a removal without a reported time: records in c the time after which it
 * happened. */
void commit_untimed(struct change *c, int64_t after);

/* Marks the software of s as changed. */
void commit_moved(struct commit *j, struct staged_endpoint *s);

/* Records that the change seq names set s. 0 or ST_ENOMEM. */
int commit_name_set(struct commit *j, const struct software_set *s, uint64_t seq);

#endif
