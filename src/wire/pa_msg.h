/* SPDX-License-Identifier: BSD-2-Clause */
/* The PA-TNC message (RFC 5792, 3.6): a header, then attributes in a row. */
#ifndef STANCE_WIRE_PA_MSG_H
#define STANCE_WIRE_PA_MSG_H

#include "base/api.h"
#include "wire/pa_attr.h"
#include "wire/pa_error.h"

ST_API_BEGIN

#define PA_VERSION 1
#define PA_MSG_HDR 8

struct pa_msg {
	uint8_t version;
	uint32_t id; /* Message Identifier */
};

/* Reads the header; r then stands at the first attribute (pa_attr_next). ST_EVERSION when it
 * is not version 1, ST_ESHORT when there are fewer than eight octets. */
int pa_msg_decode(struct rd *r, struct pa_msg *m);

/* Writes the header; attributes follow it. Returns w->err. */
int pa_msg_encode(struct wr *w, uint32_t id);

/* How a receiver looks at messages. */
struct pa_rules {
	bool validator; /* we are the Posture Validator; false: the Collector */

	/* Does the receiver handle this attribute? NULL: all that the table has. Errors and
	 * segmentation are asked for too. */
	bool (*supported)(void *ctx, uint32_t vendor, uint32_t type);
	void *ctx;
};

/* The whole message, before any of it is acted upon: version, lengths, reserved numbers,
 * unsupported attributes with NOSKIP, then the content of every attribute that is supported
 * and may come from the other side. (What may not come from there is like an unsupported one.)
 *
 * 0: act on all of it; skip what is not supported. The content of PA-TNC Error attributes is
 * not looked at, since an error is never answered with an error: pa_error_decode will tell.
 * < 0: act on none of it. When answer->code is not PA_E_RESERVED, answer is the error that RFC
 * 5792 wants sent back; else nothing may be sent: the message is shorter than its header, or
 * an error attribute has a wrong length. answer borrows nothing. A SWIMA validator never sends
 * errors (RFC 8412, 3.9): it logs answer->offset. */
int pa_msg_check(struct span msg, const struct pa_rules *rules, struct pa_error *answer);

/* The same for one attribute that did not come in the message itself but was reassembled from
 * segments (pa_reasm.h): a->at is 0, offsets count from its header, head is made by
 * pa_error_segment_head. */
int pa_msg_check_attr(const struct pa_attr *a, const struct pa_rules *rules,
		      const uint8_t head[PA_ERROR_HEAD], struct pa_error *answer);

/* True when `a` passes rules: is supported and may come from the other side. What a receiver
 * asks before it hands an attribute to its handler. */
bool pa_rules_accept(const struct pa_rules *rules, const struct pa_attr *a);

ST_API_END

#endif
