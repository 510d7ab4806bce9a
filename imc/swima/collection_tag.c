/* SPDX-License-Identifier: BSD-2-Clause */
#include "collection_tag.h"

#include "collection_evidence.h"

#include "wire/coswid.h"

int collection_tag_write(struct collection *c, const struct record *r, struct wr *w)
{
	const struct collection_source *s = collection_source_of(c, r->source);
	const struct identifier_rules *rules = &c->conf.rules;
	size_t regid = strlen(rules->regid) + 2;
	struct evidence_list files = { 0 };
	struct arena a = { 0 };
	struct wr purl = { 0 };
	struct swid_tag tag = {
		.name = r->item.name,
		.tag_id = { r->identifier.p + regid, r->identifier.n - regid },
		.version = r->item.version,
		.version_scheme = span_str("alphanumeric"),
		.creator = span_str(c->conf.maker),
		.regid = span_str(rules->regid),
		.supplier = r->item.supplier,
		.supplier_role = span_str("maintainer"),
		.arch = r->item.arch,
		.source = r->item.origin,
		.source_version = r->item.origin_version,
	};
	int err = identifier_purl(&purl, rules, s ? s->class->purl_type : NULL, &r->item);

	if (!err && r->item.digest.n)
		err = collection_evidence_describe(c, r, &a, &files, &tag);
	if (!err) {
		tag.purl = wr_span(&purl);
		err = r->model == SWIMA_MODEL_COSWID ? coswid_write(w, &tag)
						     : swid_xml_write(w, &tag);
	}
	wr_reset(&purl);
	evidence_list_reset(&files);
	arena_reset(&a);
	return err;
}
