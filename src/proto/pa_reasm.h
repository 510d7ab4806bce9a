/* SPDX-License-Identifier: BSD-2-Clause */
/* PA-TNC attributes in segments (TCG IF-M Segmentation 1.0): one pa_reasm is both directions
 * between one of our modules and one module of the peer, for one PA subtype. Pure: attributes
 * go in, attributes come out, appended to a writer; the caller puts them into a PA-TNC
 * message.
 *
 * Receiving: pa_reasm_propose once, at the start; then every attribute for which
 * pa_reasm_is_ours holds goes to pa_reasm_input, and sometimes a whole attribute comes out.
 * Sending: every attribute goes through pa_reasm_send, which passes it on or cuts it up.
 * Without a contract of the peer nothing is ever cut. */
#ifndef STANCE_PROTO_PA_REASM_H
#define STANCE_PROTO_PA_REASM_H

#include "base/api.h"
#include "base/limits.h"
#include "wire/pa_error.h"
#include "wire/seg.h"

ST_API_BEGIN

#define PA_REASM_FLIGHTS 8 /* attributes in pieces at once, in each direction */

/* Octets beyond the segment size that an attribute may have and still go in one piece: it then
 * fits the message that an envelope of full size would have filled. */
#define PA_REASM_SLACK (PA_ATTR_HDR + SEG_ENVELOPE_HDR)

/* One attribute under way, incoming or outgoing. */
struct pa_flight {
	bool open;
	uint32_t base_id;
	struct wr data; /* incoming: what arrived so far; outgoing: all of it */
	size_t length;  /* incoming: octets announced by the attribute's header */
	size_t sent;    /* outgoing: octets that went out */
};

/* All of one direction: nothing is allocated while nothing is under way. */
struct pa_flights {
	struct pa_flight *v; /* PA_REASM_FLIGHTS, or NULL */
	unsigned open;
};

struct pa_reasm {
	uint32_t max_attribute; /* ceiling for all incoming attributes together */
	uint32_t max_segment;   /* what we propose; the largest segment we take or make */

	bool proposed;            /* we issued a contract: envelopes are welcome */
	struct seg_contract ours; /* as confirmed by the peer once it answered */
	struct pa_flights in;

	bool contracted; /* the peer issued a contract */
	struct seg_contract theirs;
	uint32_t next_id;
	struct pa_flights out;

	struct wr whole; /* the attribute handed out last */
	size_t charged;  /* to the process's budget, for all that is held */
};

/* limits->attribute and ->segment are copied; limits may go away. */
void pa_reasm_init(struct pa_reasm *s, const struct limits *limits);
void pa_reasm_free(struct pa_reasm *s); /* NULL is fine; s can be initialised again */

/* Appends our Contract Request to out. Returns out->err. */
int pa_reasm_propose(struct pa_reasm *s, struct wr *out);

/* True for the four attributes of the family. */
bool pa_reasm_is_ours(const struct pa_attr *a);

/* What pa_reasm_input may find. */
struct pa_whole {
	struct pa_attr attr;         /* at 0, borrowed from s until the next call */
	uint8_t head[PA_ERROR_HEAD]; /* for pa_msg_check_attr and errors about it */
};

/* Handles one attribute of the family from the peer's message whose first octets are head (for
 * errors). Replies - Contract Response, next envelope, Next Segment, PA-TNC Error - are
 * appended to out. 1: *whole is a complete attribute, still to be checked with
 * pa_msg_check_attr and handled like any other. 0: nothing further. ST_E...: the peer broke
 * the rules or there is no more memory in the budget of the process (base/budget.h): the
 * attribute concerned is dropped; if an error is to be sent it is in out
 * already (a SWIMA validator, which sends none, truncates out again). ST_ENOMEM: ours; so is
 * ST_ELIMIT when the process has no room left for what peers make it keep (budget_process). */
int pa_reasm_input(struct pa_reasm *s, const struct pa_attr *a,
		   const uint8_t head[PA_ERROR_HEAD], struct wr *out, struct pa_whole *whole);

/* The whole attribute that pa_reasm_input gave has been dealt with: its memory is given
 * back. */
void pa_reasm_forget(struct pa_reasm *s);

/* Sends one encoded attribute, header included: appends it, or its first envelope, to out.
 * 0, or nothing was sent and: ST_ELIMIT, larger than the peer's contract allows
 * (pa_reasm_max tells; RFC 8412 error 6); ST_EBUSY, too many are under way, or too much
 * is kept for all peers together (budget_process). */
int pa_reasm_send(struct pa_reasm *s, struct span attr, struct wr *out);

/* Octets of the largest attribute the peer takes, header counted; SEG_UNLIMITED without limit.
 */
uint32_t pa_reasm_max(const struct pa_reasm *s);

/* True while segments are under way in either direction: the conversation is not over. */
bool pa_reasm_busy(const struct pa_reasm *s);

ST_API_END

#endif
