/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/coswid.h"
#include "wire/coswid_label.h"
#include "wire/swid_file.h"

#include <cbor.h>

/* One item of a table of names whose numbers begin at 1. 0: not in it. */
static unsigned int number_of(const char *const *names, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(span_str(names[i]), name))
			return (unsigned int)i + 1;
	return 0;
}

static unsigned int scheme_number(struct span name)
{
	static const char *const names[] = { "multipartnumeric", "multipartnumeric+suffix",
					     "alphanumeric", "decimal" };

	if (span_eq(name, span_str("semver")))
		return 16384;
	return number_of(names, sizeof(names) / sizeof(names[0]), name);
}

static unsigned int role_number(struct span name)
{
	static const char *const names[] = { "tagCreator",  "softwareCreator", "aggregator",
					     "distributor", "licensor",        "maintainer" };

	if (!name.n)
		return COSWID_ROLE_SOFTWARE_CREATOR;
	return number_of(names, sizeof(names) / sizeof(names[0]), name);
}

/* A head: what follows and how many of it. */
static void put_head(struct wr *w, size_t (*encode)(size_t, unsigned char *, size_t), size_t n)
{
	unsigned char head[9];

	wr_bytes(w, span_of(head, encode(n, head, sizeof(head))));
}

static void put_uint(struct wr *w, uint64_t v)
{
	unsigned char head[9];

	wr_bytes(w, span_of(head, cbor_encode_uint(v, head, sizeof(head))));
}

static void put_tag(struct wr *w, uint64_t v)
{
	unsigned char head[9];

	wr_bytes(w, span_of(head, cbor_encode_tag(v, head, sizeof(head))));
}

static void put_text(struct wr *w, struct span s)
{
	if (!swid_text_ok(s))
		wr_fail(w, ST_EVALUE);
	put_head(w, cbor_encode_string_start, s.n);
	wr_bytes(w, s);
}

static void put_must(struct wr *w, enum coswid_label key, struct span s)
{
	if (!s.n)
		wr_fail(w, ST_EVALUE);
	put_uint(w, key);
	put_text(w, s);
}

static void put_creator(struct wr *w, const struct swid_tag *t)
{
	put_head(w, cbor_encode_map_start, 3);
	put_must(w, COSWID_ENTITY_NAME, t->creator);
	if (!t->regid.n)
		wr_fail(w, ST_EVALUE);
	put_uint(w, COSWID_REG_ID);
	put_tag(w, COSWID_CBOR_URI);
	put_text(w, t->regid);
	put_uint(w, COSWID_ROLE);
	put_uint(w, COSWID_ROLE_TAG_CREATOR);
}

/* One stands alone, more are an array. */
static void put_entities(struct wr *w, const struct swid_tag *t)
{
	unsigned int role = role_number(t->supplier_role);
	bool supplier = t->supplier.n && role;

	put_uint(w, COSWID_ENTITY);
	if (supplier)
		put_head(w, cbor_encode_array_start, 2);
	put_creator(w, t);
	if (!supplier)
		return;
	put_head(w, cbor_encode_map_start, 2);
	put_must(w, COSWID_ENTITY_NAME, t->supplier);
	put_uint(w, COSWID_ROLE);
	put_uint(w, role);
}

static void put_meta(struct wr *w, const struct swid_tag *t)
{
	const struct {
		enum coswid_label label;
		const char *key;
		struct span value;
	} items[] = {
		{ COSWID_PRODUCT, NULL, t->product },
		{ COSWID_SUMMARY, NULL, t->summary },
		{ 0, COSWID_KEY_ARCH, t->arch },
		{ 0, COSWID_KEY_PURL, t->purl },
		{ 0, COSWID_KEY_SOURCE, t->source },
		{ 0, COSWID_KEY_SOURCE_VERSION, t->source_version },
	};
	const size_t n = sizeof(items) / sizeof(items[0]);
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += items[i].value.n > 0;
	if (!count)
		return;
	put_uint(w, COSWID_META);
	put_head(w, cbor_encode_map_start, count);
	for (size_t i = 0; i < n; i++) {
		if (!items[i].value.n)
			continue;
		if (items[i].key)
			put_text(w, span_str(items[i].key));
		else
			put_uint(w, items[i].label);
		put_text(w, items[i].value);
	}
}

static bool has_meta(const struct swid_tag *t)
{
	return t->product.n || t->summary.n || t->arch.n || t->purl.n || t->source.n ||
	       t->source_version.n;
}

/* --- evidence --- */

static void put_hash(struct wr *w, const uint8_t sha256[SWID_SHA256_SIZE])
{
	put_uint(w, COSWID_HASH);
	put_head(w, cbor_encode_array_start, 2);
	put_uint(w, COSWID_HASH_SHA256);
	put_head(w, cbor_encode_bytestring_start, SWID_SHA256_SIZE);
	wr_bytes(w, span_of(sha256, SWID_SHA256_SIZE));
}

static void put_file(struct wr *w, const struct swid_file *f)
{
	struct swid_path p;

	if (!swid_path_split(f->path, &p))
		wr_fail(w, ST_EVALUE);
	put_head(w, cbor_encode_map_start,
		 (size_t)2 + (f->sha256 != NULL) + !p.directory.n + f->changeable);
	if (f->sha256)
		put_hash(w, f->sha256);
	put_uint(w, COSWID_SIZE);
	put_uint(w, f->size);
	put_must(w, COSWID_FS_NAME, p.name);
	if (!p.directory.n)
		put_must(w, COSWID_ROOT, p.root);
	if (f->changeable) {
		put_text(w, span_str(COSWID_KEY_MUTABLE));
		put_text(w, span_str("true"));
	}
}

/* One stands alone, more are an array. */
static void put_files(struct wr *w, const struct swid_file *files, size_t n)
{
	put_uint(w, COSWID_FILE);
	if (n > 1)
		put_head(w, cbor_encode_array_start, n);
	for (size_t i = 0; i < n && !w->err; i++)
		put_file(w, &files[i]);
}

static void put_directory(struct wr *w, const struct swid_file *files, size_t n)
{
	struct swid_path p;

	if (!swid_path_split(files[0].path, &p))
		wr_fail(w, ST_EVALUE);
	put_head(w, cbor_encode_map_start, 3);
	put_must(w, COSWID_FS_NAME, p.directory);
	put_must(w, COSWID_ROOT, p.root);
	put_uint(w, COSWID_PATH_ELEMENTS);
	put_head(w, cbor_encode_map_start, 1);
	put_files(w, files, n);
}

static void put_directories(struct wr *w, const struct swid_file *files, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i += swid_files_together(files + i, n - i))
		count++;
	put_uint(w, COSWID_DIRECTORY);
	if (count > 1)
		put_head(w, cbor_encode_array_start, count);
	for (size_t i = 0, m; i < n && !w->err; i += m) {
		m = swid_files_together(files + i, n - i);
		put_directory(w, files + i, m);
	}
}

/* What lies right below the root is in no directory; it comes first in the list. */
static void put_evidence(struct wr *w, const struct swid_tag *t)
{
	struct swid_path p;
	size_t top = 0;

	if (!t->n_files)
		return;
	if (swid_path_split(t->files[0].path, &p) && !p.directory.n)
		top = swid_files_together(t->files, t->n_files);
	put_uint(w, COSWID_EVIDENCE);
	put_head(w, cbor_encode_map_start, (size_t)(top < t->n_files) + (top > 0));
	if (top < t->n_files)
		put_directories(w, t->files + top, t->n_files - top);
	if (top)
		put_files(w, t->files, top);
}

bool coswid_can_name(struct span tag_id)
{
	for (size_t i = 1; i < tag_id.n; i++)
		if (tag_id.p[i - 1] == '_' && tag_id.p[i] == '_')
			return false;
	return tag_id.n > 0;
}

int coswid_write(struct wr *w, const struct swid_tag *t)
{
	unsigned int scheme = t->version.n ? scheme_number(t->version_scheme) : 0;
	size_t before = w->len;

	if (w->err)
		return w->err;
	if (!coswid_can_name(t->tag_id))
		return ST_EVALUE;
	put_tag(w, COSWID_CBOR_SWID);
	put_head(w, cbor_encode_map_start,
		 (size_t)4 + has_meta(t) + (t->version.n > 0) + (scheme > 0) +
			 (t->n_files > 0));
	put_must(w, COSWID_TAG_ID, t->tag_id);
	put_must(w, COSWID_NAME, t->name);
	put_entities(w, t);
	put_evidence(w, t);
	put_meta(w, t);
	put_uint(w, COSWID_TAG_VERSION);
	put_uint(w, 0);
	if (t->version.n)
		put_must(w, COSWID_VERSION, t->version);
	if (scheme) {
		put_uint(w, COSWID_SCHEME);
		put_uint(w, scheme);
	}
	if (w->err == ST_EVALUE) {
		wr_truncate(w, before);
		return ST_EVALUE;
	}
	return w->err;
}
