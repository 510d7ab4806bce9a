/* SPDX-License-Identifier: BSD-2-Clause */
/* SWIMA, RFC 8412: the request, the two inventories, subscription status and source metadata.
 * Events are in swima_events.h. Everything decoded borrows the message. */
#ifndef STANCE_WIRE_SWIMA_H
#define STANCE_WIRE_SWIMA_H

#include "base/api.h"
#include "wire/pa_attr.h"

ST_API_BEGIN

#define SWIMA_MAX_COUNT 0xffffffu /* of anything counted: the field has 24 bits */
#define SWIMA_MAX_STRING 0xffffu  /* octets of an identifier, locator or metadata */

/* Flags of a request. */
#define SWIMA_CLEAR 0x80       /* drop this validator's subscriptions */
#define SWIMA_SUBSCRIBE 0x40   /* and keep me informed */
#define SWIMA_IDENTIFIERS 0x20 /* Result Type: identifiers, without the records */

/* Flag of a response: not the direct answer, but fulfils a subscription. */
#define SWIMA_FULFILLMENT 0x80

/* Data Model Types of PEN_IETF (RFC 8412, 10.5; RFC 9393, 6.7). */
enum swima_model {
	SWIMA_MODEL_SWID_2015 = 0,
	SWIMA_MODEL_SWID_2009 = 1,
	SWIMA_MODEL_COSWID = 2
};

/* --- 5.6, SWIMA Request (13) --- */

struct swima_request {
	uint8_t flags;
	uint32_t count; /* identifiers it is targeted at; 0: everything. Compare it with
			   limits.identifiers before building a set. */
	uint32_t request_id;
	uint32_t earliest_eid; /* 0: an inventory; else events from this one on */
	struct span raw;       /* the whole value, as subscriptions repeat it */
	struct rd ids;         /* for swima_request_next */
};

/* Reads one request and leaves r behind it: at the end of the value in attribute 13, at the
 * next record in attribute 19. All identifiers are walked. */
int swima_request_decode(struct rd *r, struct swima_request *q);

/* The identifiers: 1 and *id, 0 at the end. Cannot fail on a decoded request. */
int swima_request_next(struct swima_request *q, struct span *id);

/* Writes the value; ids has q->count entries (NULL when 0); raw and ids of q are not used. */
int swima_request_encode(struct wr *w, const struct swima_request *q, const struct span *ids);

/* The attribute type that answers q: PA_SW_ID_INVENTORY ... PA_SW_EVENTS (4.1, table). */
uint32_t swima_answer_type(const struct swima_request *q);

/* --- 5.7 to 5.10, what all four answers begin with --- */

struct swima_head {
	uint8_t flags;
	uint32_t count;              /* of sub-blocks */
	uint32_t request_id;         /* Request ID Copy, or Subscription ID */
	uint32_t epoch;              /* EID Epoch */
	uint32_t last_eid;           /* newest event there is */
	uint32_t last_consulted_eid; /* events only: newest one looked at for this answer */
};

/* Only the fixed part, for instance to see from the first segment what is coming. */
int swima_head_decode(struct rd *r, uint32_t type, struct swima_head *h);
int swima_head_encode(struct wr *w, uint32_t type, const struct swima_head *h);

/* One installed instance, as one source reports it. */
struct swima_record {
	uint32_t record_id;
	uint32_t model_pen;
	uint8_t model;
	uint8_t source;
	struct span id;      /* Software Identifier */
	struct span locator; /* URI, or empty */
	struct span record;  /* types 16 and 17; else empty */
};

/* --- 5.7, Software Identifier Inventory (14), and 5.9, Software Inventory (16) --- */

struct swima_list {
	struct swima_head head;
	uint32_t left;    /* sub-blocks still to come */
	bool with_record; /* type 16 */
	struct rd rd;     /* rd.err, rd.err_at after a failure */
};

/* a is attribute 14 or 16. */
int swima_list_begin(struct swima_list *l, const struct pa_attr *a);

/* 1 and *rec, 0 at the end (every octet is then used up), ST_E... */
int swima_next(struct swima_list *l, struct swima_record *rec);

/* --- writing any of the four, thousands of sub-blocks --- */

/* An answer under construction: a whole attribute, header included. */
struct swima_writer {
	struct wr *w;
	size_t begin; /* of the attribute */
	uint32_t type, count;
};

/* Starts an attribute of `type` (14-17) with head h; h->count is ignored. */
int swima_writer_begin(struct swima_writer *sw, struct wr *w, uint32_t type,
		       const struct swima_head *h);

/* Adds a record to a 14 or 16. ST_ELIMIT when it does not fit under w->max or in its fields:
 * what was written before stays, w is usable, and the attribute can be ended or dropped with
 * wr_truncate(w, sw->begin). */
int swima_writer_record(struct swima_writer *sw, const struct swima_record *rec);

/* Fills in count and length. */
int swima_writer_end(struct swima_writer *sw);

/* --- 5.12, Subscription Status Response (19); 5.11, its request (18), has no value --- */

struct swima_subscriptions {
	uint32_t count, left;
	struct rd rd;
};

int swima_subscriptions_begin(struct swima_subscriptions *l, const struct pa_attr *a);
/* 1 and *q, 0 at the end, ST_E... */
int swima_subscriptions_next(struct swima_subscriptions *l, struct swima_request *q);

/* The value; each raw is the value of the request that established a subscription. */
int swima_subscriptions_encode(struct wr *w, const struct span *raw, size_t n);

/* --- 5.14, Source Metadata Response (21); 5.13, its request (20), has no value --- */

struct swima_source {
	uint8_t number; /* Source Identification Number */
	struct span metadata;
};

struct swima_sources {
	uint32_t count, left;
	struct rd rd;
};

int swima_sources_begin(struct swima_sources *l, const struct pa_attr *a);
/* 1 and *s, 0 at the end, ST_E... */
int swima_sources_next(struct swima_sources *l, struct swima_source *s);

/* The value; at most 255 sources can be said. */
int swima_sources_encode(struct wr *w, const struct swima_source *s, size_t n);

ST_API_END

#endif
