/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pa_ietf.h"
#include "wire/pa_recode.h"
#include "wire/text.h"

/* A 32-bit enumeration: every value from n on is forbidden. */
static uint32_t read_choice(struct rd *r, uint32_t n)
{
	size_t at = rd_pos(r);
	uint32_t v = rd_u32(r);

	if (v >= n)
		rd_fail(r, at, ST_EVALUE);
	rd_end(r);
	return r->err ? 0 : v;
}

static int write_choice(struct wr *w, uint32_t v, uint32_t n)
{
	if (v >= n)
		wr_fail(w, ST_EVALUE);
	wr_u32(w, v);
	return w->err;
}

/* --- 4.2.2, Product Information --- */

int pa_product_decode(struct rd *r, struct pa_product *p)
{
	p->vendor = rd_u24(r);
	size_t at = rd_pos(r);
	p->id = rd_u16(r);
	if (!p->vendor && p->id)
		rd_fail(r, at, ST_EVALUE);
	p->name = text_read(r, rd_left(r));
	return r->err;
}

int pa_product_encode(struct wr *w, const struct pa_product *p)
{
	if ((!p->vendor && p->id) || text_good(p->name) < p->name.n)
		wr_fail(w, ST_EVALUE);
	wr_u24(w, p->vendor);
	wr_u16(w, p->id);
	wr_bytes(w, p->name);
	return w->err;
}

PA_RECODE_BY(pa_product, struct pa_product, &v)

/* --- 4.2.3, Numeric Version --- */

int pa_numeric_version_decode(struct rd *r, struct pa_numeric_version *v)
{
	v->major = rd_u32(r);
	v->minor = rd_u32(r);
	v->build = rd_u32(r);
	v->sp_major = rd_u16(r);
	v->sp_minor = rd_u16(r);
	rd_end(r);
	return r->err;
}

int pa_numeric_version_encode(struct wr *w, const struct pa_numeric_version *v)
{
	wr_u32(w, v->major);
	wr_u32(w, v->minor);
	wr_u32(w, v->build);
	wr_u16(w, v->sp_major);
	wr_u16(w, v->sp_minor);
	return w->err;
}

PA_RECODE_BY(pa_numeric_version, struct pa_numeric_version, &v)

/* --- 4.2.4, String Version --- */

int pa_string_version_decode(struct rd *r, struct pa_string_version *v)
{
	v->version = text_read8(r);
	v->build = text_read8(r);
	v->config = text_read8(r);
	rd_end(r);
	return r->err;
}

int pa_string_version_encode(struct wr *w, const struct pa_string_version *v)
{
	text_write8(w, v->version);
	text_write8(w, v->build);
	text_write8(w, v->config);
	return w->err;
}

PA_RECODE_BY(pa_string_version, struct pa_string_version, &v)

/* --- 4.2.5, Operational Status --- */

/* The decimal number in n octets, or -1. */
static int digits(const uint8_t *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool pa_time_ok(struct span s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

	if (s.n != PA_TIME)
		return false;
	for (size_t i = 0; i < PA_TIME; i++)
		if (form[i] != 'd' && s.p[i] != form[i])
			return false;

	int year = digits(s.p, 4), month = digits(s.p + 5, 2), day = digits(s.p + 8, 2);
	int hour = digits(s.p + 11, 2), minute = digits(s.p + 14, 2);
	int second = digits(s.p + 17, 2);

	if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
	       second <= 60; /* 60: a leap second */
}

static bool last_use_ok(struct span s)
{
	return span_eq(s, span_str(PA_TIME_UNKNOWN)) || pa_time_ok(s);
}

int pa_op_status_decode(struct rd *r, struct pa_op_status *s)
{
	uint8_t status = rd_u8(r), result = rd_u8(r);

	s->status = status < PA_N_STATUS ? status : PA_STATUS_UNKNOWN;
	s->result = result < PA_N_LAST ? result : PA_LAST_UNKNOWN;
	rd_u16(r);
	size_t at = rd_pos(r);
	s->last_use = rd_bytes(r, PA_TIME);
	if (!last_use_ok(s->last_use))
		rd_fail(r, at, ST_EVALUE);
	rd_end(r);
	return r->err;
}

int pa_op_status_encode(struct wr *w, const struct pa_op_status *s)
{
	if (s->status >= PA_N_STATUS || s->result >= PA_N_LAST || !last_use_ok(s->last_use))
		wr_fail(w, ST_EVALUE);
	wr_u8(w, (uint8_t)s->status);
	wr_u8(w, (uint8_t)s->result);
	wr_u16(w, 0);
	wr_bytes(w, s->last_use);
	return w->err;
}

PA_RECODE_BY(pa_op_status, struct pa_op_status, &v)

/* --- 4.2.9, Assessment Result --- */

int pa_result_decode(struct rd *r, enum pa_result *result)
{
	*result = read_choice(r, PA_N_RESULT);
	return r->err;
}

int pa_result_encode(struct wr *w, enum pa_result result)
{
	return write_choice(w, result, PA_N_RESULT);
}

PA_RECODE_BY(pa_result, enum pa_result, v)

/* --- 4.2.10, Remediation Instructions --- */

int pa_remediation_decode(struct rd *r, struct pa_remediation *m)
{
	*m = (struct pa_remediation){ 0 };
	rd_u8(r);
	m->vendor = rd_u24(r);
	m->type = rd_u32(r);
	if (m->vendor == PEN_IETF && m->type == PA_REMEDIATION_STRING) {
		size_t at = rd_pos(r);
		uint32_t n = rd_u32(r);

		if (n > rd_left(r))
			rd_fail(r, at, ST_ELENGTH);
		m->text = text_read(r, n);
		m->lang = text_read8(r);
		rd_end(r);
	} else if (m->vendor == PEN_IETF && m->type == PA_REMEDIATION_URI) {
		m->text = text_read(r, rd_left(r));
	} else {
		m->text = rd_rest(r);
	}
	return r->err;
}

int pa_remediation_encode(struct wr *w, const struct pa_remediation *m)
{
	bool string = m->vendor == PEN_IETF && m->type == PA_REMEDIATION_STRING;
	bool uri = m->vendor == PEN_IETF && m->type == PA_REMEDIATION_URI;

	if ((string || uri) && text_good(m->text) < m->text.n)
		wr_fail(w, ST_EVALUE);
	wr_u8(w, 0);
	wr_u24(w, m->vendor);
	wr_u32(w, m->type);
	if (string)
		wr_u32(w, (uint32_t)m->text.n);
	wr_bytes(w, m->text);
	if (string)
		text_write8(w, m->lang);
	return w->err;
}

PA_RECODE_BY(pa_remediation, struct pa_remediation, &v)

/* --- 4.2.11, Forwarding Enabled --- */

int pa_forwarding_decode(struct rd *r, enum pa_forwarding *f)
{
	*f = read_choice(r, PA_N_FORWARDING);
	return r->err;
}

int pa_forwarding_encode(struct wr *w, enum pa_forwarding f)
{
	return write_choice(w, f, PA_N_FORWARDING);
}

PA_RECODE_BY(pa_forwarding, enum pa_forwarding, v)

/* --- 4.2.12, Factory Default Password Enabled --- */

int pa_default_password_decode(struct rd *r, bool *enabled)
{
	*enabled = read_choice(r, 2);
	return r->err;
}

int pa_default_password_encode(struct wr *w, bool enabled)
{
	return write_choice(w, enabled, 2);
}

PA_RECODE_BY(pa_default_password, bool, v)
