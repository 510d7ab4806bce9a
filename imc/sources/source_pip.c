/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memmem */
#include "source_pip.h"

#include "pip_metadata.h"
#include "tree_source.h"

#include "base/err.h"
#include "wire/swid_xml.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

/* Layout of a virtual environment. */
#define PIP_VENV_MARK "pyvenv.cfg"
#define PIP_VENV_PACKAGES "lib/python*/site-packages"

static int pip_found(const struct dir_walk *w, const struct walk_dir *d);

static int pip_open(const struct source_conf *conf, struct source **s)
{
	return tree_source_open(conf, source_pip.name, conf->pip, pip_found, s);
}

/* The locator is the site-packages directory: one package can be installed in several. */
static int pip_emit(const struct dir_walk *w, const struct walk_dir *site, const char *entry,
		    const struct pip_metadata *m)
{
	char key[PATH_MAX];
	struct source_item item = {
		.key = tree_run_key(site, entry, key, sizeof(key)),
		.name = m->name,
		.version = m->version,
		.directory = span_str(site->path + site->root),
	};

	return tree_run_emit(w, site, &item);
}

/* Reads the description of entry in site from the file name in d. */
static int pip_package(const struct dir_walk *w, const struct walk_dir *site,
		       const char *entry, const struct walk_dir *d, const char *name)
{
	struct tree_run *run = w->ctx;
	struct pip_metadata m;
	struct stat st;
	int err;

	if (!tree_run_wants(w, d, name))
		return 0;
	if ((err = tree_run_read(w, d, name, DIR_WALK_ANY_OWNER, run->s->conf->max_tag,
				 &st)) <= 0)
		return err;
	if (swid_text_ok(span_str(site->path)) && swid_text_ok(span_str(entry)) &&
	    pip_metadata_read(wr_span(&run->octets), &m))
		return pip_emit(w, site, entry, &m);
	dir_walk_skip(w, d, name, &st, "no valid name and version");
	return 0;
}

/* Name of the description in a directory with this suffix; NULL: not a package. */
static const char *pip_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || name[0] == '~') /* pip adds '~' to what it is about to remove */
		return NULL;
	return strcmp(dot, ".dist-info") == 0  ? "METADATA"
	       : strcmp(dot, ".egg-info") == 0 ? "PKG-INFO"
					       : NULL;
}

static int pip_entry(const struct dir_walk *w, const struct walk_dir *site, const char *name)
{
	const char *file = pip_file(name);
	struct walk_dir d;
	char path[PATH_MAX];
	struct stat st;
	int err;

	if (!file || fstatat(site->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode)) /* the oldest form: the entry is itself the description */
		return pip_package(w, site, name, site, name);
	if (!S_ISDIR(st.st_mode) ||
	    (err = dir_walk_enter(w, site, name, &d, path, sizeof(path))) == 0)
		return 0;
	if (err < 0)
		return err;
	if (fstatat(d.fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
		err = pip_package(w, site, name, &d, file);
	else
		err = 0; /* being written, or left over */
	if (!err && w->passed)
		err = w->passed(w, &d);
	dir_walk_leave(&d);
	return err;
}

static int pip_site(const struct dir_walk *w, const struct walk_dir *d)
{
	int err = w->passed ? w->passed(w, d) : 0;

	return err ? err : dir_walk_each(w, d, pip_entry);
}

static int pip_found(const struct dir_walk *w, const struct walk_dir *d)
{
	struct dir_walk inner = *w;
	struct stat st;

	if (fstatat(d->fd, PIP_VENV_MARK, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return pip_site(w, d);
	inner.found = pip_site;
	return dir_walk_below(&inner, d, PIP_VENV_PACKAGES);
}

/* --- files: RECORD in a .dist-info directory, one line for each: path,hash,size --- */

#define PIP_RECORD "RECORD"

/* The first field of a line, without its quotes. A path that itself contains a quote is cut
 * there. */
static struct span pip_field(struct span line)
{
	const uint8_t *end;
	bool quoted = line.n && line.p[0] == '"';

	if (quoted)
		line = span_of(line.p + 1, line.n - 1);
	end = line.n ? memchr(line.p, quoted ? '"' : ',', line.n) : NULL;
	return end ? span_of(line.p, (size_t)(end - line.p)) : (struct span){ 0 };
}

/* Appends the part to the path; ".." removes the last part. False: above the root. */
static bool pip_part(struct wr *path, struct span part)
{
	if (!part.n || span_eq(part, span_str(".")))
		return true;
	if (!span_eq(part, span_str(".."))) {
		wr_u8(path, '/');
		wr_bytes(path, part);
		return !path->err;
	}
	while (path->len && path->p[path->len - 1] != '/')
		path->len--;
	if (!path->len)
		return false;
	wr_truncate(path, path->len - 1);
	return true;
}

/* Bytecode that Python writes on first use does not belong to the package. */
static bool pip_cached(struct span path)
{
	static const char part[] = "__pycache__/";

	return path.n && memmem(path.p, path.n, part, sizeof(part) - 1) != NULL;
}

/* Reports the file name, relative to site; ".." may lead out of site. */
static int pip_file_each(struct span site, struct span name, source_file *each, void *ctx)
{
	struct wr path = { .max = PATH_MAX };
	bool ok = !pip_cached(name);
	int err = 0;

	if (name.n && name.p[0] != '/')
		wr_bytes(&path, site);
	while (ok && name.n) {
		const uint8_t *slash = memchr(name.p, '/', name.n);
		size_t n = slash ? (size_t)(slash - name.p) : name.n;

		ok = pip_part(&path, span_of(name.p, n));
		n += slash != NULL;
		name = span_of(name.p + n, name.n - n);
	}
	if (ok && path.len)
		err = each(ctx, wr_span(&path), false);
	wr_reset(&path);
	return err;
}

static int pip_files(struct source *source, const struct source_item *item, source_file *each,
		     void *ctx)
{
	struct tree_source *s = (void *)source;
	struct wr octets = { 0 };
	char path[PATH_MAX];
	struct stat st;
	struct span text;
	int n = snprintf(path, sizeof(path), "%s%.*s/" PIP_RECORD, s->conf->root,
			 (int)item->key.n, (const char *)item->key.p);
	int err = n < 0 || (size_t)n >= sizeof(path)
			  ? ST_ENOENT
			  : dir_walk_read(AT_FDCWD, path, DIR_WALK_ANY_OWNER, s->conf->max_tag,
					  &octets, &st);

	for (text = wr_span(&octets); !err && text.n;) {
		struct span line = pip_metadata_line(&text);

		err = pip_file_each(item->directory, pip_field(line), each, ctx);
	}
	wr_reset(&octets);
	return err == ST_EVALUE || err == ST_EDENIED ? ST_ENOENT : err;
}

const struct source_class source_pip = {
	.name = "pip",
	.number = 4,
	.purl_type = "pypi",
	.language = "pypi",
	.open = pip_open,
	.list = tree_source_list,
	.files = pip_files,
	.installed = tree_source_installed,
	.stamp = tree_source_stamp,
	.watch = tree_source_watch,
	.describe = tree_source_describe,
	.close = tree_source_close,
};
