/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading foreign CoSWID tags: they are files that anyone may have written. */
#include "wire/cbor_head.h"
#include "wire/coswid.h"
#include "wire/coswid_label.h"
#include "wire/swid_id.h"
#include "wire/swima.h"
#include "wire/text.h"

#include <limits.h>
#include <stdio.h>

/* What has been seen so far. Failures are in the cursor. */
struct coswid_reader {
	struct arena *arena;
	struct swid_info *info;
	struct span tag_id, regid;
	bool creator; /* the first entity with that role is regid's */
};

struct entity {
	struct span name, regid;
	uint32_t roles; /* 1 << role */
};

/* A row reads one item of a map, whose head is h, into what `to` points at. */
typedef void coswid_item(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
			 unsigned int depth, void *to);

struct coswid_row {
	int label;       /* or -1: */
	const char *key; /* a free attribute */
	coswid_item *read;
	size_t at; /* where in `to` it goes */
};

#define ROWS(a) a, sizeof(a) / sizeof((a)[0])

static void fail(struct rd *r, int err)
{
	rd_fail(r, rd_pos(r), err);
}

/* An open string, put together in the arena. */
static struct span join(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
			size_t max)
{
	struct cbor_rest rest = cbor_rest_of(h);
	struct wr w = { .max = max };
	struct cbor_head piece;
	struct span s = { 0 };

	while (cbor_more(r, &rest)) {
		cbor_next(r, &piece);
		if (!r->err && (piece.kind != h->kind || piece.open))
			fail(r, ST_EVALUE);
		else
			wr_bytes(&w, piece.s);
	}
	if (w.err)
		fail(r, w.err);
	if (!r->err && !(s = arena_copy(t->arena, wr_span(&w))).p)
		fail(r, ST_ENOMEM);
	wr_reset(&w);
	return s;
}

/* Text of a tag, kept; empty after a failure. */
static void read_text(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		      unsigned int depth, void *to)
{
	struct span *out = to, s = h->s;

	(void)depth;
	if (h->kind != CBOR_TEXT)
		fail(r, ST_EVALUE);
	else if (h->open)
		s = join(t, r, h, SWID_XML_MAX_STRING);
	else if (s.n > SWID_XML_MAX_STRING)
		fail(r, ST_ELIMIT);
	else if (s.n && !(s = arena_copy(t->arena, s)).p)
		fail(r, ST_ENOMEM);
	if (text_good(s) < s.n)
		fail(r, ST_EVALUE);
	if (!r->err)
		*out = s;
}

/* A URI: by the RFC text under a CBOR tag, in practice also without. */
static void read_uri(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		     unsigned int depth, void *to)
{
	struct cbor_head text = *h;

	if (h->kind == CBOR_TAG && h->n == COSWID_CBOR_URI)
		cbor_next(r, &text);
	read_text(t, r, &text, depth, to);
}

/* An attribute that anyone may have invented: other forms than one text mean nothing to us.
 * The first that says it counts. */
static void read_free(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		      unsigned int depth, void *to)
{
	struct span *out = to;

	if (h->kind == CBOR_TEXT && !out->n)
		read_text(t, r, h, depth, to);
	else
		cbor_skip_rest(r, h, depth);
}

static void read_tag_id(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
			unsigned int depth, void *to)
{
	char uuid[sizeof("urn:uuid:01234567-89ab-cdef-0123-456789abcdef")] = "urn:uuid:";
	size_t n = strlen(uuid);

	(void)to;
	if (h->kind != CBOR_BYTES) {
		read_text(t, r, h, depth, &t->tag_id);
		if (!r->err && !coswid_can_name(t->tag_id))
			fail(r, ST_EVALUE);
		return;
	}
	if (h->open || h->s.n != 16) {
		fail(r, ST_EVALUE);
		return;
	}
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			uuid[n++] = '-';
		n += (size_t)snprintf(uuid + n, sizeof(uuid) - n, "%02x", h->s.p[i]);
	}
	if (!(t->tag_id = arena_copy(t->arena, span_of(uuid, n))).p)
		fail(r, ST_ENOMEM);
}

static void read_role(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		      unsigned int depth, void *to)
{
	struct cbor_rest rest = cbor_rest_of(h);
	struct cbor_head one;
	uint32_t *roles = to;

	if (h->kind == CBOR_UINT && h->n < 32)
		*roles |= UINT32_C(1) << h->n;
	if (h->kind != CBOR_ARRAY) {
		cbor_skip_rest(r, h, depth);
		return;
	}
	while (depth && cbor_more(r, &rest)) {
		cbor_next(r, &one);
		if (one.kind == CBOR_ARRAY)
			fail(r, ST_EVALUE);
		else
			read_role(t, r, &one, depth - 1, to);
	}
	if (!depth)
		fail(r, ST_ELIMIT);
}

static const struct coswid_row *find_row(const struct coswid_row *rows, size_t n,
					 const struct cbor_head *key)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].key ? key->kind == CBOR_TEXT && !key->open &&
					  span_eq(key->s, span_str(rows[i].key))
				: key->kind == CBOR_UINT && key->n == (uint64_t)rows[i].label)
			return &rows[i];
	}
	return NULL;
}

/* Reads what rows know of a map and goes over the rest. */
static void read_map(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		     unsigned int depth, const struct coswid_row *rows, size_t n, void *to)
{
	struct cbor_rest rest = cbor_rest_of(h);
	uint32_t seen = 0;

	if (h->kind != CBOR_MAP)
		fail(r, ST_EVALUE);
	else if (!depth)
		fail(r, ST_ELIMIT);
	while (cbor_more(r, &rest)) {
		const struct coswid_row *row;
		struct cbor_head key, value;

		cbor_next(r, &key);
		row = r->err ? NULL : find_row(rows, n, &key);
		cbor_skip_rest(r, &key, depth - 1);
		cbor_next(r, &value);
		if (!row) {
			cbor_skip_rest(r, &value, depth - 1);
		} else if (seen & UINT32_C(1) << (row - rows)) {
			fail(r, ST_EVALUE);
		} else {
			seen |= UINT32_C(1) << (row - rows);
			row->read(t, r, &value, depth - 1, (char *)to + row->at);
		}
	}
}

/* "One or more": one alone, several as an array. */
static void read_each(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		      unsigned int depth, coswid_item *one, void *to)
{
	struct cbor_rest rest = cbor_rest_of(h);
	struct cbor_head item;

	if (h->kind != CBOR_ARRAY) {
		one(t, r, h, depth, to);
		return;
	}
	if (!depth)
		fail(r, ST_ELIMIT);
	while (cbor_more(r, &rest)) {
		cbor_next(r, &item);
		if (!r->err)
			one(t, r, &item, depth - 1, to);
	}
}

static void read_entity(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
			unsigned int depth, void *to)
{
	static const struct coswid_row rows[] = {
		{ COSWID_ENTITY_NAME, NULL, read_text, offsetof(struct entity, name) },
		{ COSWID_REG_ID, NULL, read_uri, offsetof(struct entity, regid) },
		{ COSWID_ROLE, NULL, read_role, offsetof(struct entity, roles) },
	};
	const uint32_t suppliers =
		(2u << COSWID_ROLE_MAINTAINER) - (1u << COSWID_ROLE_SOFTWARE_CREATOR);
	struct entity e = { 0 };

	(void)to;
	read_map(t, r, h, depth, ROWS(rows), &e);
	if (e.roles & 1u << COSWID_ROLE_TAG_CREATOR && !t->creator) {
		t->creator = true;
		t->regid = e.regid.n ? e.regid : span_str(SWID_NO_REGID);
	}
	if (e.roles & suppliers && !t->info->supplier.n)
		t->info->supplier = e.name;
}

static void read_entities(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
			  unsigned int depth, void *to)
{
	read_each(t, r, h, depth, read_entity, to);
}

static void read_meta(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		      unsigned int depth, void *to)
{
	static const struct coswid_row rows[] = {
		{ -1, COSWID_KEY_ARCH, read_free, offsetof(struct swid_info, arch) },
		{ -1, COSWID_KEY_PURL, read_free, offsetof(struct swid_info, purl) },
		{ -1, COSWID_KEY_SOURCE, read_free, offsetof(struct swid_info, source) },
		{ -1, COSWID_KEY_SOURCE_VERSION, read_free,
		  offsetof(struct swid_info, source_version) },
	};

	(void)to;
	read_map(t, r, h, depth, ROWS(rows), t->info);
}

static void read_metas(struct coswid_reader *t, struct rd *r, const struct cbor_head *h,
		       unsigned int depth, void *to)
{
	read_each(t, r, h, depth, read_meta, to);
}

/* concise-swid-tag (RFC 9393, 2.3). */
static void read_tag(struct coswid_reader *t, struct rd *r, const struct cbor_head *h)
{
	static const struct coswid_row rows[] = {
		{ COSWID_TAG_ID, NULL, read_tag_id, 0 },
		{ COSWID_NAME, NULL, read_text, offsetof(struct swid_info, name) },
		{ COSWID_ENTITY, NULL, read_entities, 0 },
		{ COSWID_META, NULL, read_metas, 0 },
		{ COSWID_VERSION, NULL, read_text, offsetof(struct swid_info, version) },
	};

	read_map(t, r, h, COSWID_MAX_DEPTH, ROWS(rows), t->info);
	if (!r->err && (!t->tag_id.n || !t->creator))
		fail(r, ST_EVALUE);
	if (!r->err) {
		int err = swid_id_make(t->arena, t->regid, t->tag_id, &t->info->id);

		if (err < 0)
			fail(r, err);
	}
}

/* What COSE_Sign1 and COSE_Sign carry: the third of four (RFC 9052, 4). */
static struct span read_signed(struct coswid_reader *t, struct rd *r)
{
	struct span payload = { 0 };
	struct cbor_head h;
	struct cbor_rest rest;

	cbor_next(r, &h);
	rest = cbor_rest_of(&h);
	if (!r->err && (h.kind != CBOR_ARRAY || (!h.open && h.n != 4)))
		fail(r, ST_EVALUE);
	for (int i = 0; i < 4 && !r->err; i++) {
		if (!cbor_more(r, &rest))
			fail(r, ST_EVALUE);
		cbor_next(r, &h);
		if (i == 2 && h.kind != CBOR_BYTES)
			fail(r, ST_EVALUE); /* not sent along */
		else if (i == 2)
			payload = h.open ? join(t, r, &h, rd_left(r)) : h.s;
		else
			cbor_skip_rest(r, &h, COSWID_MAX_DEPTH);
	}
	if (cbor_more(r, &rest))
		fail(r, ST_EVALUE);
	return payload;
}

/* A document: the CBOR tag "SWID" or not, then the tag or somebody's signature around it. */
static int read_document(struct coswid_reader *t, struct span doc, struct span *inner)
{
	struct rd r = rd_over(doc);
	struct cbor_head h;

	cbor_next(&r, &h);
	if (h.kind == CBOR_TAG && h.n == COSWID_CBOR_SWID)
		cbor_next(&r, &h);
	if (h.kind == CBOR_TAG && (h.n == COSWID_CBOR_SIGN1 || h.n == COSWID_CBOR_SIGN) &&
	    inner)
		*inner = read_signed(t, &r);
	else if (!r.err)
		read_tag(t, &r, &h);
	rd_end(&r);
	return !r.err || r.err == ST_ELIMIT || r.err == ST_ENOMEM ? r.err : ST_EVALUE;
}

int coswid_read(struct span doc, size_t max, struct arena *a, struct swid_info *info)
{
	struct coswid_reader t = { .arena = a, .info = info };
	struct span inner = { 0 };
	int err;

	*info = (struct swid_info){ .model = SWIMA_MODEL_COSWID };
	if (doc.n > max)
		return ST_ELIMIT;
	err = read_document(&t, doc, &inner);
	return err || info->id.n ? err : read_document(&t, inner, NULL);
}
