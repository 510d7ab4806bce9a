/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/swid_file.h"

#include <stdio.h>

#define XML_DECL "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

/* The entity for an octet of an attribute value, or NULL. */
static const char *escape_of(uint8_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

static void write_value(struct wr *w, struct span s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *entity = escape_of(s.p[i]);

		if (!entity)
			continue;
		wr_bytes(w, span_of(s.p + from, i - from));
		wr_str(w, entity);
		from = i + 1;
	}
	if (from < s.n)
		wr_bytes(w, span_of(s.p + from, s.n - from));
}

/* One attribute; nothing when the value is empty. */
static void write_attr(struct wr *w, const char *name, struct span value)
{
	if (!value.n)
		return;
	if (!swid_text_ok(value))
		wr_fail(w, ST_EVALUE);
	wr_u8(w, ' ');
	wr_str(w, name);
	wr_str(w, "=\"");
	write_value(w, value);
	wr_u8(w, '"');
}

static void write_must(struct wr *w, const char *name, struct span value)
{
	if (!value.n)
		wr_fail(w, ST_EVALUE);
	write_attr(w, name, value);
}

static void write_entities(struct wr *w, const struct swid_tag *t)
{
	wr_str(w, "<Entity");
	write_must(w, "name", t->creator);
	write_must(w, "regid", t->regid);
	wr_str(w, " role=\"tagCreator\"/>");
	if (!t->supplier.n)
		return;
	wr_str(w, "<Entity");
	write_attr(w, "name", t->supplier);
	write_attr(w, "role",
		   t->supplier_role.n ? t->supplier_role : span_str("softwareCreator"));
	wr_str(w, "/>");
}

static void write_meta(struct wr *w, const struct swid_tag *t)
{
	if (!t->product.n && !t->summary.n && !t->arch.n && !t->purl.n && !t->source.n &&
	    !t->source_version.n)
		return;
	wr_str(w, "<Meta");
	write_attr(w, "product", t->product);
	write_attr(w, "summary", t->summary);
	write_attr(w, "arch", t->arch);
	write_attr(w, "purl", t->purl);
	write_attr(w, "sourcePackage", t->source);
	write_attr(w, "sourceVersion", t->source_version);
	wr_str(w, "/>");
}

/* Namespaces of what stands in Evidence: hashes are attributes in one that says how they were
 * made. */
#define EVIDENCE_NS                                                                           \
	" xmlns:SHA256=\"http://www.w3.org/2001/04/xmlenc#sha256\""                           \
	" xmlns:n8060=\"http://csrc.nist.gov/ns/swid/2015-extensions/1.0\""

static void write_hash(struct wr *w, const uint8_t sha256[SWID_SHA256_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *p;

	wr_str(w, " SHA256:hash=\"");
	if ((p = wr_room(w, (size_t)2 * SWID_SHA256_SIZE))) {
		for (size_t i = 0; i < SWID_SHA256_SIZE; i++) {
			p[2 * i] = (uint8_t)digits[sha256[i] >> 4];
			p[2 * i + 1] = (uint8_t)digits[sha256[i] & 15];
		}
	}
	wr_u8(w, '"');
}

/* A file right below the root has no directory around it that would say where it is. */
static void write_file(struct wr *w, const struct swid_file *f, const struct swid_path *p)
{
	char size[24];

	(void)snprintf(size, sizeof(size), "%llu", (unsigned long long)f->size);
	wr_str(w, "<File");
	write_must(w, "name", p->name);
	if (!p->directory.n)
		write_attr(w, "root", p->root);
	write_attr(w, "size", span_str(size));
	if (f->sha256)
		write_hash(w, f->sha256);
	if (f->changeable)
		wr_str(w, " n8060:mutable=\"true\"");
	wr_str(w, "/>");
}

static void write_directory(struct wr *w, const struct swid_file *files, size_t n)
{
	struct swid_path p;

	if (!swid_path_split(files[0].path, &p))
		wr_fail(w, ST_EVALUE);
	if (p.directory.n) {
		wr_str(w, "<Directory");
		write_attr(w, "name", p.directory);
		write_attr(w, "root", p.root);
		wr_u8(w, '>');
	}
	for (size_t i = 0; i < n && !w->err; i++) {
		if (!swid_path_split(files[i].path, &p))
			wr_fail(w, ST_EVALUE);
		write_file(w, &files[i], &p);
	}
	if (p.directory.n)
		wr_str(w, "</Directory>");
}

/* What somebody other than the maker of the software has found (NISTIR 8060). Without date and
 * device: they would change the tag each time it is made. */
static void write_evidence(struct wr *w, const struct swid_tag *t)
{
	if (!t->n_files)
		return;
	wr_str(w, "<Evidence>");
	for (size_t i = 0, n; i < t->n_files && !w->err; i += n) {
		n = swid_files_together(t->files + i, t->n_files - i);
		write_directory(w, t->files + i, n);
	}
	wr_str(w, "</Evidence>");
}

int swid_xml_write(struct wr *w, const struct swid_tag *t)
{
	size_t before = w->len;

	if (w->err)
		return w->err;
	wr_str(w, XML_DECL "<SoftwareIdentity xmlns=\"" SWID_NS "\"");
	if (t->n_files)
		wr_str(w, EVIDENCE_NS);
	wr_str(w, " xml:lang=\"en\"");
	write_must(w, "name", t->name);
	write_must(w, "tagId", t->tag_id);
	write_attr(w, "version", t->version);
	if (t->version.n)
		write_attr(w, "versionScheme", t->version_scheme);
	wr_u8(w, '>');
	write_entities(w, t);
	write_meta(w, t);
	write_evidence(w, t);
	wr_str(w, "</SoftwareIdentity>");
	if (w->err == ST_EVALUE) {
		wr_truncate(w, before);
		return ST_EVALUE;
	}
	return w->err;
}
