/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking over CBOR (RFC 8949) one head at a time, with libcbor's streaming decoder: it
 * allocates nothing, so that a length in a hostile tag costs nothing. */
#ifndef STANCE_WIRE_CBOR_HEAD_H
#define STANCE_WIRE_CBOR_HEAD_H

#include "base/rd.h"

enum cbor_kind {
	CBOR_UINT,
	CBOR_NINT, /* its value is of no interest */
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_OTHER, /* simple values and floating point numbers */
	CBOR_BREAK
};

struct cbor_head {
	enum cbor_kind kind;
	bool open;     /* of indefinite length: what belongs to it ends with a CBOR_BREAK */
	uint64_t n;    /* the number; how many items of an array, pairs of a map */
	struct span s; /* of a string that is not open; borrowed */
};

/* Reads one head and, of strings that are not open, their octets. Failures are in r: ST_ESHORT
 * or ST_EVALUE. */
void cbor_next(struct rd *r, struct cbor_head *h);

/* What belongs to an array or map (pairs) and has not been read yet. */
struct cbor_rest {
	uint64_t n;
	bool open;
};

static inline struct cbor_rest cbor_rest_of(const struct cbor_head *h)
{
	return (struct cbor_rest){ h->n, h->open };
}

/* True, and the caller reads one item or pair; false at the end or after a failure in r. */
bool cbor_more(struct rd *r, struct cbor_rest *rest);

/* Reads over what belongs to a head, at most depth levels of it: ST_ELIMIT. */
void cbor_skip_rest(struct rd *r, const struct cbor_head *h, unsigned int depth);

/* Reads over a whole item. */
void cbor_skip(struct rd *r, unsigned int depth);

#endif
