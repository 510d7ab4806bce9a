/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pt_tls.h"

/* A row for each IETF type: its length and what its value looks like. */
struct pt_rule {
	const char *name;
	uint32_t min; /* octets, header included */
	bool exact;
	void (*decode)(struct rd *r, struct pt_msg *m);
	void (*encode)(struct wr *w, const struct pt_msg *m);
};

static void decode_value(struct rd *r, struct pt_msg *m)
{
	m->value = rd_rest(r);
}

static void encode_value(struct wr *w, const struct pt_msg *m)
{
	wr_bytes(w, m->value);
}

static void decode_request(struct rd *r, struct pt_msg *m)
{
	rd_skip(r, 1);
	m->request.min = rd_u8(r);
	m->request.max = rd_u8(r);
	m->request.pref = rd_u8(r);
}

static void encode_request(struct wr *w, const struct pt_msg *m)
{
	wr_u8(w, 0);
	wr_u8(w, m->request.min);
	wr_u8(w, m->request.max);
	wr_u8(w, m->request.pref);
}

static void decode_response(struct rd *r, struct pt_msg *m)
{
	rd_skip(r, 3);
	m->version = rd_u8(r);
}

static void encode_response(struct wr *w, const struct pt_msg *m)
{
	wr_u24(w, 0);
	wr_u8(w, m->version);
}

/* RFC 4422, 3.1 */
static bool mech_char(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static struct span mech_read(struct rd *r)
{
	size_t at = rd_pos(r);
	uint8_t n = rd_u8(r) & 0x1f; /* the upper three bits are reserved */
	struct span name;

	if (!n || n > PT_MECH_MAX)
		rd_fail(r, at, ST_EVALUE);
	name = rd_bytes(r, n);
	for (size_t i = 0; i < name.n; i++)
		if (!mech_char(name.p[i]))
			rd_fail(r, at + 1 + i, ST_EVALUE);
	return name;
}

int pt_mech_next(struct rd *r, struct span *name)
{
	if (r->err || !rd_left(r))
		return r->err;
	*name = mech_read(r);
	return r->err ? r->err : 1;
}

void pt_mech_put(struct wr *w, struct span name)
{
	wr_u8(w, (uint8_t)name.n);
	wr_bytes(w, name);
}

static void decode_mechs(struct rd *r, struct pt_msg *m)
{
	struct rd all = *r;
	struct span name;

	while (pt_mech_next(r, &name) > 0)
		;
	if (!r->err)
		m->mechs = rd_rest(&all);
}

static void encode_mechs(struct wr *w, const struct pt_msg *m)
{
	wr_bytes(w, m->mechs);
}

static void decode_selection(struct rd *r, struct pt_msg *m)
{
	m->selection.mech = mech_read(r);
	m->selection.initial = rd_rest(r);
}

static void encode_selection(struct wr *w, const struct pt_msg *m)
{
	pt_mech_put(w, m->selection.mech);
	wr_bytes(w, m->selection.initial);
}

static void decode_result(struct rd *r, struct pt_msg *m)
{
	size_t at = rd_pos(r);

	/* strongSwan writes one octet where RFC 6876, 3.8.10 has two */
	m->result.narrow = rd_left(r) == 1;
	m->result.code = m->result.narrow ? rd_u8(r) : rd_u16(r);
	if (m->result.code >= PT_N_SASL_CODES)
		rd_fail(r, at, ST_EVALUE);
	if (m->result.code != PT_SASL_SUCCESS && rd_left(r))
		rd_fail(r, rd_pos(r), ST_ELENGTH);
	m->result.data = rd_rest(r);
}

static void encode_result(struct wr *w, const struct pt_msg *m)
{
	if (m->result.narrow)
		wr_u8(w, (uint8_t)m->result.code);
	else
		wr_u16(w, m->result.code);
	wr_bytes(w, m->result.data);
}

static void decode_error(struct rd *r, struct pt_msg *m)
{
	rd_skip(r, 1);
	m->error.vendor = rd_u24(r);
	m->error.code = rd_u32(r);
	m->error.copy = rd_rest(r);
}

static void encode_error(struct wr *w, const struct pt_msg *m)
{
	struct span copy = m->error.copy;

	wr_u8(w, 0);
	wr_u24(w, m->error.vendor);
	wr_u32(w, m->error.code);
	wr_bytes(w, span_of(copy.p, copy.n < PT_ERROR_COPY ? copy.n : PT_ERROR_COPY));
}

/* clang-format off */
static const struct pt_rule rules[PT_N_TYPES] = {
	[PT_EXPERIMENTAL]     = { "Experimental",             16, false, decode_value,     encode_value },
	[PT_VERSION_REQUEST]  = { "Version Request",          20, true,  decode_request,   encode_request },
	[PT_VERSION_RESPONSE] = { "Version Response",         20, true,  decode_response,  encode_response },
	[PT_SASL_MECHANISMS]  = { "SASL Mechanisms",          16, false, decode_mechs,     encode_mechs },
	[PT_SASL_SELECTION]   = { "SASL Mechanism Selection", 18, false, decode_selection, encode_selection },
	[PT_SASL_DATA]        = { "SASL Authentication Data", 16, false, decode_value,     encode_value },
	[PT_SASL_RESULT]      = { "SASL Result",              17, false, decode_result,    encode_result },
	[PT_PB_BATCH]         = { "PB-TNC Batch",             16, false, decode_value,     encode_value },
	[PT_ERROR]            = { "Error",                    24, false, decode_error,     encode_error },
};

static const char *const error_names[PT_N_ERRORS] = {
	[PT_E_RESERVED]          = "Reserved",
	[PT_E_MALFORMED]         = "Malformed Message",
	[PT_E_VERSION]           = "Version Not Supported",
	[PT_E_TYPE]              = "Type Not Supported",
	[PT_E_INVALID_MESSAGE]   = "Invalid Message",
	[PT_E_SASL]              = "SASL Mechanism Error",
	[PT_E_INVALID_PARAMETER] = "Invalid Parameter",
};
/* clang-format on */

/* What all types without a row look like. */
static const struct pt_rule rule_unknown = { "unknown", 16, false, decode_value,
					     encode_value };

static const struct pt_rule *rule_of(uint32_t vendor, uint32_t type)
{
	return vendor == PEN_IETF && type < PT_N_TYPES ? &rules[type] : &rule_unknown;
}

int pt_hdr_decode(struct rd *r, struct pt_hdr *h)
{
	size_t at = rd_pos(r);

	rd_skip(r, 1);
	h->vendor = rd_u24(r);
	h->type = rd_u32(r);
	h->length = rd_u32(r);
	h->id = rd_u32(r);
	if (h->vendor == PEN_RESERVED)
		rd_fail(r, at + 1, ST_EVALUE);
	if (h->type == TYPE_RESERVED)
		rd_fail(r, at + 4, ST_EVALUE);
	if (h->length < PT_HDR)
		rd_fail(r, at + 8, ST_ELENGTH);
	return r->err;
}

int pt_msg_decode(struct rd *r, struct pt_msg *m)
{
	const struct pt_rule *rule;
	size_t at = rd_pos(r), total = rd_left(r);
	struct pt_hdr h;

	memset(m, 0, sizeof(*m));
	if (pt_hdr_decode(r, &h) < 0)
		return r->err;
	m->vendor = h.vendor;
	m->type = h.type;
	m->id = h.id;
	rule = rule_of(h.vendor, h.type);
	if (h.length != total || h.length < rule->min || (rule->exact && h.length > rule->min))
		rd_fail(r, at + 8, ST_ELENGTH);
	if (!r->err)
		rule->decode(r, m);
	return r->err;
}

int pt_msg_encode(struct wr *w, const struct pt_msg *m)
{
	size_t start = w->len, length;

	wr_u8(w, 0);
	wr_u24(w, m->vendor);
	wr_u32(w, m->type);
	length = wr_hole32(w);
	wr_u32(w, m->id);
	rule_of(m->vendor, m->type)->encode(w, m);
	wr_fill32(w, length, w->len - start);
	return w->err;
}

const char *pt_type_name(uint32_t vendor, uint32_t type)
{
	return rule_of(vendor, type)->name;
}

const char *pt_error_name(uint32_t vendor, uint32_t code)
{
	return vendor == PEN_IETF && code < PT_N_ERRORS ? error_names[code] : "unknown";
}
