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
struct walk_dir {
	int fd;
	const char *path; /* including the root; borrowed */
	size_t root;      /* length of the root in path, in octets */
};

/* Files that were skipped. Zero-initialise.
 *
 * - Each file is logged once, and again only after it has changed.
 * - One walk writes at most TREE_MAX_LINES lines; the rest are counted. */
#define DIR_WALK_MAX_LINES 16
struct dir_walk_skips {
	struct dir_walk_skipped *seen;
	size_t logged, suppressed; /* in this walk: logged, and only counted */
	size_t untracked; /* in this walk: not remembered, so reported again by the next one */
};

/* A walk over directories. */
struct dir_walk {
	const char *root; /* "" or an absolute path */
	const struct log *log;
	const char *source; /* name of the source, for the log */
	struct dir_walk_skips *skips;
	void *ctx;

	/* Called for each directory that matches the pattern. 0, or ST_E...: ends the walk. */
	int (*found)(const struct dir_walk *w, const struct walk_dir *d);

	/* Called for each directory in which another match could appear. May be NULL. */
	int (*passed)(const struct dir_walk *w, const struct walk_dir *d);
};

/* Walks to every directory that pattern matches. pattern is an absolute path below the root;
 * its parts may contain the wildcards of fnmatch(3). After the first wildcard no link is
 * followed. */
int dir_walk(const struct dir_walk *w, const char *pattern);

/* The same for a pattern relative to d. Follows no link. */
int dir_walk_below(const struct dir_walk *w, const struct walk_dir *d, const char *pattern);

/* Calls each for every entry of d whose name does not begin with a dot, in no particular
 * order. */
int dir_walk_each(const struct dir_walk *w, const struct walk_dir *d,
		  int (*each)(const struct dir_walk *w, const struct walk_dir *d,
			      const char *name));

/* Opens the subdirectory name of d as *sub. sub->path points into path[size]. Returns 1; 0: it
 * does not exist, is a link, its path is too long, or permission is denied (the last is
 * logged); or ST_E... The caller closes *sub with tree_leave. */
int dir_walk_enter(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		   struct walk_dir *sub, char *path, size_t size);
void dir_walk_leave(struct walk_dir *sub);

/* Accepted owners of a file. */
enum dir_walk_owner { DIR_WALK_ANY_OWNER, DIR_WALK_ROOT_OR_SELF };

/* Replaces the content of w by a regular file of at most max octets. Does not follow a link.
 * st is filled if the file exists. Returns 0, or:
 *
 *     ST_ENOENT          no such file, or a link
 *     ST_EVALUE          not a regular file
 *     ST_EDENIED         permission denied, or another owner than `owner` accepts
 *     ST_ELIMIT          longer than max
 *     ST_EIO, ST_ENOMEM  temporary failure */
int dir_walk_read(int fd, const char *name, enum dir_walk_owner owner, size_t max,
		  struct wr *w, struct stat *st);

/* Logs that name in d is skipped, with the reason in err_msg; once for each state of the
 * file. */
void dir_walk_skip(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		   const struct stat *st, const char *err_msg);

/* Ends a walk: logs how many more files were skipped. */
void dir_walk_skip_end(const struct dir_walk *w);
void dir_walk_skips_free(struct dir_walk_skips *r);

/* Hash of the path and the state of an entry of d; 0: it does not exist. The hashes of several
 * entries can be added up, so their order does not matter. */
uint64_t dir_walk_mark(const struct walk_dir *d, const char *name);

/* The directories that a source wants to have watched. */
struct dir_walk_watches {
	char **paths;
	size_t n, cap;
};

/* Adds a directory. Ignored after TREE_MAX_WATCHES: the periodic scan covers the rest. */
#define DIR_WALK_MAX_WATCHES 4096
int dir_walk_watches_add(struct dir_walk_watches *t, const char *path);
void dir_walk_watches_reset(struct dir_walk_watches *t);

#endif
