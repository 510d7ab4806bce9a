/* SPDX-License-Identifier: BSD-2-Clause */
/* A PB-TNC session (RFC 5793) as a state machine, both roles. Batches come in and go out
 * whole; a batch is checked completely before anything of it is seen.
 *
 *	ev = pb_session_receive(&s, batch, &out);       out: our CLOSE when ev is PB_REFUSED
 *	while (pb_session_next(&s, &m))
 *		hand m to whom it concerns
 *	pb_session_put(&s, &answer);                    as many as there are
 *	pb_session_send(&s, PB_SDATA, &out);            one batch
 */
#ifndef STANCE_PROTO_PB_SESSION_H
#define STANCE_PROTO_PB_SESSION_H

#include "base/api.h"
#include "base/limits.h"
#include "base/wr.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"

ST_API_BEGIN

/* RFC 5793, 3.2; SERVER and CLIENT are its Server and Client Working. */
enum pb_state { PB_INIT, PB_SERVER, PB_CLIENT, PB_DECIDED, PB_END, PB_N_STATES };

/* Borrowed for the session's life; may be shared. */
struct pb_config {
	bool server;      /* we are the Posture Broker Server */
	bool full_duplex; /* false on PT-EAP: no SRETRY after the result */
	/* For peers (strongSwan) that retry in the middle of a handshake: a CRETRY received
	 * while the client works hands the turn to the server, an SRETRY received while the
	 * server works hands it to the client, one received while the client works changes
	 * nothing. */
	bool lax_retry;
	const struct limits *limits;
};

enum pb_event {
	PB_ACCEPTED, /* s->received says which type; walk the messages */
	PB_IGNORED, /* nothing to walk: a retry that crossed another one, or it is over already */
	PB_CLOSED, /* the peer ended the session; messages (its errors) can be walked */
	PB_REFUSED /* it broke the protocol; our CLOSE is in out, s->err and s->fatal hold its error */
};

#define PB_LANGUAGE_MAX 1024

struct pb_session {
	const struct pb_config *cfg;
	enum pb_state state;
	uint8_t received; /* enum pb_type of the last batch */
	struct rd walk;   /* over the messages of the last batch */
	struct wr queue;  /* messages to send, encoded */
	struct wr language;
	uint32_t rounds;       /* batches received since the assessment began */
	struct pb_error fatal; /* the fatal error that was sent or received */
	int err;               /* ST_E... behind it, and its offset; for the log */
	size_t err_at;
};

void pb_session_init(struct pb_session *s, const struct pb_config *cfg);

/* Frees what s has gathered; it is as after pb_session_init. */
void pb_session_reset(struct pb_session *s);

/* Takes one batch, which must live until the walk is done. Returns an event, or a negative
 * ST_E... when we ourselves cannot go on (memory, out full). Octets of out are appended. */
int pb_session_receive(struct pb_session *s, struct span batch, struct wr *out);

/* The next message that concerns this side: 1, or 0 at the end. What is unknown or has no
 * meaning in this batch is left out. */
int pb_session_next(struct pb_session *s, struct pb_msg *m);

/* Queues a copy of m for the next batch that may carry it. ST_EVALUE when this side never
 * sends it or m is a fatal error (pb_session_fail), ST_EEXIST for a second assessment result
 * or access recommendation, ST_ELIMIT when it cannot fit a batch at all. */
int pb_session_put(struct pb_session *s, const struct pb_msg *m);

/* Drops what is queued: it belonged to an assessment that nobody waits for any more. */
void pb_session_drop(struct pb_session *s);

/* Octets still queued, message headers included. */
size_t pb_session_pending(const struct pb_session *s);

/* Most octets of a PA-TNC message that fit. */
size_t pb_session_max_pa(const struct pb_session *s);

/* Appends a batch of queued messages, as many as fit, and steps the state; the rest stays for
 * the next one. Returns the type sent: it is `type`, except that PB_SDATA goes out in place of
 * PB_RESULT while the queue is too long for one batch (ask for PB_RESULT again when the client
 * has answered). ST_ESTATE when this type may not be sent now; ST_ENOENT for PB_RESULT without
 * an assessment result in the queue. PB_CLOSE drops the queue. */
int pb_session_send(struct pb_session *s, enum pb_type type, struct wr *out);

/* Whether pb_session_send would be allowed to send type now. */
bool pb_session_may_send(const struct pb_session *s, enum pb_type type);

/* Ends the session with a CLOSE that holds this fatal error, for instance PB_E_LOCAL. */
int pb_session_fail(struct pb_session *s, const struct pb_error *e, struct wr *out);

/* The transport is gone: state PB_END. */
void pb_session_lost(struct pb_session *s);

/* The client's last language preference, "Accept-Language: de, en"; empty: none, or one of
 * more than PB_LANGUAGE_MAX octets. */
struct span pb_session_language(const struct pb_session *s);

/* "INIT", "SERVER", "CLIENT", "DECIDED", "END" */
const char *pb_state_name(enum pb_state state);

ST_API_END

#endif
