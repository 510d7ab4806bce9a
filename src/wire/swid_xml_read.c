/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading foreign tags: they are files that anyone may have written. */
#include "wire/swid_id.h"
#include "wire/swid_xml.h"
#include "wire/swima.h"

#include <limits.h>
#include <libxml/xmlreader.h>

/* 2009 says it with elements: how deep they are looked at. */
#define DEPTH_2009 3

/* What has been seen so far. */
struct tag_reader {
	xmlTextReaderPtr xml;
	struct arena *arena;
	struct swid_info *info;
	struct span tag_id, regid;
	bool creator;              /* the first tagCreator is regid's */
	uint32_t open[DEPTH_2009]; /* of 2009: which rows the element at this depth is for */
};

/* Copies an attribute of the present element into the arena; *out is empty when it is
 * absent. */
static int get_attr(struct tag_reader *t, const char *name, struct span *out)
{
	xmlChar *value = xmlTextReaderGetAttribute(t->xml, (const xmlChar *)name);
	struct span s = span_str((const char *)value);
	int err = 0;

	*out = (struct span){ 0 };
	if (s.n > SWID_XML_MAX_STRING)
		err = ST_ELIMIT;
	else if (s.n && !(*out = arena_copy(t->arena, s)).p)
		err = ST_ENOMEM;
	xmlFree(value);
	return err;
}

static bool is_named(struct tag_reader *t, const char *ns, const char *name)
{
	return xmlStrEqual(xmlTextReaderConstLocalName(t->xml), (const xmlChar *)name) &&
	       xmlStrEqual(xmlTextReaderConstNamespaceUri(t->xml), (const xmlChar *)ns);
}

static bool is_element(struct tag_reader *t, const char *name)
{
	return is_named(t, SWID_NS, name);
}

static int read_root(struct tag_reader *t)
{
	int err;

	if (is_named(t, SWID_NS_2009, "software_identification_tag")) {
		t->info->model = SWIMA_MODEL_SWID_2009;
		return 0;
	}
	if (!is_element(t, "SoftwareIdentity"))
		return ST_EVALUE;
	if ((err = get_attr(t, "tagId", &t->tag_id)) < 0 ||
	    (err = get_attr(t, "name", &t->info->name)) < 0)
		return err;
	return get_attr(t, "version", &t->info->version);
}

/* True when word is one of the blank-separated words of list. */
static bool has_word(struct span list, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < list.n;) {
		size_t end = i;

		while (end < list.n && list.p[end] != ' ')
			end++;
		if (end - i == n && !memcmp(list.p + i, word, n))
			return true;
		i = end + 1;
	}
	return false;
}

/* The first tagCreator: whose regid is in front of the identifier. */
static int read_creator(struct tag_reader *t, struct span roles)
{
	int err;

	if (t->creator || !has_word(roles, "tagCreator"))
		return 0;
	t->creator = true;
	if ((err = get_attr(t, "regid", &t->regid)) < 0)
		return err;
	if (!t->regid.n)
		t->regid = span_str(SWID_NO_REGID);
	return 0;
}

static int read_entity(struct tag_reader *t)
{
	static const char *const suppliers[] = { "softwareCreator", "maintainer",
						 "distributor", "aggregator", "licensor" };
	struct span roles;
	int err;

	if ((err = get_attr(t, "role", &roles)) < 0 || (err = read_creator(t, roles)) < 0)
		return err;
	for (size_t i = 0; i < sizeof(suppliers) / sizeof(suppliers[0]); i++)
		if (!t->info->supplier.n && has_word(roles, suppliers[i]))
			return get_attr(t, "name", &t->info->supplier);
	return 0;
}

static int read_meta(struct tag_reader *t)
{
	const struct {
		const char *name;
		struct span *to;
	} attrs[] = {
		{ "arch", &t->info->arch },
		{ "purl", &t->info->purl },
		{ "sourcePackage", &t->info->source },
		{ "sourceVersion", &t->info->source_version },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]) && !err; i++)
		if (!attrs[i].to->n)
			err = get_attr(t, attrs[i].name, attrs[i].to);
	return err;
}

/* A child of the root. */
static int read_child(struct tag_reader *t)
{
	return is_element(t, "Entity") ? read_entity(t)
	       : is_element(t, "Meta") ? read_meta(t)
				       : 0;
}

/* --- 2009 --- */

/* The elements whose text we want: children of the root, or children of those. */
static const struct {
	const char *outer, *inner;
	size_t at; /* of swid_info, or of tag_reader: */
	bool reader;
} rows_2009[] = {
	{ "software_id", "unique_id", offsetof(struct tag_reader, tag_id), true },
	{ "software_id", "tag_creator_regid", offsetof(struct tag_reader, regid), true },
	{ "product_title", NULL, offsetof(struct swid_info, name), false },
	{ "product_version", "name", offsetof(struct swid_info, version), false },
	{ "software_creator", "name", offsetof(struct swid_info, supplier), false },
};

static struct span *row_target(struct tag_reader *t, size_t row)
{
	return (struct span *)((rows_2009[row].reader ? (char *)t : (char *)t->info) +
			       rows_2009[row].at);
}

/* Of several elements for one row the first that says something counts. */
static void enter_2009(struct tag_reader *t, int depth)
{
	if (depth >= DEPTH_2009)
		return;
	for (int i = depth; i < DEPTH_2009; i++)
		t->open[i] = 0;
	for (size_t i = 0; i < sizeof(rows_2009) / sizeof(rows_2009[0]); i++) {
		const char *name = depth == 1 ? rows_2009[i].outer : rows_2009[i].inner;
		bool inside = depth == 1 || t->open[1] & UINT32_C(1) << i;

		if (inside && name && !row_target(t, i)->n && is_named(t, SWID_NS_2009, name))
			t->open[depth] |= UINT32_C(1) << i;
	}
}

/* Text comes in pieces when there are comments in between. */
static int append_text(struct tag_reader *t, struct span *to, struct span piece)
{
	struct wr w = { .max = SWID_XML_MAX_STRING };
	int err;

	wr_bytes(&w, *to);
	wr_bytes(&w, piece);
	err = w.err;
	if (!err && !(*to = arena_copy(t->arena, wr_span(&w))).p)
		err = ST_ENOMEM;
	wr_reset(&w);
	return err;
}

static int text_2009(struct tag_reader *t, int depth)
{
	struct span s = span_str((const char *)xmlTextReaderConstValue(t->xml));
	int err = 0;

	for (size_t i = 0; i < sizeof(rows_2009) / sizeof(rows_2009[0]) && !err; i++) {
		int at = rows_2009[i].inner ? 2 : 1;

		if (s.n && depth == at + 1 && t->open[at] & UINT32_C(1) << i)
			err = append_text(t, row_target(t, i), s);
	}
	return err;
}

static int read_node(struct tag_reader *t)
{
	int depth = xmlTextReaderDepth(t->xml);
	bool old = t->info->model == SWIMA_MODEL_SWID_2009;

	switch (xmlTextReaderNodeType(t->xml)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
		return ST_EVALUE;
	case XML_READER_TYPE_ELEMENT:
		if (depth > SWID_XML_MAX_DEPTH)
			return ST_ELIMIT;
		if (depth == 0)
			return read_root(t);
		if (old)
			enter_2009(t, depth);
		return !old && depth == 1 ? read_child(t) : 0;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
		return old ? text_2009(t, depth) : 0;
	default:
		return 0;
	}
}

static int make_id(struct tag_reader *t)
{
	if (t->info->model == SWIMA_MODEL_SWID_2009)
		t->creator = t->regid.n > 0;
	if (!t->tag_id.n || !t->creator)
		return ST_EVALUE;
	return swid_id_make(t->arena, t->regid, t->tag_id, &t->info->id);
}

int swid_xml_read(struct span doc, size_t max, struct arena *a, struct swid_info *info)
{
	struct tag_reader t = { .arena = a, .info = info };
	int more, err = 0;

	*info = (struct swid_info){ .model = SWIMA_MODEL_SWID_2015 };
	if (doc.n > max || doc.n > INT_MAX)
		return ST_ELIMIT;
	if (!doc.n)
		return ST_EVALUE;
	t.xml = xmlReaderForMemory((const char *)doc.p, (int)doc.n, NULL, NULL,
				   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!t.xml)
		return ST_ENOMEM;
	while (!err && (more = xmlTextReaderRead(t.xml)) != 0)
		err = more < 0 ? ST_EVALUE : read_node(&t);
	if (!err)
		err = make_id(&t);
	xmlFreeTextReader(t.xml);
	return err;
}
