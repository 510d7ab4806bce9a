/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pa_attr.h"
#include "wire/pa_recode.h"

#define ANY 0xffffffffu
#define V PA_TO_VALIDATOR
#define C PA_TO_COLLECTOR

/* clang-format off */
static const struct pa_type types[] = {
	/* RFC 5792, 4.2. Only 1 and 8 must not be asked for (4.2.1). */
	{ PEN_IETF, PA_TESTING,               "Testing",                           0, ANY, PA_BOTH, true,  NULL },
	{ PEN_IETF, PA_ATTR_REQUEST,          "Attribute Request",                 8, ANY, C,       false, pa_ref_recode },
	{ PEN_IETF, PA_PRODUCT_INFO,          "Product Information",               5, ANY, V,       true,  pa_product_recode },
	{ PEN_IETF, PA_NUMERIC_VERSION,       "Numeric Version",                  16,  16, V,       true,  pa_numeric_version_recode },
	{ PEN_IETF, PA_STRING_VERSION,        "String Version",                    3, ANY, V,       true,  pa_string_version_recode },
	{ PEN_IETF, PA_OP_STATUS,             "Operational Status",               24,  24, V,       true,  pa_op_status_recode },
	{ PEN_IETF, PA_PORT_FILTER,           "Port Filter",                       4, ANY, V,       true,  pa_port_recode },
	{ PEN_IETF, PA_PACKAGES,              "Installed Packages",                4, ANY, V,       true,  pa_package_recode },
	{ PEN_IETF, PA_ERROR,                 "PA-TNC Error",                      8, ANY, PA_BOTH, false, pa_error_recode },
	{ PEN_IETF, PA_RESULT,                "Assessment Result",                 4,   4, C,       true,  pa_result_recode },
	{ PEN_IETF, PA_REMEDIATION,           "Remediation Instructions",          8, ANY, C,       true,  pa_remediation_recode },
	{ PEN_IETF, PA_FORWARDING,            "Forwarding Enabled",                4,   4, V,       true,  pa_forwarding_recode },
	{ PEN_IETF, PA_DEFAULT_PASSWORD,      "Factory Default Password Enabled",  4,   4, V,       true,  pa_default_password_recode },
	/* RFC 8412, 5.6 to 5.14 */
	{ PEN_IETF, PA_SWIMA_REQUEST,         "SWIMA Request",                    12, ANY, C,       true,  swima_request_recode },
	{ PEN_IETF, PA_SW_ID_INVENTORY,       "Software Identifier Inventory",    16, ANY, V,       true,  swima_list_recode },
	{ PEN_IETF, PA_SW_ID_EVENTS,          "Software Identifier Events",       20, ANY, V,       true,  swima_event_list_recode },
	{ PEN_IETF, PA_SW_INVENTORY,          "Software Inventory",               16, ANY, V,       true,  swima_list_recode },
	{ PEN_IETF, PA_SW_EVENTS,             "Software Events",                  20, ANY, V,       true,  swima_event_list_recode },
	{ PEN_IETF, PA_SUBSCRIPTION_REQUEST,  "Subscription Status Request",       0,   0, C,       true,  NULL },
	{ PEN_IETF, PA_SUBSCRIPTION_RESPONSE, "Subscription Status Response",      4, ANY, V,       true,  swima_subscriptions_recode },
	{ PEN_IETF, PA_SOURCE_REQUEST,        "Source Metadata Request",           0,   0, C,       true,  NULL },
	{ PEN_IETF, PA_SOURCE_RESPONSE,       "Source Metadata Response",          3, ANY, V,       true,  swima_sources_recode },
	/* TCG IF-M Segmentation 1.0 */
	{ PEN_TCG,  PA_SEG_CONTRACT_REQUEST,  "Segmentation Contract Request",     8,   8, PA_BOTH, true,  seg_contract_recode },
	{ PEN_TCG,  PA_SEG_CONTRACT_RESPONSE, "Segmentation Contract Response",    8,   8, PA_BOTH, true,  seg_contract_recode },
	{ PEN_TCG,  PA_SEG_ENVELOPE,          "Segment Envelope",                  4, ANY, PA_BOTH, true,  seg_envelope_recode },
	{ PEN_TCG,  PA_SEG_NEXT,              "Next Segment",                      4,   4, PA_BOTH, true,  seg_next_recode },
};
/* clang-format on */

#define N_TYPES (sizeof(types) / sizeof(types[0]))

const struct pa_type *pa_type_at(size_t i)
{
	return i < N_TYPES ? &types[i] : NULL;
}

const struct pa_type *pa_type_find(uint32_t vendor, uint32_t type)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (types[i].type == type && types[i].vendor == vendor)
			return &types[i];
	return NULL;
}

const char *pa_attr_name(uint32_t vendor, uint32_t type)
{
	const struct pa_type *t = pa_type_find(vendor, type);

	return t ? t->name : "unknown";
}

int pa_attr_next(struct rd *r, struct pa_attr *a)
{
	if (r->err || !rd_left(r))
		return r->err;

	*a = (struct pa_attr){ .at = rd_pos(r) };
	if (rd_left(r) < PA_ATTR_HDR) {
		rd_fail(r, a->at, ST_ESHORT);
		return r->err;
	}
	a->flags = rd_u8(r);
	a->vendor = rd_u24(r);
	a->type = rd_u32(r);
	uint32_t length = rd_u32(r);

	if (a->vendor == PEN_RESERVED)
		rd_fail(r, a->at + 1, ST_EVALUE);
	if (a->type == TYPE_RESERVED)
		rd_fail(r, a->at + 4, ST_EVALUE);
	if (length < PA_ATTR_HDR || length - PA_ATTR_HDR > rd_left(r))
		rd_fail(r, a->at + 8, ST_ELENGTH);
	if (r->err)
		return r->err;
	a->value = rd_sub(r, length - PA_ATTR_HDR);
	return 1;
}

int pa_attr_check(const struct pa_attr *a, size_t *at)
{
	const struct pa_type *t = pa_type_find(a->vendor, a->type);
	struct rd r = a->value;
	size_t n = rd_left(&r);

	if (!t)
		return 0;
	if (t->min == t->max && n != t->min) {
		*at = a->at + 8; /* the length field is what is wrong */
		return ST_ELENGTH;
	}
	if (n < t->min) {
		*at = a->at + PA_ATTR_HDR;
		return ST_ESHORT;
	}
	if (t->recode && t->recode(&r, a->type, NULL) < 0)
		*at = r.err_at;
	return r.err;
}

size_t pa_attr_begin(struct wr *w, uint8_t flags, uint32_t vendor, uint32_t type)
{
	size_t begin = w->len;

	wr_u8(w, flags);
	wr_u24(w, vendor);
	wr_u32(w, type);
	wr_hole32(w);
	return begin;
}

void pa_attr_end(struct wr *w, size_t begin)
{
	wr_fill32(w, begin + 8, w->len - begin);
}
