/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories and files of others: found by patterns, opened without following links, read up to
 * a ceiling. What is not there is no error; what cannot be looked at for now is one. */
#ifndef STANCE_IMC_SOURCES_DIR_WALK_H
#define STANCE_IMC_SOURCES_DIR_WALK_H

#include "base/log.h"
#include "base/wr.h"

#include <sys/stat.h>

/* A directory that is open. */
struct tree_dir {
	int fd;
	const char *path; /* with the root in front; borrowed */
	size_t root;      /* octets of the root in path */
};

/* What was found fault with: a line of log once for each state of a file, but only so many in one
 * walk, and of the others their number. Zero-initialise. */
#define TREE_MAX_LINES 16
struct tree_refusals {
	struct tree_refusal *seen;
	size_t said, unsaid; /* in this walk */
	size_t forgotten; /* in this walk: too many to be remembered, so that they come again */
};

/* A walk over directories. */
struct tree_walk {
	const char *root; /* "" or an absolute path */
	const struct log *log;
	const char *source; /* who walks, for the log */
	struct tree_refusals *refusals;
	void *ctx;

	/* A directory that the pattern names. 0, or ST_E...: ends the walk. */
	int (*found)(const struct tree_walk *w, const struct tree_dir *d);

	/* A directory in which more could appear; may be NULL. */
	int (*passed)(const struct tree_walk *w, const struct tree_dir *d);
};

/* Walks to what pattern names: an absolute path below the root, whose parts may have the
 * wildcards of fnmatch(3). Behind the first wildcard no link is followed. */
int tree_walk(const struct tree_walk *w, const char *pattern);

/* The same from a directory on, with a relative pattern; follows no link. */
int tree_walk_below(const struct tree_walk *w, const struct tree_dir *d, const char *pattern);

/* Calls each with the name of every entry of d that does not begin with a dot, in no order. */
int tree_each(const struct tree_walk *w, const struct tree_dir *d,
	      int (*each)(const struct tree_walk *w, const struct tree_dir *d,
			  const char *name));

/* Opens the directory called name in d into *sub, whose path is written to path[size]: 1. 0:
 * there is none, it is a link or not ours to read (logged), or its path is too long. */
int tree_enter(const struct tree_walk *w, const struct tree_dir *d, const char *name,
	       struct tree_dir *sub, char *path, size_t size);
void tree_leave(struct tree_dir *sub);

/* Who may have written a file. */
enum tree_owner { TREE_ANYONE, TREE_ROOT_OR_US };

/* Replaces what w holds by the octets of a regular file, not reached by a link. st is filled
 * when it exists. ST_ENOENT: no such file, or a link; ST_EVALUE: not a regular file; ST_EDENIED:
 * may not be read, or is somebody else's; ST_ELIMIT: more than max octets; ST_EIO and ST_ENOMEM:
 * not now. */
int tree_read(int fd, const char *name, enum tree_owner owner, size_t max, struct wr *w,
	      struct stat *st);

/* One line of log that name in d is not taken in and why, unless it was said already of the file
 * as it is now. */
void tree_refuse(const struct tree_walk *w, const struct tree_dir *d, const char *name,
		 const struct stat *st, const char *err_msg);

/* The end of a walk: how many others there were. */
void tree_refuse_end(const struct tree_walk *w);
void tree_refusals_free(struct tree_refusals *r);

/* A fingerprint of an entry of d and the state it is in; 0: it is not there. Those of several
 * are added, so that the order in which they are found does not matter. */
uint64_t tree_mark(const struct tree_dir *d, const char *name);

/* The directories that a source wants to be watched. */
struct tree_watches {
	char **paths;
	size_t n, cap;
};

/* Adds one, at most TREE_MAX_WATCHES; the truth scan sees what happens in others. */
#define TREE_MAX_WATCHES 4096
int tree_watches_add(struct tree_watches *t, const char *path);
void tree_watches_reset(struct tree_watches *t);

#endif
