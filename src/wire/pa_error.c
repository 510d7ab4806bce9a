/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pa_error.h"
#include "wire/pa_msg.h"
#include "wire/pa_recode.h"

/* What stands behind the error code. */
enum shape { OPAQUE, INVALID, VERSION, UNSUPPORTED, ID_TEXT, ID_SIZE_TEXT, ID_INNER };

static const struct {
	enum shape shape;
	const char *name;
} codes[PA_N_E] = {
	[PA_E_RESERVED] = { OPAQUE, "Reserved" },
	[PA_E_INVALID] = { INVALID, "Invalid Parameter" },
	[PA_E_VERSION] = { VERSION, "Version Not Supported" },
	[PA_E_UNSUPPORTED] = { UNSUPPORTED, "Attribute Type Not Supported" },
	[PA_E_SWIMA] = { ID_TEXT, "SWIMA_ERROR" },
	[PA_E_SWIMA_SUBSCRIPTION] = { ID_TEXT, "SWIMA_SUBSCRIPTION_DENIED_ERROR" },
	[PA_E_SWIMA_TOO_LARGE] = { ID_SIZE_TEXT, "SWIMA_RESPONSE_TOO_LARGE_ERROR" },
	[PA_E_SWIMA_FULFILLMENT] = { ID_INNER, "SWIMA_SUBSCRIPTION_FULFILLMENT_ERROR" },
	[PA_E_SWIMA_SUBSCRIPTION_REUSE] = { ID_TEXT, "SWIMA_SUBSCRIPTION_ID_REUSE_ERROR" },
};

static enum shape shape_of(const struct pa_error *e)
{
	return e->vendor == PEN_IETF && e->code < PA_N_E ? codes[e->code].shape : OPAQUE;
}

const char *pa_error_name(uint32_t vendor, uint32_t code)
{
	return vendor == PEN_IETF && code < PA_N_E ? codes[code].name : "unknown";
}

static void read_head(struct rd *r, struct pa_error *e)
{
	struct span head = rd_bytes(r, PA_ERROR_HEAD);

	if (head.n)
		memcpy(e->head, head.p, PA_ERROR_HEAD);
}

static void read_text(struct rd *r, struct pa_error *e)
{
	size_t at = rd_pos(r);

	e->text = rd_rest(r);
	if (span_has_nul(e->text))
		rd_fail(r, at, ST_EVALUE);
}

/* The inner error is an error of its own, but not another of these. */
static void read_inner(struct rd *r, struct pa_error *e)
{
	size_t at = rd_pos(r);
	struct rd peek = *r;
	struct pa_error inner;

	rd_u32(&peek);
	if (rd_u32(&peek) == PA_E_SWIMA_FULFILLMENT)
		rd_fail(r, at + 4, ST_EVALUE);
	peek = *r;
	if (!r->err && pa_error_decode(&peek, &inner) < 0)
		rd_fail(r, peek.err_at, peek.err);
	e->info = rd_rest(r);
}

int pa_error_decode(struct rd *r, struct pa_error *e)
{
	*e = (struct pa_error){ 0 };
	rd_u8(r);
	e->vendor = rd_u24(r);
	e->code = rd_u32(r);

	switch (shape_of(e)) {
	case INVALID:
		read_head(r, e);
		e->offset = rd_u32(r);
		break;
	case VERSION:
		read_head(r, e);
		e->max_version = rd_u8(r);
		e->min_version = rd_u8(r);
		rd_u16(r);
		break;
	case UNSUPPORTED:
		read_head(r, e);
		e->attr_flags = rd_u8(r);
		e->attr_vendor = rd_u24(r);
		e->attr_type = rd_u32(r);
		break;
	case ID_TEXT:
		e->id = rd_u32(r);
		read_text(r, e);
		break;
	case ID_SIZE_TEXT:
		e->id = rd_u32(r);
		e->max_size = rd_u32(r);
		read_text(r, e);
		break;
	case ID_INNER:
		e->id = rd_u32(r);
		read_inner(r, e);
		break;
	case OPAQUE:
		e->info = rd_rest(r);
	}
	rd_end(r);
	return r->err;
}

int pa_error_encode(struct wr *w, const struct pa_error *e)
{
	enum shape shape = shape_of(e);

	wr_u8(w, 0);
	wr_u24(w, e->vendor);
	wr_u32(w, e->code);
	if (shape == INVALID || shape == VERSION || shape == UNSUPPORTED)
		wr_bytes(w, span_of(e->head, PA_ERROR_HEAD));

	switch (shape) {
	case INVALID:
		wr_u32(w, e->offset);
		break;
	case VERSION:
		wr_u8(w, e->max_version);
		wr_u8(w, e->min_version);
		wr_u16(w, 0);
		break;
	case UNSUPPORTED:
		wr_u8(w, e->attr_flags);
		wr_u24(w, e->attr_vendor);
		wr_u32(w, e->attr_type);
		break;
	case ID_TEXT:
		wr_u32(w, e->id);
		wr_bytes(w, e->text);
		break;
	case ID_SIZE_TEXT:
		wr_u32(w, e->id);
		wr_u32(w, e->max_size);
		wr_bytes(w, e->text);
		break;
	case ID_INNER:
		wr_u32(w, e->id);
		wr_bytes(w, e->info);
		break;
	case OPAQUE:
		wr_bytes(w, e->info);
	}
	return w->err;
}

int pa_error_fulfillment_encode(struct wr *w, uint32_t id, const struct pa_error *inner)
{
	wr_u32(w, PEN_IETF);
	wr_u32(w, PA_E_SWIMA_FULFILLMENT);
	wr_u32(w, id);
	return pa_error_encode(w, inner);
}

PA_RECODE_BY(pa_error, struct pa_error, &v)

int pa_error_attr_encode(struct wr *w, const struct pa_error *e)
{
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_ERROR);

	pa_error_encode(w, e);
	pa_attr_end(w, begin);
	return w->err;
}

struct pa_error pa_error_version(const uint8_t head[PA_ERROR_HEAD])
{
	struct pa_error e = { .code = PA_E_VERSION,
			      .max_version = PA_VERSION,
			      .min_version = PA_VERSION };

	memcpy(e.head, head, PA_ERROR_HEAD);
	return e;
}

struct pa_error pa_error_invalid(const uint8_t head[PA_ERROR_HEAD], size_t offset)
{
	struct pa_error e = { .code = PA_E_INVALID, .offset = (uint32_t)offset };

	memcpy(e.head, head, PA_ERROR_HEAD);
	return e;
}

struct pa_error pa_error_unsupported(const uint8_t head[PA_ERROR_HEAD],
				     const struct pa_attr *a)
{
	struct pa_error e = { .code = PA_E_UNSUPPORTED,
			      .attr_flags = a->flags,
			      .attr_vendor = a->vendor,
			      .attr_type = a->type };

	memcpy(e.head, head, PA_ERROR_HEAD);
	return e;
}

struct pa_error pa_error_swima(enum pa_error_code code, uint32_t id, uint32_t max_size,
			       const char *text)
{
	return (struct pa_error){
		.code = code, .id = id, .max_size = max_size, .text = span_str(text)
	};
}

void pa_error_segment_head(uint8_t head[PA_ERROR_HEAD], uint32_t base_id)
{
	memset(head, 0xff, 4);
	wr_put32(head + 4, base_id);
}
