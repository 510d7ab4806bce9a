#include "source_npm.h"

#include "npm_package.h"
#include "tree_source.h"

#include "base/err.h"
#include "wire/swid_xml.h"

#include <fcntl.h>
#include <limits.h>

/* Packages inside packages: each level is a package, node_modules and perhaps a scope. */
#define NPM_MAX_DEPTH_BELOW 48

#define NPM_FILE "package.json"
#define NPM_TREE "node_modules"

static int npm_found(const struct tree_walk *w, const struct tree_dir *d);

static int npm_open(const struct source_conf *conf, struct source **s)
{
	return tree_source_open(conf, source_npm.name, conf->npm, npm_found, s);
}

/* The innermost tree that a package is in. */
static struct span npm_tree(const char *path)
{
	static const char part[] = "/" NPM_TREE "/";
	struct span tree = { 0 };

	for (const char *p = path; (p = strstr(p, part)); p++)
		tree = span_of(path, (size_t)(p - path) + sizeof(part) - 2);
	return tree;
}

static int npm_emit(struct tree_run *run, const struct tree_dir *d,
		    const struct npm_package *p)
{
	const char *path = d->path + d->root;
	struct source_item item = {
		.key = span_str(path),
		.name = p->name,
		.version = p->version,
		.directory = npm_tree(path),
	};

	return run->each(run->ctx, &item);
}

/* The description of the package whose directory d is. */
static int npm_describe(const struct tree_walk *w, const struct tree_dir *d)
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
	if ((err = tree_run_read(w, d, NPM_FILE, TREE_ANYONE, max, &st)) <= 0)
		return err;
	err = npm_package_read(wr_span(&run->octets), &a, &p);
	if (err == ST_EVALUE || !swid_text_ok(span_str(d->path))) {
		tree_refuse(w, d, NPM_FILE, &st, "says no name and version");
		err = 0;
	} else if (err == ST_ELIMIT) {
		tree_refuse(w, d, NPM_FILE, &st, "nested too deep or too long");
		err = 0;
	} else if (!err) {
		err = npm_emit(run, d, &p);
	}
	arena_reset(&a);
	return err;
}

static int npm_modules(const struct tree_walk *w, const struct tree_dir *d);

static int npm_package(const struct tree_walk *w, const struct tree_dir *d)
{
	int err = npm_describe(w, d);

	if (!err && w->passed)
		err = w->passed(w, d);
	return err ? err : tree_run_below(w, d, NPM_TREE, NPM_MAX_DEPTH_BELOW, npm_modules);
}

static int npm_entry(const struct tree_walk *w, const struct tree_dir *d, const char *name)
{
	return tree_run_below(w, d, name, NPM_MAX_DEPTH_BELOW,
			      name[0] == '@' ? npm_modules : npm_package);
}

/* A tree, or a scope in one. */
static int npm_modules(const struct tree_walk *w, const struct tree_dir *d)
{
	int err = w->passed ? w->passed(w, d) : 0;

	return err ? err : tree_each(w, d, npm_entry);
}

static int npm_found(const struct tree_walk *w, const struct tree_dir *d)
{
	const char *last = strrchr(d->path, '/');
	struct tree_walk inner = *w;

	if (last && strcmp(last + 1, NPM_TREE) == 0)
		return npm_modules(w, d);
	inner.found = npm_modules;
	return tree_walk_below(&inner, d, NPM_TREE);
}

const struct source_class source_npm = {
	.name = "npm",
	.number = 5,
	.purl_type = "npm",
	.language = "npm",
	.open = npm_open,
	.list = tree_source_list,
	.installed = tree_source_installed,
	.stamp = tree_source_stamp,
	.watch = tree_source_watch,
	.describe = tree_source_describe,
	.close = tree_source_close,
};
