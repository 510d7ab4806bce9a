/* SPDX-License-Identifier: BSD-2-Clause */
#include "source_swid.h"

#include "sha256.h"
#include "tree_source.h"

#include "base/err.h"
#include "wire/coswid.h"
#include "wire/swima.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Levels below a directory that matches a pattern: /usr/lib/swidtag/<regid>/ is one. */
#define SWID_MAX_DEPTH 4

/* Octets of memory for one tag while it is read. */
#define SWID_MAX_KEPT (1024 * 1024)

static int swid_found(const struct dir_walk *w, const struct walk_dir *d);

static int swid_open(const struct source_conf *conf, struct source **s)
{
	return tree_source_open(conf, source_swid.name, conf->swid, swid_found, s);
}

/* --- one tag --- */

static bool ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && strcmp(name + n - m, suffix) == 0;
}

int swid_file_kind(const char *name)
{
	if (ends_in(name, ".swidtag"))
		return SWIMA_MODEL_SWID_2015;
	return ends_in(name, ".coswid") ? SWIMA_MODEL_COSWID : -1;
}

const char *swid_file_read(int kind, struct span octets, struct arena *a,
			   struct swid_info *info)
{
	int err = kind == SWIMA_MODEL_COSWID ? coswid_read(octets, octets.n, a, info)
					     : swid_xml_read(octets, octets.n, a, info);

	if (err == ST_ELIMIT)
		return "too long or nested too deeply";
	if (err < 0)
		return err == ST_ENOMEM ? "too many strings" : "not a tag";
	if (!swid_text_ok(info->id) || !swid_text_ok(info->name) ||
	    !swid_text_ok(info->version) || !swid_text_ok(info->supplier) ||
	    !swid_text_ok(info->arch) || !swid_text_ok(info->source) ||
	    !swid_text_ok(info->source_version))
		return "control characters in its content";
	return info->id.n > SWIMA_MAX_STRING ? "identifier too long" : NULL;
}

/* Tags are stored beside the product: the parent of the directory swidtag is the product's. */
static struct span swid_product(const char *path)
{
	static const char last[] = "/swidtag";
	size_t n = strlen(path), m = sizeof(last) - 1;

	if (n > m && strcmp(path + n - m, last) == 0)
		return span_of(path, n - m);
	return (struct span){ 0 };
}

static int swid_emit(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		     const struct swid_info *info)
{
	const struct tree_run *run = w->ctx;
	char key[PATH_MAX], digest[SHA256_TEXT] = "";
	struct source_item item = {
		.key = tree_run_key(d, name, key, sizeof(key)),
		.name = info->name,
		.version = info->version,
		.arch = info->arch,
		.origin = info->source,
		.origin_version = info->source_version,
		.supplier = info->supplier,
		.directory = swid_product(d->path + d->root),
		.identifier = info->id,
		.model = info->model,
	};
	int err = sha256_of(wr_span(&run->octets), digest);

	item.digest = span_str(digest);
	return err ? err : tree_run_emit(w, d, &item);
}

/* A broken tag is skipped and does not affect the others. */
static int swid_tag(const struct dir_walk *w, const struct walk_dir *d, const char *name,
		    int kind)
{
	struct tree_run *run = w->ctx;
	struct arena a = { .max = SWID_MAX_KEPT };
	struct swid_info info;
	const char *err_msg;
	struct stat st;
	int err = tree_run_read(w, d, name, DIR_WALK_ROOT_OR_SELF, run->s->conf->max_tag, &st);

	if (err <= 0)
		return err;
	if (!swid_text_ok(span_str(d->path)) || !swid_text_ok(span_str(name)))
		err_msg = "control characters in its name";
	else
		err_msg = swid_file_read(kind, wr_span(&run->octets), &a, &info);
	if (err_msg)
		dir_walk_skip(w, d, name, &st, err_msg);
	err = err_msg ? 0 : swid_emit(w, d, name, &info);
	arena_reset(&a);
	return err;
}

static int swid_entry(const struct dir_walk *w, const struct walk_dir *d, const char *name)
{
	int kind = swid_file_kind(name);

	if (kind < 0)
		return tree_run_below(w, d, name, SWID_MAX_DEPTH, swid_found);
	return tree_run_wants(w, d, name) ? swid_tag(w, d, name, kind) : 0;
}

static int swid_found(const struct dir_walk *w, const struct walk_dir *d)
{
	int err = w->passed ? w->passed(w, d) : 0;

	return err ? err : dir_walk_each(w, d, swid_entry);
}

/* The path may have changed since the tag was listed; the digest decides if it is the same
 * tag. */
static int swid_record(struct source *source, const struct source_item *item, struct wr *w)
{
	struct tree_source *s = (void *)source;
	char path[PATH_MAX], digest[SHA256_TEXT] = "";
	struct wr octets = { 0 };
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s%.*s", s->conf->root, (int)item->key.n,
			 (const char *)item->key.p);
	int err = n < 0 || (size_t)n >= sizeof(path) ? ST_EBUSY : 0;

	if (!err)
		err = dir_walk_read(AT_FDCWD, path, DIR_WALK_ROOT_OR_SELF, s->conf->max_tag,
				    &octets, &st);
	if (!err)
		err = sha256_of(wr_span(&octets), digest);
	if (!err && !span_eq(item->digest, span_str(digest)))
		err = ST_EBUSY;
	if (!err)
		wr_bytes(w, wr_span(&octets));
	wr_reset(&octets);
	if (err && err != ST_ENOMEM && err != ST_EIO)
		return ST_EBUSY;
	return err ? err : w->err;
}

const struct source_class source_swid = {
	.name = "swid",
	.number = 3,
	.open = swid_open,
	.list = tree_source_list,
	.record = swid_record,
	.installed = tree_source_installed,
	.stamp = tree_source_stamp,
	.watch = tree_source_watch,
	.describe = tree_source_describe,
	.close = tree_source_close,
};
