/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/cbor_head.h"

#include <cbor.h>

static void set(void *head, enum cbor_kind kind, uint64_t n, bool open)
{
	*(struct cbor_head *)head = (struct cbor_head){ .kind = kind, .n = n, .open = open };
}

static void on_uint8(void *h, uint8_t v)
{
	set(h, CBOR_UINT, v, false);
}

static void on_uint16(void *h, uint16_t v)
{
	set(h, CBOR_UINT, v, false);
}

static void on_uint32(void *h, uint32_t v)
{
	set(h, CBOR_UINT, v, false);
}

static void on_uint64(void *h, uint64_t v)
{
	set(h, CBOR_UINT, v, false);
}

static void on_nint8(void *h, uint8_t v)
{
	set(h, CBOR_NINT, v, false);
}

static void on_nint16(void *h, uint16_t v)
{
	set(h, CBOR_NINT, v, false);
}

static void on_nint32(void *h, uint32_t v)
{
	set(h, CBOR_NINT, v, false);
}

static void on_nint64(void *h, uint64_t v)
{
	set(h, CBOR_NINT, v, false);
}

static void on_bytes(void *h, cbor_data p, size_t n)
{
	set(h, CBOR_BYTES, n, false);
	((struct cbor_head *)h)->s = span_of(p, n);
}

static void on_bytes_open(void *h)
{
	set(h, CBOR_BYTES, 0, true);
}

static void on_text(void *h, cbor_data p, size_t n)
{
	set(h, CBOR_TEXT, n, false);
	((struct cbor_head *)h)->s = span_of(p, n);
}

static void on_text_open(void *h)
{
	set(h, CBOR_TEXT, 0, true);
}

static void on_array(void *h, size_t n)
{
	set(h, CBOR_ARRAY, n, false);
}

static void on_array_open(void *h)
{
	set(h, CBOR_ARRAY, 0, true);
}

static void on_map(void *h, size_t n)
{
	set(h, CBOR_MAP, n, false);
}

static void on_map_open(void *h)
{
	set(h, CBOR_MAP, 0, true);
}

static void on_tag(void *h, uint64_t v)
{
	set(h, CBOR_TAG, v, false);
}

static void on_float(void *h, float v)
{
	(void)v;
	set(h, CBOR_OTHER, 0, false);
}

static void on_double(void *h, double v)
{
	(void)v;
	set(h, CBOR_OTHER, 0, false);
}

static void on_bool(void *h, bool v)
{
	set(h, CBOR_OTHER, v, false);
}

static void on_simple(void *h)
{
	set(h, CBOR_OTHER, 0, false);
}

static void on_break(void *h)
{
	set(h, CBOR_BREAK, 0, false);
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint64,
	.negint8 = on_nint8,
	.negint16 = on_nint16,
	.negint32 = on_nint32,
	.negint64 = on_nint64,
	.byte_string = on_bytes,
	.byte_string_start = on_bytes_open,
	.string = on_text,
	.string_start = on_text_open,
	.array_start = on_array,
	.indef_array_start = on_array_open,
	.map_start = on_map,
	.indef_map_start = on_map_open,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = on_double,
	.boolean = on_bool,
	.null = on_simple,
	.undefined = on_simple,
	.indef_break = on_break,
};

/* Tags 6 to 20: libcbor before 0.10 refuses to read them, and COSE_Sign1 is 18. */
static bool small_tag(struct rd *r, struct cbor_head *h)
{
	if (r->err || !rd_left(r) || *r->p < 0xc6 || *r->p > 0xd4)
		return false;
	set(h, CBOR_TAG, rd_u8(r) & 0x1f, false);
	return true;
}

void cbor_next(struct rd *r, struct cbor_head *h)
{
	struct cbor_decoder_result got;

	set(h, CBOR_BREAK, 0, false); /* what stands nowhere, should somebody not ask r */
	if (!rd_need(r, 1) || small_tag(r, h))
		return;
	got = cbor_stream_decode(r->p, rd_left(r), &callbacks, h);
	if (got.status == CBOR_DECODER_FINISHED)
		r->p += got.read;
	else
		rd_fail(r, rd_pos(r),
			got.status == CBOR_DECODER_NEDATA ? ST_ESHORT : ST_EVALUE);
}

bool cbor_more(struct rd *r, struct cbor_rest *rest)
{
	if (r->err)
		return false;
	if (!rest->open)
		return rest->n && rest->n--;
	if (!rd_need(r, 1))
		return false;
	if (*r->p != 0xff)
		return true;
	rd_skip(r, 1);
	return false;
}

/* The pieces of an open string: of its kind, and not open themselves (RFC 8949, 3.2.3). */
static void skip_pieces(struct rd *r, const struct cbor_head *h)
{
	struct cbor_rest rest = cbor_rest_of(h);
	struct cbor_head piece;

	while (cbor_more(r, &rest)) {
		cbor_next(r, &piece);
		if (!r->err && (piece.kind != h->kind || piece.open))
			rd_fail(r, rd_pos(r), ST_EVALUE);
	}
}

void cbor_skip_rest(struct rd *r, const struct cbor_head *h, unsigned int depth)
{
	struct cbor_rest rest = cbor_rest_of(h);

	switch (h->kind) {
	case CBOR_ARRAY:
	case CBOR_MAP:
		while (cbor_more(r, &rest)) {
			cbor_skip(r, depth);
			if (h->kind == CBOR_MAP)
				cbor_skip(r, depth);
		}
		break;
	case CBOR_TAG:
		cbor_skip(r, depth);
		break;
	case CBOR_BYTES:
	case CBOR_TEXT:
		if (h->open)
			skip_pieces(r, h);
		break;
	case CBOR_BREAK:
		rd_fail(r, rd_pos(r), ST_EVALUE);
		break;
	default:
		break;
	}
}

void cbor_skip(struct rd *r, unsigned int depth)
{
	struct cbor_head h;

	if (!depth) {
		rd_fail(r, rd_pos(r), ST_ELIMIT);
		return;
	}
	cbor_next(r, &h);
	cbor_skip_rest(r, &h, depth - 1);
}
