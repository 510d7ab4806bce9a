/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* O_PATH, O_NOATIME */
#include "evidence.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#define EVIDENCE_PIECE 65536 /* octets read at once */

struct evidence {
	struct evidence_conf conf;
	int root;
	struct sha256 *sha;
	struct evidence_work *work;
	size_t at, known; /* index of the next file, and of the next known one */
	bool *keep;
	uint8_t buf[EVIDENCE_PIECE];
};

void evidence_work_reset(struct evidence_work *work)
{
	evidence_list_reset(&work->files);
	evidence_list_reset(&work->known);
	work->key = work->identifier = work->octets = work->recorded = (struct span){ 0 };
}

int evidence_open(const struct evidence_conf *conf, struct evidence **out)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return ST_ENOMEM;
	e->conf = *conf;
	e->sha = sha256_new();
	e->root = open(*conf->root ? conf->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!e->sha || e->root < 0) {
		int err = e->sha ? ST_ENOENT : ST_ENOMEM;

		evidence_close(e);
		return err;
	}
	*out = e;
	return 0;
}

void evidence_close(struct evidence *e)
{
	if (!e)
		return;
	if (e->root >= 0)
		(void)close(e->root);
	sha256_free(e->sha);
	free(e->keep);
	free(e);
}

void evidence_begin(struct evidence *e, struct evidence_work *work)
{
	e->work = work;
	e->at = e->known = 0;
	free(e->keep);
	e->keep = NULL;
}

/* --- one file --- */

/* Opens path as if conf.root were "/": neither links nor ".." lead out of it. */
static int open_inside(const struct evidence *e, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	long fd = syscall(SYS_openat2, e->root, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS && !*e->conf.root)
		return open(path, flags | O_NOFOLLOW | O_CLOEXEC);
	return (int)fd;
}

static uint64_t nanoseconds(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* False: not a regular file. */
static bool mark_of(int fd, struct evidence_mark *m)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	*m = (struct evidence_mark){ .device = (uint64_t)st.st_dev,
				     .inode = (uint64_t)st.st_ino,
				     .size = (uint64_t)st.st_size,
				     .modified = nanoseconds(st.st_mtim),
				     .changed = nanoseconds(st.st_ctim) };
	return true;
}

static bool mark_eq(const struct evidence_mark *a, const struct evidence_mark *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->modified == b->modified && a->changed == b->changed;
}

/* Reads the state of a file. False: it is not an existing regular file. */
static bool file_state(const struct evidence *e, struct evidence_file *f)
{
	int fd = open_inside(e, (const char *)f->path.p, O_PATH);
	bool regular = fd >= 0 && mark_of(fd, &f->mark);

	if (fd >= 0)
		(void)close(fd);
	return regular;
}

static bool stopped(const struct evidence *e)
{
	return e->conf.stop && atomic_load(e->conf.stop);
}

/* Hashes exactly f->mark.size octets. */
static bool sum_up(struct evidence *e, int fd, struct evidence_file *f, size_t *octets)
{
	uint64_t left = f->mark.size;
	ssize_t got = 1;

	sha256_begin(e->sha);
	while (left && got > 0 && !stopped(e)) {
		size_t n = left < sizeof(e->buf) ? (size_t)left : sizeof(e->buf);

		got = read(fd, e->buf, n);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got > 0) {
			sha256_octets(e->sha, span_of(e->buf, (size_t)got));
			left -= (uint64_t)got;
			*octets += (size_t)got;
		}
	}
	return sha256_end(e->sha, f->sha256) == 0 && !left;
}

/* Hashes a file. A file that changes meanwhile has no hash until the next check. */
static void hash(struct evidence *e, struct evidence_file *f, size_t *octets)
{
	struct evidence_mark after;
	int fd = open_inside(e, (const char *)f->path.p, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return;
	if (mark_of(fd, &after) && mark_eq(&after, &f->mark) && sum_up(e, fd, f, octets))
		f->hashed = mark_of(fd, &after) && mark_eq(&after, &f->mark);
	(void)close(fd);
}

/* Reuses the known hash if the state of the file is unchanged. Both lists are sorted alike. */
static bool recall(struct evidence *e, struct evidence_file *f)
{
	const struct evidence_list *known = &e->work->known;

	while (e->known < known->n &&
	       evidence_path_cmp(known->files[e->known].path, f->path) < 0)
		e->known++;
	if (e->known == known->n)
		return false;

	const struct evidence_file *k = &known->files[e->known];

	if (!k->hashed || !span_eq(k->path, f->path) || !mark_eq(&k->mark, &f->mark))
		return false;
	memcpy(f->sha256, k->sha256, SHA256_SIZE);
	return f->hashed = true;
}

/* --- all files --- */

static int finish(struct evidence *e)
{
	struct evidence_list *l = &e->work->files;

	if (stopped(e))
		return 1; /* an incomplete result is not used */
	if (e->keep)
		evidence_list_keep(l, e->keep);
	return evidence_list_sum(l, e->sha, e->work->sum);
}

int evidence_step(struct evidence *e, size_t max_octets, size_t max_files, size_t *octets)
{
	struct evidence_list *l = &e->work->files;

	*octets = 0;
	if (l->n && !e->keep && !(e->keep = calloc(l->n, sizeof(*e->keep))))
		return ST_ENOMEM;
	for (; e->at < l->n && max_files && *octets < max_octets && !stopped(e); max_files--) {
		struct evidence_file *f = &l->files[e->at];

		e->keep[e->at] = file_state(e, f);
		if (e->keep[e->at] && !recall(e, f) && f->mark.size <= e->conf.max_file)
			hash(e, f, octets);
		e->at++;
	}
	return e->at < l->n ? 1 : finish(e);
}
