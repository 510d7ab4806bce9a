/* Reading foreign tags: they are files that anyone may have written. */
#include "wire/swid_xml.h"

#include <limits.h>
#include <utf8proc.h>
#include <libxml/xmlreader.h>

#define NO_REGID "http://invalid.unavailable" /* the schema's default */

/* What has been seen so far. */
struct tag_reader {
	xmlTextReaderPtr xml;
	struct arena *arena;
	struct swid_info *info;
	struct span tag_id, regid;
	bool creator; /* the first tagCreator is regid's */
};

/* Copies an attribute of the present element into the arena; *out is empty when it is absent. */
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

static bool is_element(struct tag_reader *t, const char *name)
{
	return xmlStrEqual(xmlTextReaderConstLocalName(t->xml), (const xmlChar *)name) &&
	       xmlStrEqual(xmlTextReaderConstNamespaceUri(t->xml), (const xmlChar *)SWID_NS);
}

static int read_root(struct tag_reader *t)
{
	int err;

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
		t->regid = span_str(NO_REGID);
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

static int read_node(struct tag_reader *t)
{
	int depth = xmlTextReaderDepth(t->xml);

	switch (xmlTextReaderNodeType(t->xml)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
		return ST_EVALUE;
	case XML_READER_TYPE_ELEMENT:
		if (depth > SWID_XML_MAX_DEPTH)
			return ST_ELIMIT;
		return depth == 0 ? read_root(t) : depth == 1 ? read_child(t) : 0;
	default:
		return 0;
	}
}

/* Net-Unicode wants identifiers in NFC (RFC 8412, 5.3). */
static int make_id(struct tag_reader *t)
{
	struct wr w = { 0 };
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t n = 0;
	int err;

	if (!t->tag_id.n || !t->creator)
		return ST_EVALUE;
	if ((err = swid_id_write(&w, t->regid, t->tag_id)) == 0) {
		n = utf8proc_map(w.p, (utf8proc_ssize_t)w.len, &nfc,
				 UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		if (n < 0)
			err = n == UTF8PROC_ERROR_NOMEM ? ST_ENOMEM : ST_EVALUE;
		else if (!(t->info->id = arena_copy(t->arena, span_of(nfc, (size_t)n))).p)
			err = ST_ENOMEM;
	}
	free(nfc);
	wr_reset(&w);
	return err;
}

int swid_xml_read(struct span doc, size_t max, struct arena *a, struct swid_info *info)
{
	struct tag_reader t = { .arena = a, .info = info };
	int more, err = 0;

	*info = (struct swid_info){ 0 };
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
