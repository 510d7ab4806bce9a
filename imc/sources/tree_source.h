/* SPDX-License-Identifier: BSD-2-Clause */
/* What sources have in common that read files below directories from a list of patterns: the
 * walk, the stamp and the watches. Such a source says what to do with a directory. */
#ifndef STANCE_IMC_SOURCES_TREE_SOURCE_H
#define STANCE_IMC_SOURCES_TREE_SOURCE_H

#include "source.h"
#include "dir_walk.h"

struct tree_source {
	const struct source_conf *conf;
	const char *name;
	const char *const *patterns;

	/* Goes through a directory that a pattern names; w->ctx is the struct tree_run. */
	int (*found)(const struct tree_walk *w, const struct tree_dir *d);

	struct tree_refusals refused;
	struct tree_watches watches;
};

/* What one source may have at the most: whoever may write into its directories cannot keep the
 * software of the others out. Of what is read in one walk conf->max_octets is the ceiling, if it
 * is not 0. */
#define TREE_MAX_INSTANCES 65536

/* One walk; what is wanted of it: instances (each), a stamp or watches. */
struct tree_run {
	struct tree_source *s;
	source_each *each;
	void *ctx;
	struct source_stamp *stamp;
	unsigned int depth; /* of directories below the one that was found */
	struct wr octets;   /* scratch: of one file */
	size_t read;        /* octets, of all of them */
	size_t count;       /* instances */
};

int tree_source_open(const struct source_conf *conf, const char *name,
		     const char *const *patterns,
		     int (*found)(const struct tree_walk *w, const struct tree_dir *d),
		     struct source **s);
void tree_source_close(struct source *s);

int tree_source_list(struct source *s, source_each *each, void *ctx);
void tree_source_stamp(struct source *s, struct source_stamp *stamp);
const char *tree_source_watch(struct source *s, size_t i);
void tree_source_describe(struct source *s, struct wr *w); /* the patterns */

/* When the file or directory that item->key is the path of was changed last. */
int64_t tree_source_installed(struct source *s, const struct source_item *item);

/* Takes a file into the stamp, if one is wanted. True when its content is wanted, too. */
bool tree_run_wants(const struct tree_walk *w, const struct tree_dir *d, const char *name);

/* Reads name in d into run->octets: 1; 0: refused, and the log says why; or ST_E... */
int tree_run_read(const struct tree_walk *w, const struct tree_dir *d, const char *name,
		  enum tree_owner owner, size_t max, struct stat *st);

/* Gives item, which was found in d, to run->each. */
int tree_run_emit(const struct tree_walk *w, const struct tree_dir *d,
		  const struct source_item *item);

/* Enters the directory called name in d, if it is one, and goes on there, at most max_depth
 * levels deep. */
int tree_run_below(const struct tree_walk *w, const struct tree_dir *d, const char *name,
		   unsigned int max_depth,
		   int (*found)(const struct tree_walk *w, const struct tree_dir *d));

/* Writes the path of name in d, without the root, to path[size]; empty when it is too long. */
struct span tree_run_key(const struct tree_dir *d, const char *name, char *path, size_t size);

#endif
