/* SPDX-License-Identifier: BSD-2-Clause */
/* A PT-TLS session (RFC 6876) as a state machine: octets in, octets and events out. It knows
 * no socket and no clock. Any combination of connection role (initiator or responder) and NEA
 * role (client or server) is possible.
 *
 *	pt_session_init(&s, &config);
 *	pt_session_start(&s, &out);                     TLS is up
 *	while ((ev = pt_session_input(&s, &in, &out)) != PT_NEED_MORE)
 *		...
 *	send what out holds
 */
#ifndef STANCE_PROTO_PT_SESSION_H
#define STANCE_PROTO_PT_SESSION_H

#include "base/api.h"
#include "base/limits.h"
#include "base/wr.h"
#include "proto/sasl.h"
#include "wire/pt_tls.h"

ST_API_BEGIN

/* Server: what must have succeeded before Data Transport. */
enum pt_auth {
	PT_AUTH_OPTIONAL, /* nothing: each mechanism is offered until one was proved or all tried */
	PT_AUTH_ONE,      /* one of the mechanisms */
	PT_AUTH_ALL       /* every mechanism */
};

/* Borrowed for the session's life; may be shared by sessions as far as sasl may. */
struct pt_config {
	bool initiator; /* we opened the connection */
	bool server;    /* NEA Server: drives the authentication */
	const struct limits *limits;
	uint32_t mechs;    /* SASL_BITs offered (server) or willing to use (client); 0: none */
	enum pt_auth auth; /* server, with mechs */
	bool sasl_result_8bit; /* server: SASL result code in one octet, as strongSwan */
	struct sasl_config sasl;
};

enum pt_state {
	PT_IDLE,          /* before pt_session_start */
	PT_WAIT_REQUEST,  /* responder */
	PT_WAIT_RESPONSE, /* initiator */
	PT_WAIT_LIST,     /* client: waits for SASL Mechanisms */
	PT_WAIT_CHOICE,   /* server: waits for Mechanism Selection */
	PT_RUN_CLIENT,    /* a mechanism is running */
	PT_RUN_SERVER,
	PT_VERIFY, /* server: the owner looks whether a password is right */
	PT_DATA,
	PT_CLOSED,
	PT_N_STATES
};

enum pt_event {
	PT_NEED_MORE, /* all input is used up */
	PT_READY,     /* Data Transport begins */
	PT_BATCH,     /* s->batch is one PB-TNC batch */
	PT_CLOSE      /* it is over: flush out, close TLS; s->failure is the reason */
};

/* Why a session ended, for the log. */
struct pt_failure {
	int err;               /* ST_E...; 0 while nothing is wrong */
	bool received;         /* the peer sent the Error; otherwise we did */
	uint32_t vendor, code; /* of the Error; PT_E_RESERVED when none was sent */
};

/* What SASL needs, which few sessions use. */
struct pt_login {
	struct sasl run; /* the one under way */
	char user[SASL_PART + 1];
};

struct pt_session {
	const struct pt_config *cfg;
	enum pt_state state;
	uint32_t next_id;  /* Message Identifier of our next message */
	struct wr in;      /* the message that has not arrived completely */
	bool in_done;      /* it has been dealt with; only s->batch may still borrow from it */
	uint32_t skip;     /* octets of an ignored message still to come */
	struct span batch; /* with PT_BATCH; valid until the next call or the input is gone */
	struct pt_failure failure;

	struct pt_login *login; /* NULL: no run has begun */
	unsigned sasl_runs;     /* begun so far */
	unsigned sasl_rounds;   /* messages of this run */
	unsigned sasl_failed;   /* runs that failed */
	uint32_t sasl_tried;  /* SASL_BITs that were run (server) or are of no use (client) */
	uint32_t sasl_proved; /* SASL_BITs that succeeded */
	unsigned unknown;     /* messages ignored so far */
};

/* s takes nothing but the pointer to cfg. pt_session_reset frees what it has gathered; s can
 * then be started anew. */
void pt_session_init(struct pt_session *s, const struct pt_config *cfg);
void pt_session_reset(struct pt_session *s);

/* TLS is up: the initiator's Version Request goes to out. 0 or a negative error of out. */
int pt_session_start(struct pt_session *s, struct wr *out);

/* Takes octets from the front of *in and appends replies to out; call it until PT_NEED_MORE.
 * Returns an event, or a negative ST_E... when we ourselves cannot go on (memory, out full):
 * then the session is over and nothing needs to be said. Memory grows with the octets that
 * have arrived, never with a length that a peer names. */
int pt_session_input(struct pt_session *s, struct span *in, struct wr *out);

/* Server: the answer that sasl.verify put off with SASL_LATER: 0, ST_EAUTH, or another
 * negative error. Returns an event as pt_session_input does; ST_ESTATE when nothing waits for
 * it. What the peer says before it is an error: it has to wait for the result. */
int pt_session_verified(struct pt_session *s, int err, struct wr *out);

/* Appends one batch. ST_ESTATE outside Data Transport. */
int pt_session_send_batch(struct pt_session *s, struct span batch, struct wr *out);

/* Ends the session with an Error of our own accord, for instance because the identity that was
 * proved is not welcome. */
int pt_session_fail(struct pt_session *s, enum pt_error_code code, int err, struct wr *out);

/* Server: the name that SASL has proved, empty when none (s->sasl_proved tells by what). */
struct span pt_session_user(const struct pt_session *s);

const char *pt_state_name(enum pt_state state);

ST_API_END

#endif
