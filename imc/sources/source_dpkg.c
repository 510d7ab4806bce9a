/* SPDX-License-Identifier: BSD-2-Clause */
#include "source_dpkg.h"

#include "dpkg_db.h"

#include "base/err.h"
#include "base/table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* dpkg merges its journal after about 250 entries, so more than this were not made by dpkg. */
#define DPKG_MAX_UPDATES 16384

/* Attempts to read status and journal while dpkg changes neither. One takes a millisecond. */
#define DPKG_MAX_TRIES 16

#define DPKG_INFO_PATH (PATH_MAX + 2 * DPKG_MAX_FIELD + 32)

struct dpkg_source {
	char dir[PATH_MAX];     /* /var/lib/dpkg */
	char updates[PATH_MAX]; /* its journal */
	size_t max_octets;
	const struct log *log;
};

/* An instance in the journal. Its stanza replaces the one in the status file. */
struct dpkg_change {
	struct span key;
	struct dpkg_stanza stanza;
	bool listed;
	UT_hash_handle hh;
};

/* One run over the database. */
struct dpkg_run {
	struct dpkg_source *s;
	source_each *each;
	void *ctx;
	struct arena arena; /* text of the journal, changes */
	struct dpkg_change *changes;
	size_t skipped;
};

static int dpkg_open(const struct source_conf *conf, struct source **out)
{
	struct dpkg_source *s = calloc(1, sizeof(*s));
	char status[PATH_MAX + 8];
	int n;

	if (!s)
		return ST_ENOMEM;
	n = snprintf(s->dir, sizeof(s->dir), "%s/var/lib/dpkg", conf->root);
	if (n < 0 || (size_t)n >= sizeof(s->dir) - sizeof("/updates")) {
		free(s);
		return ST_ELIMIT;
	}
	(void)snprintf(s->updates, sizeof(s->updates), "%.*s/updates", n, s->dir);
	(void)snprintf(status, sizeof(status), "%s/status", s->dir);
	if (access(status, F_OK) < 0) {
		free(s);
		return ST_ENOENT;
	}
	s->max_octets = conf->max_octets;
	s->log = conf->log;
	*out = (void *)s;
	return 0;
}

static void dpkg_close(struct source *source)
{
	struct dpkg_source *s = (void *)source;
	free(s);
}

static int dpkg_read_fd(int fd, size_t max, struct arena *a, struct span *text)
{
	struct stat st;
	uint8_t *p;
	size_t n = 0;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return ST_EIO;
	if ((uintmax_t)st.st_size > max)
		return ST_ELIMIT;
	if (!(p = arena_alloc(a, (size_t)st.st_size + 1)))
		return ST_ENOMEM;
	while (n < (size_t)st.st_size) {
		ssize_t got = read(fd, p + n, (size_t)st.st_size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ST_EIO;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*text = span_of(p, n);
	return 0;
}

/* Reads instead of mapping: truncating a mapped file would kill the process with SIGBUS. */
static int dpkg_read(const char *dir, const char *name, size_t max, struct arena *a,
		     struct span *text)
{
	char path[PATH_MAX + NAME_MAX + 2];
	int fd, err;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
		return errno == ENOENT ? ST_ENOENT : ST_EIO;
	err = dpkg_read_fd(fd, max, a, text);
	(void)close(fd);
	return err;
}

static size_t dpkg_key(const struct dpkg_stanza *st, char *key, size_t size)
{
	int n = snprintf(key, size, "%.*s:%.*s", (int)st->package.n,
			 (const char *)st->package.p, (int)st->arch.n,
			 st->arch.n ? (const char *)st->arch.p : "");

	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static int dpkg_emit(struct dpkg_run *run, const struct dpkg_stanza *st, struct span key)
{
	struct source_item item = {
		.key = key,
		.name = st->package,
		.version = st->version,
		.arch = st->arch,
		.origin = st->source,
		.origin_version = st->source_version,
		.supplier = st->maintainer,
	};

	return st->state == DPKG_PRESENT ? run->each(run->ctx, &item) : 0;
}

/* The journal is a set of numbered files. For each instance the highest number counts. */
static int dpkg_note(struct dpkg_run *run, const struct dpkg_stanza *st)
{
	char key[2 * DPKG_MAX_FIELD + 2];
	size_t n = dpkg_key(st, key, sizeof(key));
	struct dpkg_change *c = NULL;

	HASH_FIND(hh, run->changes, key, n, c);
	if (!c) {
		if (!(c = arena_alloc(&run->arena, sizeof(*c))))
			return ST_ENOMEM;
		c->key = arena_copy(&run->arena, span_of(key, n));
		if (!c->key.p)
			return ST_ENOMEM;
		HASH_ADD_KEYPTR(hh, run->changes, c->key.p, c->key.n, c);
	}
	c->stanza = *st;
	return 0;
}

static int dpkg_is_update(const struct dirent *e)
{
	size_t n = strspn(e->d_name, "0123456789");

	return n > 0 && !e->d_name[n]; /* not tmp.i, which is incomplete */
}

static int dpkg_by_number(const struct dirent **a, const struct dirent **b)
{
	unsigned long long x = strtoull((*a)->d_name, NULL, 10);
	unsigned long long y = strtoull((*b)->d_name, NULL, 10);

	return (x > y) - (x < y);
}

static int dpkg_read_update(struct dpkg_run *run, const char *name)
{
	struct dpkg_cursor c = { 0 };
	struct dpkg_stanza st;
	int err = dpkg_read(run->s->updates, name, run->s->max_octets, &run->arena, &c.text);

	if (err == ST_ENOENT)
		return 0; /* merged into status meanwhile: the stamp will differ */
	while (!err && dpkg_next(&c, &st) > 0)
		err = dpkg_note(run, &st);
	run->skipped += c.skipped;
	return err;
}

static int dpkg_read_updates(struct dpkg_run *run)
{
	struct dirent **names = NULL;
	int n = scandir(run->s->updates, &names, dpkg_is_update, dpkg_by_number), err = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : ST_EIO;
	if (n > DPKG_MAX_UPDATES)
		err = ST_ELIMIT;
	for (int i = 0; i < n; i++) {
		if (!err)
			err = dpkg_read_update(run, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return err;
}

static int dpkg_list_status(struct dpkg_run *run, struct span text)
{
	struct dpkg_cursor cursor = { .text = text };
	char key[2 * DPKG_MAX_FIELD + 2];
	struct dpkg_stanza st;
	int err = 0;

	while (!err && dpkg_next(&cursor, &st) > 0) {
		struct span k = { (uint8_t *)key, dpkg_key(&st, key, sizeof(key)) };
		struct dpkg_change *c = NULL;

		if (run->changes)
			HASH_FIND(hh, run->changes, k.p, k.n, c);
		if (!c)
			err = dpkg_emit(run, &st, k);
	}
	run->skipped += cursor.skipped;
	return err;
}

static int dpkg_list_changes(struct dpkg_run *run)
{
	int err = 0;

	for (struct dpkg_change *c = run->changes; c && !err; c = c->hh.next)
		err = dpkg_emit(run, &c->stanza, c->key);
	return err;
}

static void dpkg_stamp_file(const char *dir, const char *name, uint64_t v[6])
{
	char path[PATH_MAX + 16];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st) < 0)
		return;
	v[0] = (uint64_t)st.st_dev;
	v[1] = (uint64_t)st.st_ino;
	v[2] = (uint64_t)st.st_size;
	v[3] = (uint64_t)st.st_mtim.tv_sec;
	v[4] = (uint64_t)st.st_mtim.tv_nsec;
	v[5] = (uint64_t)st.st_ctim.tv_nsec;
}

static void dpkg_stamp(struct source *source, struct source_stamp *stamp)
{
	struct dpkg_source *s = (void *)source;
	*stamp = (struct source_stamp){ 0 };
	dpkg_stamp_file(s->dir, "status", stamp->v);
	dpkg_stamp_file(s->dir, "updates", stamp->v + 6);
}

/* Reads a consistent pair of journal and status. If dpkg merges its journal between the two
 * reads, an old stanza of the journal would hide a newer one in status. */
static int dpkg_read_all(struct dpkg_run *run, struct span *status)
{
	struct source_stamp before, after;
	int err;

	for (int tries = 0; tries < DPKG_MAX_TRIES; tries++) {
		HASH_CLEAR(hh, run->changes);
		arena_reset(&run->arena);
		run->skipped = 0;
		dpkg_stamp((void *)run->s, &before);
		if ((err = dpkg_read_updates(run)) < 0)
			return err;
		err = dpkg_read(run->s->dir, "status", run->s->max_octets, &run->arena,
				status);
		if (err < 0)
			return err;
		dpkg_stamp((void *)run->s, &after);
		if (memcmp(&before, &after, sizeof(before)) == 0)
			return 0;
	}
	return ST_EBUSY;
}

static int dpkg_list(struct source *source, source_each *each, void *ctx)
{
	struct dpkg_source *s = (void *)source;
	struct dpkg_run run = { .s = s, .each = each, .ctx = ctx };
	struct span status = { 0 };
	int err;

	if ((err = dpkg_read_all(&run, &status)) < 0)
		goto out;
	if ((err = dpkg_list_status(&run, status)) < 0)
		goto out;
	err = dpkg_list_changes(&run);
	if (run.skipped)
		log_warn(s->log, "dpkg database has unreadable stanzas: count=%zu",
			 run.skipped);
out:
	HASH_CLEAR(hh, run.changes);
	arena_reset(&run.arena);
	return err;
}

/* Finds the file of a package in info/. Its name begins with the package's name or, if several
 * architectures can be installed together, with name:arch. False: not found. */
static bool dpkg_info(const struct dpkg_source *s, const struct source_item *item,
		      const char *suffix, char *path, size_t size, struct stat *st)
{
	const struct span names[] = { item->key, item->name };

	for (size_t i = 0; i < 2; i++) {
		if (!names[i].n || memchr(names[i].p, '/', names[i].n))
			continue;
		(void)snprintf(path, size, "%s/info/%.*s.%s", s->dir, (int)names[i].n,
			       (const char *)names[i].p, suffix);
		if (stat(path, st) == 0)
			return true;
	}
	return false;
}

/* dpkg rewrites the file list when it unpacks a package. */
static int64_t dpkg_installed(struct source *source, const struct source_item *item)
{
	struct dpkg_source *s = (void *)source;
	char path[DPKG_INFO_PATH];
	struct stat st;

	if (!dpkg_info(s, item, "list", path, sizeof(path), &st))
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
}

/* --- files --- */

static int dpkg_read_info(const struct dpkg_source *s, const struct source_item *item,
			  const char *suffix, struct arena *a, struct span *text)
{
	char path[DPKG_INFO_PATH];
	struct stat st;
	int err = ST_ENOENT, fd;

	if (!dpkg_info(s, item, suffix, path, sizeof(path), &st))
		return err;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
		return errno == ENOENT ? ST_ENOENT : ST_EIO;
	err = dpkg_read_fd(fd, s->max_octets, a, text);
	(void)close(fd);
	return err;
}

/* True if path is listed in conffiles: dpkg preserves local changes. A line may begin with a
 * flag. */
static bool dpkg_is_conffile(struct span conffiles, struct span path)
{
	struct span line;

	while (dpkg_line(&conffiles, &line)) {
		const uint8_t *slash = line.n ? memchr(line.p, '/', line.n) : NULL;

		if (slash && span_eq(path, span_of(slash, (size_t)(span_end(line) - slash))))
			return true;
	}
	return false;
}

static int dpkg_files(struct source *source, const struct source_item *item, source_file *each,
		      void *ctx)
{
	struct dpkg_source *s = (void *)source;
	struct span list = { 0 }, conffiles = { 0 }, path;
	struct arena a = { 0 };
	int err = dpkg_read_info(s, item, "list", &a, &list);

	if (!err && dpkg_read_info(s, item, "conffiles", &a, &conffiles) < 0)
		conffiles = (struct span){ 0 };
	while (!err && dpkg_line(&list, &path))
		if (path.n > 1 && !span_eq(path, span_str("/.")))
			err = each(ctx, path, dpkg_is_conffile(conffiles, path));
	arena_reset(&a);
	return err;
}

/* dpkg changes both status and updates/ by renaming files into them. */
static const char *dpkg_watch(struct source *source, size_t i)
{
	struct dpkg_source *s = (void *)source;
	return i == 0 ? s->dir : i == 1 ? s->updates : NULL;
}

const struct source_class source_dpkg = {
	.name = "dpkg",
	.number = 1,
	.purl_type = "deb",
	.open = dpkg_open,
	.list = dpkg_list,
	.files = dpkg_files,
	.installed = dpkg_installed,
	.stamp = dpkg_stamp,
	.watch = dpkg_watch,
	.close = dpkg_close,
};
