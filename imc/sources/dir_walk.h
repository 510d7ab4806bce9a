/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded walk over directories whose content is not trusted. Directories are found by
 * patterns and opened without following links; files are read up to a limit.
 *
 * Missing files and directories are not errors. Files that cannot be read because of the
 * system (I/O error, out of memory) are. */
#ifndef STANCE_IMC_SOURCES_DIR_WALK_H
#define STANCE_IMC_SOURCES_DIR_WALK_H

#include "base/log.h"
#include "base/wr.h"

#include <sys/stat.h>

/* An open directory. */
struct tree_dir {
	int fd;
	const char *path; /* including the root; borrowed */
	size_t root;      /* length of the root in path, in octets */
};

/* Files that were skipped. Zero-initialise.
 *
 * - Each file is logged once, and again only after it has changed.
 * - One walk writes at most TREE_MAX_LINES lines; the rest are counted. */
#define TREE_MAX_LINES 16
struct tree_refusals {
	struct tree_refusal *seen;
	size_t said, unsaid; /* in this walk: logged, and only counted */
	size_t forgotten; /* in this walk: not remembered, so reported again by the next one */
};

/* A walk over directories. */
struct tree_walk {
	const char *root; /* "" or an absolute path */
	const struct log *log;
	const char *source; /* name of the source, for the log */
	struct tree_refusals *refusals;
	void *ctx;

	/* Called for each directory that matches the pattern. 0, or ST_E...: ends the walk. */
	int (*found)(const struct tree_walk *w, const struct tree_dir *d);

	/* Called for each directory in which another match could appear. May be NULL. */
	int (*passed)(const struct tree_walk *w, const struct tree_dir *d);
};

/* Walks to every directory that pattern matches. pattern is an absolute path below the root;
 * its parts may contain the wildcards of fnmatch(3). After the first wildcard no link is
 * followed. */
int tree_walk(const struct tree_walk *w, const char *pattern);

/* The same for a pattern relative to d. Follows no link. */
int tree_walk_below(const struct tree_walk *w, const struct tree_dir *d, const char *pattern);

/* Calls each for every entry of d whose name does not begin with a dot, in no particular
 * order. */
int tree_each(const struct tree_walk *w, const struct tree_dir *d,
	      int (*each)(const struct tree_walk *w, const struct tree_dir *d,
			  const char *name));

/* Opens the subdirectory name of d as *sub. sub->path points into path[size]. Returns 1; 0: it
 * does not exist, is a link, its path is too long, or permission is denied (the last is
 * logged); or ST_E... The caller closes *sub with tree_leave. */
int tree_enter(const struct tree_walk *w, const struct tree_dir *d, const char *name,
	       struct tree_dir *sub, char *path, size_t size);
void tree_leave(struct tree_dir *sub);

/* Accepted owners of a file. */
enum tree_owner { TREE_ANYONE, TREE_ROOT_OR_US };

/* Replaces the content of w by a regular file of at most max octets. Does not follow a link.
 * st is filled if the file exists. Returns 0, or:
 *
 *     ST_ENOENT          no such file, or a link
 *     ST_EVALUE          not a regular file
 *     ST_EDENIED         permission denied, or another owner than `owner` accepts
 *     ST_ELIMIT          longer than max
 *     ST_EIO, ST_ENOMEM  temporary failure */
int tree_read(int fd, const char *name, enum tree_owner owner, size_t max, struct wr *w,
	      struct stat *st);

/* Logs that name in d is skipped, with the reason in err_msg; once for each state of the
 * file. */
void tree_refuse(const struct tree_walk *w, const struct tree_dir *d, const char *name,
		 const struct stat *st, const char *err_msg);

/* Ends a walk: logs how many more files were skipped. */
void tree_refuse_end(const struct tree_walk *w);
void tree_refusals_free(struct tree_refusals *r);

/* Hash of the path and the state of an entry of d; 0: it does not exist. The hashes of several
 * entries can be added up, so their order does not matter. */
uint64_t tree_mark(const struct tree_dir *d, const char *name);

/* The directories that a source wants to have watched. */
struct tree_watches {
	char **paths;
	size_t n, cap;
};

/* Adds a directory. Ignored after TREE_MAX_WATCHES: the periodic scan covers the rest. */
#define TREE_MAX_WATCHES 4096
int tree_watches_add(struct tree_watches *t, const char *path);
void tree_watches_reset(struct tree_watches *t);

#endif
