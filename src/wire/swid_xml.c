#include "wire/swid_xml.h"

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

int swid_xml_write(struct wr *w, const struct swid_tag *t)
{
	size_t before = w->len;

	if (w->err)
		return w->err;
	wr_str(w, XML_DECL "<SoftwareIdentity xmlns=\"" SWID_NS "\" xml:lang=\"en\"");
	write_must(w, "name", t->name);
	write_must(w, "tagId", t->tag_id);
	write_attr(w, "version", t->version);
	if (t->version.n)
		write_attr(w, "versionScheme", t->version_scheme);
	wr_u8(w, '>');
	write_entities(w, t);
	write_meta(w, t);
	wr_str(w, "</SoftwareIdentity>");
	if (w->err == ST_EVALUE) {
		wr_truncate(w, before);
		return ST_EVALUE;
	}
	return w->err;
}
