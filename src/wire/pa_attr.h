/* SPDX-License-Identifier: BSD-2-Clause */
/* A PA-TNC attribute (RFC 5792, 4.1), and the table of all attributes we know: RFC 5792
 * itself, SWIMA (RFC 8412) and TCG segmentation. A row is a feature: what is not in the table
 * is skipped, or refused when its sender forbids skipping. */
#ifndef STANCE_WIRE_PA_ATTR_H
#define STANCE_WIRE_PA_ATTR_H

#include "base/api.h"
#include "base/rd.h"
#include "base/wr.h"
#include "wire/pen.h"

ST_API_BEGIN

#define PA_ATTR_HDR 12
#define PA_FLAG_NOSKIP 0x80

/* Attribute types of vendor PEN_IETF. */
enum pa_ietf_type {
	PA_TESTING = 0,
	PA_ATTR_REQUEST = 1,
	PA_PRODUCT_INFO = 2,
	PA_NUMERIC_VERSION = 3,
	PA_STRING_VERSION = 4,
	PA_OP_STATUS = 5,
	PA_PORT_FILTER = 6,
	PA_PACKAGES = 7,
	PA_ERROR = 8,
	PA_RESULT = 9,
	PA_REMEDIATION = 10,
	PA_FORWARDING = 11,
	PA_DEFAULT_PASSWORD = 12,
	PA_SWIMA_REQUEST = 13,
	PA_SW_ID_INVENTORY = 14,
	PA_SW_ID_EVENTS = 15,
	PA_SW_INVENTORY = 16,
	PA_SW_EVENTS = 17,
	PA_SUBSCRIPTION_REQUEST = 18,
	PA_SUBSCRIPTION_RESPONSE = 19,
	PA_SOURCE_REQUEST = 20,
	PA_SOURCE_RESPONSE = 21
};

/* Attribute types of vendor PEN_TCG. */
enum pa_tcg_type {
	PA_SEG_CONTRACT_REQUEST = 0x21,
	PA_SEG_CONTRACT_RESPONSE = 0x22,
	PA_SEG_ENVELOPE = 0x23,
	PA_SEG_NEXT = 0x24
};

/* One attribute as it arrived; borrows the message. */
struct pa_attr {
	uint8_t flags;
	uint32_t vendor, type;
	size_t at;       /* where its header begins, counted from the start of the message */
	struct rd value; /* copy it and read; its positions are offsets in the message */
};

enum pa_dir {
	PA_TO_VALIDATOR = 1, /* a collector may send it */
	PA_TO_COLLECTOR = 2, /* a validator may send it */
	PA_BOTH = 3
};

/* A row of the table. */
struct pa_type {
	uint32_t vendor, type;
	const char *name;  /* as its RFC titles it */
	uint32_t min, max; /* octets of value; equal when the length is fixed */
	enum pa_dir dir;
	bool requestable; /* may be listed in an Attribute Request */

	/* Reads the whole value of an attribute of this type; with a writer, writes the same
	 * value again, reserved fields zeroed. w may be NULL: then it only checks. 0, or the
	 * error of r (whose err_at is the offset to report) or of w. NULL: any octets are
	 * fine and mean themselves. */
	int (*recode)(struct rd *r, uint32_t type, struct wr *w);
};

/* The row for (vendor, type), or NULL. */
const struct pa_type *pa_type_find(uint32_t vendor, uint32_t type);

/* Walks all rows: i = 0, 1, ... until NULL. */
const struct pa_type *pa_type_at(size_t i);

/* The attribute's name for logs and errors: "unknown" for what the table lacks; never NULL. */
const char *pa_attr_name(uint32_t vendor, uint32_t type);

/* Reads the next attribute of a message (r stands behind the message header, or anywhere
 * attributes are stored in a row). 1 and *a filled, 0 at the end, or ST_E... with r->err_at at
 * the octet that RFC 5792 wants reported. Checks the header only. */
int pa_attr_next(struct rd *r, struct pa_attr *a);

/* Checks the value against its row: length, then content. at receives the offset to report
 * when the result is not 0. An attribute that the table lacks passes. */
int pa_attr_check(const struct pa_attr *a, size_t *at);

static inline bool pa_attr_is(const struct pa_attr *a, uint32_t vendor, uint32_t type)
{
	return a->vendor == vendor && a->type == type;
}

/* The octets of the value. */
static inline struct span pa_attr_value(const struct pa_attr *a)
{
	return span_of(a->value.p, rd_left(&a->value));
}

/* Writes an attribute header with its length left open; returns what pa_attr_end wants. The
 * caller writes the value in between with one of the _encode functions. */
size_t pa_attr_begin(struct wr *w, uint8_t flags, uint32_t vendor, uint32_t type);
void pa_attr_end(struct wr *w, size_t begin);

ST_API_END

#endif
