/* SPDX-License-Identifier: BSD-2-Clause */
/* Preparing one commit: reports are compared with the present and become changes, new
 * dictionary entries, new sets and new states of endpoints. Nothing that anybody can see is
 * touched until commit_apply, so a commit that fails has not happened. Writer thread only;
 * inside posture only. */
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
	bool told;      /* other facts or results than before */
	bool moved;     /* other software than before, or forgotten: it is in j->moved */
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

/* One line of an inventory or of events, with its dictionary id. */
struct staged_software {
	uint32_t id;
	uint32_t at; /* its place in the report */
	const struct item_software *software;
};

/* What the report at work says that software is. */
struct described {
	uint32_t id; /* 0: not looked up yet */
	const struct item_software *software;
};

struct commit {
	struct index *ix;
	const struct posture_conf *conf; /* its ceilings */
	struct arena arena;
	int64_t known_at; /* of every change of this commit */
	uint32_t stamp;   /* of the report at work */
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
	struct repository_named *named; /* old, named by a change of this commit */
	size_t n_named, cap_named;
	struct id_list dropped; /* sets, by this commit */
	size_t looked;          /* so many at the end of ix->idle were looked at for it */
	struct id_list now, before, added, removed; /* scratch */
	struct staged_software *reported;           /* of the inventory at work */
	size_t n_reported, cap_reported;
	struct described *described;
	size_t n_described, cap_described;
};

/* Begins a commit. now is the wall clock; a clock that went back does not take the journal
 * with it: known_at is always later than that of the commit before. */
void commit_begin(struct commit *j, struct index *ix, const struct posture_conf *conf,
		  int64_t now);

/* Compares r, which must live until commit_reset. *refused: nothing of r was taken, because
 * its endpoint says more than it may; the others of the commit are not concerned. On failure
 * (ST_ENOMEM, ST_EIO) the whole commit is to be given up. */
int commit_report(struct commit *j, const struct report *r, bool *refused);

/* What to give to the repository, borrowed until commit_reset; b->n_changes and
 * b->n_software are 0 when there is nothing to write. Makes room in the index for it. */
int commit_batch(struct commit *j, struct repository_batch *b);

/* After the commit: the index becomes what was prepared. Call under the write lock. */
void commit_apply(struct commit *j);

/* Drops everything that was not applied. */
void commit_reset(struct commit *j);

/* --- between the files that prepare ------------------------------------------------------- */

/* The next change, about s; NULL when out of memory. Valid until the next call. */
struct change *commit_change(struct commit *j, struct staged_endpoint *s,
			     enum change_kind kind);

/* Notes in c, if it is an addition or a removal whose moment nobody told, what it came after. */
void commit_untimed(struct change *c, int64_t after);

/* The software of s is not what it was. */
void commit_moved(struct commit *j, struct staged_endpoint *s);

/* The change seq names this set. 0 or ST_ENOMEM. */
int commit_name_set(struct commit *j, const struct software_set *s, uint64_t seq);

#endif
