/* SPDX-License-Identifier: BSD-2-Clause */
#include "source_npm.h"

#include "npm_package.h"
#include "tree_source.h"

#include "base/err.h"
#include "wire/swid_xml.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

/* Packages nest: each level is a package, node_modules and optionally a scope. */
#define NPM_MAX_DEPTH_BELOW 48

#define NPM_FILE "package.json"
#define NPM_TREE "node_modules"

static int npm_found(const struct dir_walk *w, const struct walk_dir *d);

static int npm_open(const struct source_conf *conf, struct source **s)
{
	return tree_source_open(conf, source_npm.name, conf->npm, npm_found, s);
}

/* The innermost node_modules directory of a package. */
static struct span npm_tree(const char *path)
{
	static const char part[] = "/" NPM_TREE "/";
	struct span tree = { 0 };

	for (const char *p = path; (p = strstr(p, part)); p++)
		tree = span_of(path, (size_t)(p - path) + sizeof(part) - 2);
	return tree;
}

static int npm_emit(const struct dir_walk *w, const struct walk_dir *d,
		    const struct npm_package *p)
{
	const char *path = d->path + d->root;
	struct source_item item = {
		.key = span_str(path),
		.name = p->name,
		.version = p->version,
		.directory = npm_tree(path),
	};

	return tree_run_emit(w, d, &item);
}

/* Reads the description of the package in directory d. */
static int npm_describe(const struct dir_walk *w, const struct walk_dir *d)
{
	struct tree_run *run = w->ctx;
	size_t max = run->s->conf->max_tag;
	struct arena a = { 0 };
	struct npm_package p;
	struct stat st;
	int err;

	if (fstatat(d->fd, NPM_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !tree_run_wants(w, d, NPM_FILE))
		return 0;
	if (max > NPM_MAX_OCTETS)
		max = NPM_MAX_OCTETS;
	if ((err = tree_run_read(w, d, NPM_FILE, DIR_WALK_ANY_OWNER, max, &st)) <= 0)
		return err;
	err = npm_package_read(wr_span(&run->octets), &a, &p);
	if (err == ST_EVALUE || !swid_text_ok(span_str(d->path))) {
		dir_walk_skip(w, d, NPM_FILE, &st, "no valid name and version");
		err = 0;
	} else if (err == ST_ELIMIT) {
		dir_walk_skip(w, d, NPM_FILE, &st, "too long or nested too deeply");
		err = 0;
	} else if (!err) {
		err = npm_emit(w, d, &p);
	}
	arena_reset(&a);
	return err;
}

static int npm_modules(const struct dir_walk *w, const struct walk_dir *d);

static int npm_package(const struct dir_walk *w, const struct walk_dir *d)
{
	int err = npm_describe(w, d);

	if (!err && w->passed)
		err = w->passed(w, d);
	return err ? err : tree_run_below(w, d, NPM_TREE, NPM_MAX_DEPTH_BELOW, npm_modules);
}

static int npm_entry(const struct dir_walk *w, const struct walk_dir *d, const char *name)
{
	return tree_run_below(w, d, name, NPM_MAX_DEPTH_BELOW,
			      name[0] == '@' ? npm_modules : npm_package);
}

/* A node_modules directory, or a scope in one. */
static int npm_modules(const struct dir_walk *w, const struct walk_dir *d)
{
	int err = w->passed ? w->passed(w, d) : 0;

	return err ? err : dir_walk_each(w, d, npm_entry);
}

static int npm_found(const struct dir_walk *w, const struct walk_dir *d)
{
	const char *last = strrchr(d->path, '/');
	struct dir_walk inner = *w;

	if (last && strcmp(last + 1, NPM_TREE) == 0)
		return npm_modules(w, d);
	inner.found = npm_modules;
	return dir_walk_below(&inner, d, NPM_TREE);
}

/* --- files: all in the directory, without those of nested packages --- */

struct npm_files {
	source_file *each;
	void *ctx;
	unsigned int depth;
};

static int npm_file(const struct dir_walk *w, const struct walk_dir *d, const char *name)
{
	struct npm_files *f = w->ctx;
	struct walk_dir sub;
	char path[PATH_MAX];
	struct stat st;
	int err;

	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode)) {
		struct span file = tree_run_key(d, name, path, sizeof(path));

		return file.n ? f->each(f->ctx, file, false) : 0;
	}
	if (!S_ISDIR(st.st_mode) || strcmp(name, NPM_TREE) == 0 ||
	    f->depth == NPM_MAX_DEPTH_BELOW)
		return 0;
	if ((err = dir_walk_enter(w, d, name, &sub, path, sizeof(path))) <= 0)
		return err;
	f->depth++;
	err = dir_walk_each(w, &sub, npm_file);
	f->depth--;
	dir_walk_leave(&sub);
	return err;
}

static int npm_files(struct source *source, const struct source_item *item, source_file *each,
		     void *ctx)
{
	struct tree_source *s = (void *)source;
	struct npm_files f = { .each = each, .ctx = ctx };
	struct dir_walk w = { .root = s->conf->root,
			      .log = s->conf->log,
			      .source = s->name,
			      .skips = &s->skipped,
			      .ctx = &f };
	struct walk_dir d = { .root = strlen(s->conf->root) };
	char path[PATH_MAX];
	int err, n = snprintf(path, sizeof(path), "%s%.*s", s->conf->root, (int)item->key.n,
			      (const char *)item->key.p);

	if (n < 0 || (size_t)n >= sizeof(path))
		return ST_ENOENT;
	d.path = path;
	d.fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (d.fd < 0)
		return ST_ENOENT;
	err = dir_walk_each(&w, &d, npm_file);
	dir_walk_leave(&d);
	return err;
}

const struct source_class source_npm = {
	.name = "npm",
	.number = 5,
	.purl_type = "npm",
	.language = "npm",
	.open = npm_open,
	.list = tree_source_list,
	.files = npm_files,
	.installed = tree_source_installed,
	.stamp = tree_source_stamp,
	.watch = tree_source_watch,
	.describe = tree_source_describe,
	.close = tree_source_close,
};
