/* SPDX-License-Identifier: BSD-2-Clause */
/* Base of the sources that read files below directories from a list of patterns (swid, pip,
 * npm): walk, stamp and watches. Such a source adds a function that handles one directory. */
#ifndef STANCE_IMC_SOURCES_TREE_SOURCE_H
#define STANCE_IMC_SOURCES_TREE_SOURCE_H

#include "source.h"
#include "dir_walk.h"

struct tree_source {
	const struct source_conf *conf;
	const char *name;
	const char *const *patterns;

	/* Handles a directory that matches a pattern. w->ctx is the struct tree_run. */
	int (*found)(const struct dir_walk *w, const struct walk_dir *d);

	struct dir_walk_skips skipped;
	struct dir_walk_watches watches;
};

/* Limit of instances of one source. A user with write access to its directories cannot crowd
 * out the software of other sources. One walk also reads at most conf->max_octets, if not
 * 0. */
#define TREE_MAX_INSTANCES 65536

/* One walk. It collects instances (each is set), a stamp (stamp is set), or watches. */
struct tree_run {
	struct tree_source *s;
	source_each *each;
	void *ctx;
	struct source_stamp *stamp;
	unsigned int depth; /* of directories below the one that was found */
	struct wr octets;   /* scratch: content of one file */
	size_t read;        /* octets of all files so far */
	size_t count;       /* instances so far */
};

/* Opens a source that calls found for each directory matching patterns (ended by NULL).
 * Borrows all arguments until close. 0 or ST_ENOMEM. */
int tree_source_open(const struct source_conf *conf, const char *name,
		     const char *const *patterns,
		     int (*found)(const struct dir_walk *w, const struct walk_dir *d),
		     struct source **s);
void tree_source_close(struct source *s);

/* For the descriptor (source.h). describe appends the patterns. */
int tree_source_list(struct source *s, source_each *each, void *ctx);
void tree_source_stamp(struct source *s, struct source_stamp *stamp);
const char *tree_source_watch(struct source *s, size_t i);
void tree_source_describe(struct source *s, struct wr *w);

/* Modification time of the file or directory whose path is item->key. */
int64_t tree_source_installed(struct source *s, const struct source_item *item);

/* Adds the file name in d to the stamp if the walk collects one. Returns true if the walk
 * needs its content. */
bool tree_run_wants(const struct dir_walk *w, const struct walk_dir *d, const char *name);

/* Reads name in d into run->octets: 1; 0: skipped and logged; or ST_E... */
int tree_run_read(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		  enum dir_walk_owner owner, size_t max, struct stat *st);

/* Passes item, found in d, to run->each. */
int tree_run_emit(const struct dir_walk *w, const struct walk_dir *d,
		  const struct source_item *item);

/* Calls found for name in d if it is a directory, at most max_depth levels deep. */
int tree_run_below(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		   unsigned int max_depth,
		   int (*found)(const struct dir_walk *w, const struct walk_dir *d));

/* Writes the path of name in d, without the root, to path[size] and returns it; empty: it does
 * not fit. */
struct span tree_run_key(const struct walk_dir *d, const char *name, char *path, size_t size);

#endif
