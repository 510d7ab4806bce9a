/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pb_msg.h"
#include "wire/pb_batch.h"

static void refuse_nul(struct rd *r, size_t at, struct span s)
{
	const uint8_t *nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	if (nul)
		rd_fail(r, at + (size_t)(nul - s.p), ST_EVALUE);
}

/* A string and its language: the layout of RFC 5793, 4.8.2 and 4.11. */
static void decode_text(struct rd *r, struct span *text, struct span *lang)
{
	size_t at = rd_pos(r);
	uint32_t n = rd_u32(r);

	if (n >= rd_left(r)) /* the language's length must follow */
		rd_fail(r, at, ST_ELENGTH);
	at = rd_pos(r);
	*text = rd_bytes(r, n);
	refuse_nul(r, at, *text);
	at = rd_pos(r);
	n = rd_u8(r);
	if (n != rd_left(r))
		rd_fail(r, at, ST_ELENGTH);
	*lang = rd_bytes(r, n);
	refuse_nul(r, at + 1, *lang);
}

static void encode_text(struct wr *w, struct span text, struct span lang)
{
	wr_u32(w, (uint32_t)text.n);
	wr_bytes(w, text);
	wr_u8(w, (uint8_t)(lang.n < 255 ? lang.n : 255));
	wr_bytes(w, span_of(lang.p, lang.n < 255 ? lang.n : 255));
}

static void decode_pa(struct rd *r, struct pb_msg *m)
{
	size_t at = rd_pos(r);

	m->pa.excl = rd_u8(r) & 0x80;
	m->pa.vendor = rd_u24(r);
	m->pa.subtype = rd_u32(r);
	m->pa.collector = rd_u16(r);
	m->pa.validator = rd_u16(r);
	if (m->pa.vendor == PEN_RESERVED)
		rd_fail(r, at + 1, ST_EVALUE);
	if (m->pa.subtype == TYPE_RESERVED)
		rd_fail(r, at + 4, ST_EVALUE);
	m->pa.body = rd_rest(r);
}

static void encode_pa(struct wr *w, const struct pb_msg *m)
{
	wr_u8(w, m->pa.excl ? 0x80 : 0);
	wr_u24(w, m->pa.vendor);
	wr_u32(w, m->pa.subtype);
	wr_u16(w, m->pa.collector);
	wr_u16(w, m->pa.validator);
	wr_bytes(w, m->pa.body);
}

static void decode_assessment(struct rd *r, struct pb_msg *m)
{
	size_t at = rd_pos(r);

	m->assessment = rd_u32(r);
	if (m->assessment >= PB_N_ASSESSMENTS)
		rd_fail(r, at, ST_EVALUE);
}

static void encode_assessment(struct wr *w, const struct pb_msg *m)
{
	wr_u32(w, m->assessment);
}

static void decode_access(struct rd *r, struct pb_msg *m)
{
	size_t at = rd_pos(r);

	rd_skip(r, 2);
	m->access = rd_u16(r);
	if (!m->access || m->access >= PB_N_ACCESS)
		rd_fail(r, at + 2, ST_EVALUE);
}

static void encode_access(struct wr *w, const struct pb_msg *m)
{
	wr_u16(w, 0);
	wr_u16(w, m->access);
}

static bool is_remediation_string(const struct pb_remediation *p)
{
	return p->vendor == PEN_IETF && p->type == PB_REMEDIATION_STRING;
}

static void decode_remediation(struct rd *r, struct pb_msg *m)
{
	struct pb_remediation *p = &m->remediation;
	size_t at;

	rd_skip(r, 1);
	p->vendor = rd_u24(r);
	p->type = rd_u32(r);
	if (is_remediation_string(p)) {
		decode_text(r, &p->text, &p->lang);
		return;
	}
	at = rd_pos(r);
	p->text = rd_rest(r);
	if (p->vendor == PEN_IETF && p->type == PB_REMEDIATION_URI)
		refuse_nul(r, at, p->text);
}

static void encode_remediation(struct wr *w, const struct pb_msg *m)
{
	const struct pb_remediation *p = &m->remediation;

	wr_u8(w, 0);
	wr_u24(w, p->vendor);
	wr_u32(w, p->type);
	if (is_remediation_string(p))
		encode_text(w, p->text, p->lang);
	else
		wr_bytes(w, p->text);
}

/* What an IETF error code has for parameters, RFC 5793, 4.9.1. */
enum error_params { PARAMS_RAW, PARAMS_OFFSET, PARAMS_VERSIONS };

static enum error_params error_params_of(const struct pb_error *e)
{
	static const uint8_t params[PB_N_ERRORS] = {
		[PB_E_INVALID_PARAMETER] = PARAMS_OFFSET,
		[PB_E_UNSUPPORTED] = PARAMS_OFFSET,
		[PB_E_VERSION] = PARAMS_VERSIONS,
	};

	return e->vendor == PEN_IETF && e->code < PB_N_ERRORS ? params[e->code] : PARAMS_RAW;
}

/* More parameters than the code has are no reason to refuse an error: strongSwan sends four
 * octets with every one. */
static void decode_error(struct rd *r, struct pb_msg *m)
{
	struct pb_error *e = &m->error;
	struct rd params;

	e->fatal = rd_u8(r) & 0x80;
	e->vendor = rd_u24(r);
	e->code = rd_u16(r);
	rd_skip(r, 2);
	params = *r;
	switch (error_params_of(e)) {
	case PARAMS_OFFSET:
		e->offset = rd_u32(&params);
		break;
	case PARAMS_VERSIONS:
		e->bad = rd_u8(&params);
		e->max = rd_u8(&params);
		e->min = rd_u8(&params);
		rd_skip(&params, 1);
		break;
	case PARAMS_RAW:
		break;
	}
	if (params.err)
		rd_fail(r, m->at + 8, ST_ELENGTH);
	e->params = rd_rest(r);
}

static void encode_error(struct wr *w, const struct pb_msg *m)
{
	const struct pb_error *e = &m->error;
	enum error_params params = e->params.n ? PARAMS_RAW : error_params_of(e);

	wr_u8(w, e->fatal ? 0x80 : 0);
	wr_u24(w, e->vendor);
	wr_u16(w, e->code);
	wr_u16(w, 0);
	switch (params) {
	case PARAMS_OFFSET:
		wr_u32(w, e->offset);
		break;
	case PARAMS_VERSIONS:
		wr_u8(w, e->bad);
		wr_u8(w, e->max);
		wr_u8(w, e->min);
		wr_u8(w, 0);
		break;
	case PARAMS_RAW:
		wr_bytes(w, e->params);
		break;
	}
}

static void decode_language(struct rd *r, struct pb_msg *m)
{
	size_t at = rd_pos(r);

	m->language = rd_rest(r);
	for (size_t i = 0; i < m->language.n; i++)
		if (m->language.p[i] < 0x20 || m->language.p[i] > 0x7e)
			rd_fail(r, at + i, ST_EVALUE);
}

static void encode_language(struct wr *w, const struct pb_msg *m)
{
	wr_bytes(w, m->language);
}

static void decode_reason(struct rd *r, struct pb_msg *m)
{
	size_t at = rd_pos(r);

	decode_text(r, &m->reason.text, &m->reason.lang);
	if (!m->reason.text.n)
		rd_fail(r, at, ST_EVALUE);
}

static void encode_reason(struct wr *w, const struct pb_msg *m)
{
	encode_text(w, m->reason.text, m->reason.lang);
}

static bool is_known_pdp(const struct pb_referral *p)
{
	return p->vendor == PEN_TCG && p->type <= PB_PDP_IPV6;
}

static void decode_referral(struct rd *r, struct pb_msg *m)
{
	struct pb_referral *p = &m->referral;
	size_t at, n;

	rd_skip(r, 1);
	p->vendor = rd_u24(r);
	p->type = rd_u32(r);
	if (!is_known_pdp(p)) {
		p->address = rd_rest(r);
		return;
	}
	rd_skip(r, 1);
	p->protocol = rd_u8(r);
	p->port = rd_u16(r);
	at = rd_pos(r);
	n = rd_left(r);
	if (p->type == PB_PDP_FQDN ? !n : n != (p->type == PB_PDP_IPV4 ? 4 : 16))
		rd_fail(r, m->at + 8, ST_ELENGTH);
	p->address = rd_rest(r);
	if (p->type == PB_PDP_FQDN)
		refuse_nul(r, at, p->address);
}

static void encode_referral(struct wr *w, const struct pb_msg *m)
{
	const struct pb_referral *p = &m->referral;

	wr_u8(w, 0);
	wr_u24(w, p->vendor);
	wr_u32(w, p->type);
	if (is_known_pdp(p)) {
		wr_u8(w, 0);
		wr_u8(w, p->protocol);
		wr_u16(w, p->port);
	}
	wr_bytes(w, p->address);
}

/* PB-Experimental has no row: in production it is as unknown as any other type. */
/* clang-format off */
static const struct pb_rule rules[] = {
	{ PEN_IETF, PB_MSG_PA, "PB-PA",
	  .min = 24, .noskip = PB_NOSKIP_MUST, .batches = PB_IN_ANY,
	  .decode = decode_pa, .encode = encode_pa },
	{ PEN_IETF, PB_MSG_ASSESSMENT_RESULT, "PB-Assessment-Result",
	  .min = 16, .exact = true, .client_never = true, .once = true,
	  .noskip = PB_NOSKIP_MUST, .batches = PB_IN(PB_RESULT),
	  .decode = decode_assessment, .encode = encode_assessment },
	{ PEN_IETF, PB_MSG_ACCESS_RECOMMENDATION, "PB-Access-Recommendation",
	  .min = 16, .exact = true, .client_never = true, .once = true,
	  .noskip = PB_NOSKIP_NEVER, .batches = PB_IN(PB_RESULT),
	  .decode = decode_access, .encode = encode_access },
	{ PEN_IETF, PB_MSG_REMEDIATION, "PB-Remediation-Parameters",
	  .min = 20, .client_never = true, .noskip = PB_NOSKIP_NEVER, .batches = PB_IN_ANY,
	  .decode = decode_remediation, .encode = encode_remediation },
	{ PEN_IETF, PB_MSG_ERROR, "PB-Error",
	  .min = 20, .noskip = PB_NOSKIP_MUST, .batches = PB_IN_ANY,
	  .decode = decode_error, .encode = encode_error },
	{ PEN_IETF, PB_MSG_LANGUAGE, "PB-Language-Preference",
	  .min = 12, .noskip = PB_NOSKIP_NEVER, .batches = PB_IN_ANY,
	  .decode = decode_language, .encode = encode_language },
	{ PEN_IETF, PB_MSG_REASON, "PB-Reason-String",
	  .min = 17, .client_never = true, .noskip = PB_NOSKIP_NEVER, .batches = PB_IN_ANY,
	  .decode = decode_reason, .encode = encode_reason },
	{ PEN_TCG, PB_MSG_REFERRAL, "PB-PDP-Referral",
	  .min = 20, .noskip = PB_NOSKIP_NEVER, .batches = PB_IN_ANY,
	  .decode = decode_referral, .encode = encode_referral },
};
/* clang-format on */

const struct pb_rule *pb_rule_of(uint32_t vendor, uint32_t type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].vendor == vendor && rules[i].type == type)
			return &rules[i];
	return NULL;
}

static bool noskip_is_wrong(const struct pb_msg *m)
{
	return m->rule && m->rule->noskip != PB_NOSKIP_EITHER &&
	       m->noskip != (m->rule->noskip == PB_NOSKIP_MUST);
}

int pb_msg_frame(struct rd *r, struct pb_msg *m, struct rd *value)
{
	size_t at = rd_pos(r), left = rd_left(r);
	uint32_t length;

	memset(m, 0, sizeof(*m));
	m->at = at;
	if (left < PB_MSG_HDR)
		rd_fail(r, at, ST_ESHORT);
	m->noskip = rd_u8(r) & PB_NOSKIP;
	m->vendor = rd_u24(r);
	m->type = rd_u32(r);
	length = rd_u32(r);
	m->rule = pb_rule_of(m->vendor, m->type);
	if (length < PB_MSG_HDR || length > left)
		rd_fail(r, at + 8, ST_ELENGTH);
	if (m->vendor == PEN_RESERVED)
		rd_fail(r, at + 1, ST_EVALUE);
	if (m->type == TYPE_RESERVED)
		rd_fail(r, at + 4, ST_EVALUE);
	if (noskip_is_wrong(m))
		rd_fail(r, at, ST_EVALUE);
	*value = rd_sub(r, r->err ? 0 : length - PB_MSG_HDR);
	return r->err;
}

int pb_msg_content(struct rd *value, struct pb_msg *m)
{
	size_t length = PB_MSG_HDR + rd_left(value);

	if (!m->rule) {
		m->value = rd_rest(value);
		return value->err;
	}
	if (length < m->rule->min || (m->rule->exact && length > m->rule->min))
		rd_fail(value, m->at + 8, ST_ELENGTH);
	if (!value->err)
		m->rule->decode(value, m);
	return value->err;
}

int pb_msg_decode(struct rd *r, struct pb_msg *m)
{
	struct rd value;

	if (pb_msg_frame(r, m, &value) == 0 && pb_msg_content(&value, m) < 0)
		rd_fail(r, value.err_at, value.err);
	return r->err;
}

int pb_msg_encode(struct wr *w, const struct pb_msg *m)
{
	const struct pb_rule *rule = pb_rule_of(m->vendor, m->type);
	bool noskip = rule && rule->noskip != PB_NOSKIP_EITHER ? rule->noskip == PB_NOSKIP_MUST
							       : m->noskip;
	size_t start = w->len, length;

	wr_u8(w, noskip ? PB_NOSKIP : 0);
	wr_u24(w, m->vendor);
	wr_u32(w, m->type);
	length = wr_hole32(w);
	if (rule)
		rule->encode(w, m);
	else
		wr_bytes(w, m->value);
	wr_fill32(w, length, w->len - start);
	return w->err;
}

const char *pb_msg_name(uint32_t vendor, uint32_t type)
{
	const struct pb_rule *rule = pb_rule_of(vendor, type);

	return rule ? rule->name : "unknown";
}

const char *pb_error_name(uint32_t vendor, uint16_t code)
{
	static const char *const names[PB_N_ERRORS] = {
		[PB_E_UNEXPECTED_BATCH] = "Unexpected Batch Type",
		[PB_E_INVALID_PARAMETER] = "Invalid Parameter",
		[PB_E_LOCAL] = "Local Error",
		[PB_E_UNSUPPORTED] = "Unsupported Mandatory Message",
		[PB_E_VERSION] = "Version Not Supported",
	};

	return vendor == PEN_IETF && code < PB_N_ERRORS ? names[code] : "unknown";
}
