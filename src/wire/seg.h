/* SPDX-License-Identifier: BSD-2-Clause */
/* TCG IF-M Segmentation 1.0: the four attributes of vendor PEN_TCG that carry a long attribute
 * in pieces. The state machine around them is proto/pa_reasm.h. */
#ifndef STANCE_WIRE_SEG_H
#define STANCE_WIRE_SEG_H

#include "base/api.h"
#include "wire/pa_attr.h"

ST_API_BEGIN

#define SEG_UNLIMITED 0xffffffffu /* no size limit; no segmentation wanted */
#define SEG_MIN PA_ATTR_HDR       /* the first segment holds a whole attribute header */
#define SEG_MAX_BASE_ID 0xffffffu

/* Contract Request and Contract Response have the same value. */
struct seg_contract {
	uint32_t max_message; /* octets of an attribute, its header counted */
	uint32_t max_segment; /* octets of Segment Value in one envelope; at least SEG_MIN */
};

int seg_contract_decode(struct rd *r, struct seg_contract *c);
int seg_contract_encode(struct wr *w, const struct seg_contract *c);

#define SEG_MORE 0x80  /* further segments follow */
#define SEG_START 0x40 /* the first segment */
#define SEG_ENVELOPE_HDR 4

struct seg_envelope {
	uint8_t flags;
	uint32_t base_id;    /* Base Message ID, 24 bits */
	struct span segment; /* borrowed */
};

int seg_envelope_decode(struct rd *r, struct seg_envelope *e);
int seg_envelope_encode(struct wr *w, const struct seg_envelope *e);

struct seg_next {
	bool cancel; /* stop sending; written as 0x80, any flag is understood */
	uint32_t base_id;
};

int seg_next_decode(struct rd *r, struct seg_next *n);
int seg_next_encode(struct wr *w, const struct seg_next *n);

ST_API_END

#endif
