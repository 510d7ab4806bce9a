/* SPDX-License-Identifier: BSD-2-Clause */
#include "dir_walk.h"

#include "base/err.h"
#include "base/table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)

/* Maps errno: what does not exist is ST_ENOENT, what may exist but cannot be read is an
 * error. */
static int walk_error(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
		return ST_ENOENT;
	case EACCES:
	case EPERM:
		return ST_EDENIED;
	case ENXIO: /* a socket, or a device without a driver */
	case ENODEV:
		return ST_EVALUE;
	case ENOMEM:
		return ST_ENOMEM;
	default:
		return ST_EIO;
	}
}

/* --- directories --- */

static int dir_open(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		    int flags, struct walk_dir *sub, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s", d->path, name), err;

	if (n < 0 || (size_t)n >= size)
		return 0;
	*sub = (struct walk_dir){ .path = path, .root = d->root };
	if ((sub->fd = openat(d->fd, name, DIR_FLAGS | flags)) >= 0)
		return 1;
	err = walk_error(errno);
	if (err == ST_EDENIED)
		dir_walk_skip(w, d, name, NULL, "permission denied");
	return err == ST_ENOENT || err == ST_EDENIED || err == ST_EVALUE ? 0 : err;
}

int dir_walk_enter(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		   struct walk_dir *sub, char *path, size_t size)
{
	return dir_open(w, d, name, O_NOFOLLOW, sub, path, size);
}

void dir_walk_leave(struct walk_dir *sub)
{
	(void)close(sub->fd);
}

int dir_walk_each(const struct dir_walk *w, const struct walk_dir *d,
		  int (*each)(const struct dir_walk *w, const struct walk_dir *d,
			      const char *name))
{
	int fd = openat(d->fd, ".", DIR_FLAGS), err = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir) {
		err = walk_error(errno);
		if (fd >= 0)
			(void)close(fd);
		return err == ST_ENOENT ? 0 : err;
	}
	while (!err && (errno = 0, e = readdir(dir)))
		if (e->d_name[0] != '.')
			err = each(w, d, e->d_name);
	if (!err && errno)
		err = ST_EIO;
	(void)closedir(dir);
	return err;
}

/* --- patterns --- */

/* One part of a pattern. The caller's callbacks receive the caller's walk; the step is the
 * context of the inner walk. */
struct step {
	const struct dir_walk *walk;
	const char *part; /* the pattern of this directory's entries */
	const char *rest; /* after the next slash, or NULL */
};

static int step_into(const struct dir_walk *w, const struct walk_dir *d, const char *pattern,
		     int flags);

/* False: the rest of the pattern cannot match below name in d. Costs one system call instead
 * of three, which matters because most directories have no match. */
static bool step_leads(const struct walk_dir *d, const char *name, const char *rest)
{
	char path[2 * NAME_MAX + 2];
	int n = (int)strcspn(rest, "/");
	struct stat st;

	if (n > NAME_MAX || memchr(rest, '*', (size_t)n) || memchr(rest, '?', (size_t)n) ||
	    memchr(rest, '[', (size_t)n))
		return true;
	(void)snprintf(path, sizeof(path), "%s/%.*s", name, n, rest);
	return fstatat(d->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

static int step_entry(const struct dir_walk *own, const struct walk_dir *d, const char *name)
{
	const struct step *s = own->ctx;
	struct walk_dir sub;
	char path[PATH_MAX];
	int err;

	if (fnmatch(s->part, name, FNM_PERIOD) != 0)
		return 0;
	if (s->rest && !s->walk->passed && !step_leads(d, name, s->rest))
		return 0;
	if ((err = dir_walk_enter(s->walk, d, name, &sub, path, sizeof(path))) <= 0)
		return err;
	err = s->rest ? step_into(s->walk, &sub, s->rest, O_NOFOLLOW)
		      : s->walk->found(s->walk, &sub);
	dir_walk_leave(&sub);
	return err;
}

static int step_literal(const struct dir_walk *w, const struct walk_dir *d,
			const struct step *s, int flags)
{
	struct walk_dir sub;
	char path[PATH_MAX];
	int got = dir_open(w, d, s->part, flags, &sub, path, sizeof(path)), err;

	if (got < 0)
		return got;
	if (got == 0) /* a match could appear here */
		return w->passed ? w->passed(w, d) : 0;
	err = s->rest ? step_into(w, &sub, s->rest, flags) : w->found(w, &sub);
	dir_walk_leave(&sub);
	return err;
}

static int step_into(const struct dir_walk *w, const struct walk_dir *d, const char *pattern,
		     int flags)
{
	char part[NAME_MAX + 1];
	size_t n = strcspn(pattern, "/");
	const char *rest = pattern + n + strspn(pattern + n, "/");
	struct step s = { .walk = w, .part = part, .rest = *rest ? rest : NULL };
	struct dir_walk own = { .log = w->log, .source = w->source, .ctx = &s };
	int err = 0;

	if (n > NAME_MAX)
		return 0;
	(void)snprintf(part, sizeof(part), "%.*s", (int)n, pattern);
	if (!strpbrk(part, "*?["))
		return step_literal(w, d, &s, flags);
	if (w->passed)
		err = w->passed(w, d);
	return err ? err : dir_walk_each(&own, d, step_entry);
}

int dir_walk_below(const struct dir_walk *w, const struct walk_dir *d, const char *pattern)
{
	return step_into(w, d, pattern, O_NOFOLLOW);
}

int dir_walk(const struct dir_walk *w, const char *pattern)
{
	struct walk_dir top = { .path = w->root, .root = strlen(w->root) };
	int err;

	pattern += strspn(pattern, "/");
	if ((top.fd = open(*w->root ? w->root : "/", DIR_FLAGS)) < 0)
		return walk_error(errno);
	err = *pattern ? step_into(w, &top, pattern, 0) : 0;
	dir_walk_leave(&top);
	return err;
}

/* --- files --- */

static int read_all(int fd, size_t max, struct wr *w)
{
	uint8_t buf[16384];
	ssize_t got;

	while ((got = read(fd, buf, sizeof(buf))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ST_EIO;
		if ((size_t)got > max - w->len)
			return ST_ELIMIT;
		wr_bytes(w, span_of(buf, (size_t)got));
		if (w->err)
			return w->err;
	}
	return 0;
}

int dir_walk_read(int dir, const char *name, enum dir_walk_owner owner, size_t max,
		  struct wr *w, struct stat *st)
{
	int fd, err = 0;

	wr_truncate(w, 0);
	*st = (struct stat){ 0 };
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return walk_error(errno);
	if (S_ISLNK(st->st_mode))
		return ST_ENOENT;
	if (!S_ISREG(st->st_mode))
		return ST_EVALUE; /* opening a device can have side effects */
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return walk_error(errno);
	if (fstat(fd, st) < 0)
		err = ST_EIO;
	else if (!S_ISREG(st->st_mode))
		err = ST_EVALUE;
	else if (owner == DIR_WALK_ROOT_OR_SELF && st->st_uid != 0 && st->st_uid != geteuid())
		err = ST_EDENIED;
	else if ((uintmax_t)st->st_size > max)
		err = ST_ELIMIT;
	else
		err = read_all(fd, max, w);
	(void)close(fd);
	return err;
}

/* --- fingerprints: FNV-1a --- */

static uint64_t mix(uint64_t mark, const void *p, size_t n)
{
	const uint8_t *octet = p;

	for (size_t i = 0; i < n; i++)
		mark = (mark ^ octet[i]) * UINT64_C(0x100000001b3);
	return mark;
}

static uint64_t mark_of(const struct walk_dir *d, const char *name, const struct stat *st)
{
	const uint64_t v[] = {
		(uint64_t)st->st_dev,          (uint64_t)st->st_ino,
		(uint64_t)st->st_size,         (uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec, (uint64_t)st->st_ctim.tv_sec,
		(uint64_t)st->st_ctim.tv_nsec,
	};
	uint64_t mark = UINT64_C(0xcbf29ce484222325);

	mark = mix(mark, d->path, strlen(d->path) + 1);
	mark = mix(mark, name, strlen(name) + 1);
	return mix(mark, v, sizeof(v));
}

uint64_t dir_walk_mark(const struct walk_dir *d, const char *name)
{
	struct stat st;

	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return mark_of(d, name, &st);
}

/* --- skipped files --- */

#define MAX_SKIPS 4096 /* more are not remembered */

struct dir_walk_skipped {
	uint64_t mark;
	UT_hash_handle hh;
};

/* True the first time. */
static bool skip_is_new(struct dir_walk_skips *all, uint64_t mark)
{
	struct dir_walk_skipped *r = NULL;

	HASH_FIND(hh, all->seen, &mark, sizeof(mark), r);
	if (r)
		return false;
	if (HASH_COUNT(all->seen) >= MAX_SKIPS || !(r = calloc(1, sizeof(*r)))) {
		all->untracked++;
		return false;
	}
	r->mark = mark;
	HASH_ADD(hh, all->seen, mark, sizeof(r->mark), r);
	return true;
}

void dir_walk_skip(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		   const struct stat *st, const char *err_msg)
{
	struct dir_walk_skips *all = w->skips;
	const struct stat none = { 0 };

	if (!skip_is_new(all, mark_of(d, name, st ? st : &none)))
		return;
	if (all->logged == DIR_WALK_MAX_LINES) {
		all->suppressed++;
		return;
	}
	all->logged++;
	log_warn(w->log, "file skipped: source=%s path=%s/%s reason=\"%s\"", w->source,
		 d->path, name, err_msg);
}

void dir_walk_skip_end(const struct dir_walk *w)
{
	struct dir_walk_skips *all = w->skips;

	if (all->suppressed)
		log_warn(w->log, "more files skipped: source=%s count=%zu", w->source,
			 all->suppressed + all->untracked);
	all->logged = all->suppressed = all->untracked = 0;
}

void dir_walk_skips_free(struct dir_walk_skips *all)
{
	struct dir_walk_skipped *r, *next;

	HASH_ITER(hh, all->seen, r, next)
	{
		HASH_DEL(all->seen, r);
		free(r);
	}
	*all = (struct dir_walk_skips){ 0 };
}

/* --- watches --- */

int dir_walk_watches_add(struct dir_walk_watches *t, const char *path)
{
	char **paths;

	if (t->n == DIR_WALK_MAX_WATCHES)
		return 0;
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->paths[i], path) == 0)
			return 0;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 16;

		if (!(paths = realloc(t->paths, cap * sizeof(*paths))))
			return ST_ENOMEM;
		t->paths = paths;
		t->cap = cap;
	}
	if (!(t->paths[t->n] = strdup(*path ? path : "/")))
		return ST_ENOMEM;
	t->n++;
	return 0;
}

void dir_walk_watches_reset(struct dir_walk_watches *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->paths[i]);
	free(t->paths);
	*t = (struct dir_walk_watches){ 0 };
}
