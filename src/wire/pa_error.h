/* SPDX-License-Identifier: BSD-2-Clause */
/* The PA-TNC Error attribute: RFC 5792, 4.2.8, and the codes of SWIMA, RFC 8412, 5.15. */
#ifndef STANCE_WIRE_PA_ERROR_H
#define STANCE_WIRE_PA_ERROR_H

#include "base/api.h"
#include "wire/pa_attr.h"

ST_API_BEGIN

/* Error codes of vendor PEN_IETF. */
enum pa_error_code {
	PA_E_RESERVED = 0,
	PA_E_INVALID = 1,                  /* Invalid Parameter */
	PA_E_VERSION = 2,                  /* Version Not Supported */
	PA_E_UNSUPPORTED = 3,              /* Attribute Type Not Supported */
	PA_E_SWIMA = 4,                    /* SWIMA_ERROR: could not answer */
	PA_E_SWIMA_SUBSCRIPTION = 5,       /* ..._SUBSCRIPTION_DENIED_ERROR */
	PA_E_SWIMA_TOO_LARGE = 6,          /* ..._RESPONSE_TOO_LARGE_ERROR */
	PA_E_SWIMA_FULFILLMENT = 7,        /* ..._SUBSCRIPTION_FULFILLMENT_ERROR */
	PA_E_SWIMA_SUBSCRIPTION_REUSE = 8, /* ..._SUBSCRIPTION_ID_REUSE_ERROR */
	PA_N_E
};

#define PA_ERROR_HEAD 8

/* One error. Which fields mean something depends on the code; the others are 0. */
struct pa_error {
	uint32_t vendor, code;
	uint8_t head[PA_ERROR_HEAD]; /* 1-3: first octets of the message that is wrong */
	uint32_t offset;             /* 1: from the start of that message */
	uint8_t max_version;         /* 2 */
	uint8_t min_version;         /* 2 */
	uint8_t attr_flags;          /* 3: the attribute that is not supported */
	uint32_t attr_vendor;        /* 3 */
	uint32_t attr_type;          /* 3 */
	uint32_t id;                 /* 4-8: Request ID or Subscription ID */
	uint32_t max_size;           /* 6: Maximum Allowed Size, attribute header counted */
	struct span text;            /* 4, 5, 6, 8: Description, UTF-8, may be empty */
	struct span info;            /* 7: a whole inner error, for pa_error_decode; unknown
					vendors and codes: the Information as it is */
};

/* Reads the value of an error attribute up to the end of r. Borrows r's octets. An inner error
 * (code 7) is checked too; it may not be another code 7. 0 or ST_E... */
int pa_error_decode(struct rd *r, struct pa_error *e);

/* Writes the value of an error attribute. Returns w->err. */
int pa_error_encode(struct wr *w, const struct pa_error *e);

/* Writes the value of error 7: fulfilling subscription id failed because of inner. */
int pa_error_fulfillment_encode(struct wr *w, uint32_t id, const struct pa_error *inner);

/* A whole error attribute, header included. NOSKIP stays clear. */
int pa_error_attr_encode(struct wr *w, const struct pa_error *e);

/* What a message with an unsupported version, a bad value, an unknown NOSKIP attribute is
 * answered with. head: first octets of the message (pa_error_segment_head for an attribute
 * that came in segments). */
struct pa_error pa_error_version(const uint8_t head[PA_ERROR_HEAD]);
struct pa_error pa_error_invalid(const uint8_t head[PA_ERROR_HEAD], size_t offset);
struct pa_error pa_error_unsupported(const uint8_t head[PA_ERROR_HEAD],
				     const struct pa_attr *a);

/* Error codes 4, 5, 8 (max_size ignored) and 6. Borrows text, NUL-terminated, may be NULL. */
struct pa_error pa_error_swima(enum pa_error_code code, uint32_t id, uint32_t max_size,
			       const char *text);

/* What stands in place of the message head when the error is inside an attribute that was
 * reassembled: ff ff ff ff and the Base Message ID. */
void pa_error_segment_head(uint8_t head[PA_ERROR_HEAD], uint32_t base_id);

/* The code in a few words, for logs; never NULL. */
const char *pa_error_name(uint32_t vendor, uint32_t code);

ST_API_END

#endif
