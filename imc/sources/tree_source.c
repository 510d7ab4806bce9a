/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree_source.h"

#include "base/err.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int tree_source_open(const struct source_conf *conf, const char *name,
		     const char *const *patterns,
		     int (*found)(const struct dir_walk *w, const struct walk_dir *d),
		     struct source **out)
{
	struct tree_source *s = calloc(1, sizeof(*s));

	if (!s)
		return ST_ENOMEM;
	s->conf = conf;
	s->name = name;
	s->patterns = patterns;
	s->found = found;
	*out = (void *)s;
	return 0;
}

void tree_source_close(struct source *source)
{
	struct tree_source *s = (void *)source;
	if (!s)
		return;
	dir_walk_skips_free(&s->skipped);
	dir_walk_watches_reset(&s->watches);
	free(s);
}

static int source_passed(const struct dir_walk *w, const struct walk_dir *d)
{
	struct tree_run *run = w->ctx;

	return dir_walk_watches_add(&run->s->watches, d->path);
}

static int source_walk(struct tree_run *run, bool watch)
{
	struct tree_source *s = run->s;
	const struct dir_walk w = { .root = s->conf->root,
				    .log = s->conf->log,
				    .source = s->name,
				    .skips = &s->skipped,
				    .ctx = run,
				    .found = s->found,
				    .passed = watch ? source_passed : NULL };
	int err = 0;

	for (size_t i = 0; s->patterns && s->patterns[i] && !err; i++)
		err = dir_walk(&w, s->patterns[i]);
	dir_walk_skip_end(&w);
	wr_reset(&run->octets);
	return err;
}

int tree_source_list(struct source *source, source_each *each, void *ctx)
{
	struct tree_source *s = (void *)source;
	return source_walk(&(struct tree_run){ .s = s, .each = each, .ctx = ctx }, false);
}

void tree_source_stamp(struct source *source, struct source_stamp *stamp)
{
	struct tree_source *s = (void *)source;
	*stamp = (struct source_stamp){ 0 };
	if (source_walk(&(struct tree_run){ .s = s, .stamp = stamp }, false) < 0)
		stamp->v[2] = 1;
}

const char *tree_source_watch(struct source *source, size_t i)
{
	struct tree_source *s = (void *)source;
	if (i == 0) {
		dir_walk_watches_reset(&s->watches);
		(void)source_walk(&(struct tree_run){ .s = s }, true);
	}
	return i < s->watches.n ? s->watches.paths[i] : NULL;
}

void tree_source_describe(struct source *source, struct wr *w)
{
	struct tree_source *s = (void *)source;
	for (size_t i = 0; s->patterns && s->patterns[i]; i++) {
		if (i)
			wr_u8(w, ' ');
		wr_str(w, s->conf->root);
		wr_str(w, s->patterns[i]);
	}
}

int64_t tree_source_installed(struct source *source, const struct source_item *item)
{
	struct tree_source *s = (void *)source;
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s%.*s", s->conf->root, (int)item->key.n,
			 (const char *)item->key.p);

	if (n < 0 || (size_t)n >= sizeof(path) || lstat(path, &st) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
}

bool tree_run_wants(const struct dir_walk *w, const struct walk_dir *d, const char *name)
{
	struct tree_run *run = w->ctx;

	if (run->stamp) {
		run->stamp->v[0] += dir_walk_mark(d, name);
		run->stamp->v[1]++;
	}
	return run->each != NULL;
}

static const char *skip_reason(int err)
{
	switch (err) {
	case ST_ELIMIT:
		return "too long";
	case ST_EDENIED:
		return "permission denied, or owned by another user";
	case ST_ENOENT:
		return "a symbolic link, or gone";
	default:
		return "not a regular file";
	}
}

int tree_run_read(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		  enum dir_walk_owner owner, size_t max, struct stat *st)
{
	struct tree_run *run = w->ctx;
	size_t all = run->s->conf->max_octets;
	size_t left = !all ? max : run->read < all ? all - run->read : 0;
	int err = dir_walk_read(d->fd, name, owner, left < max ? left : max, &run->octets, st);

	if (err == ST_EIO || err == ST_ENOMEM)
		return err;
	if (err == ST_ELIMIT && left < max && (uintmax_t)st->st_size <= max)
		dir_walk_skip(w, d, name, st, "too much data in this source");
	else if (err < 0)
		dir_walk_skip(w, d, name, st, skip_reason(err));
	else
		run->read += run->octets.len;
	return err < 0 ? 0 : 1;
}

int tree_run_emit(const struct dir_walk *w, const struct walk_dir *d,
		  const struct source_item *item)
{
	struct tree_run *run = w->ctx;

	if (!item->key.n)
		return 0;
	if (run->count == TREE_MAX_INSTANCES) {
		dir_walk_skip(w, d, ".", NULL, "too many instances in this source");
		return 0;
	}
	run->count++;
	return run->each(run->ctx, item);
}

int tree_run_below(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		   unsigned int max_depth,
		   int (*found)(const struct dir_walk *w, const struct walk_dir *d))
{
	struct tree_run *run = w->ctx;
	struct walk_dir sub;
	char path[PATH_MAX];
	struct stat st;
	int err;

	if (run->depth == max_depth || fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	if ((err = dir_walk_enter(w, d, name, &sub, path, sizeof(path))) <= 0)
		return err;
	run->depth++;
	err = found(w, &sub);
	run->depth--;
	dir_walk_leave(&sub);
	return err;
}

struct span tree_run_key(const struct walk_dir *d, const char *name, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s", d->path + d->root, name);

	return n < 0 || (size_t)n >= size ? (struct span){ 0 } : span_of(path, (size_t)n);
}
