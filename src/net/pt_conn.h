/* SPDX-License-Identifier: BSD-2-Clause */
/* One PT-TLS connection: a socket, TLS, the PT-TLS session, and a deadline for every phase.
 * What comes out is batches (RFC 6876); what is inside them is not looked at.
 *
 * Belongs to one loop thread; every function and callback runs there. A connection that ends
 * writes exactly one log line with the reason. */
#ifndef STANCE_NET_PT_CONN_H
#define STANCE_NET_PT_CONN_H

#include "base/budget.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/net_loop.h"
#include "net/address_penalty.h"
#include "net/tls.h"
#include "proto/pt_session.h"

struct pt_conn;

/* What is known about the other end when Data Transport begins. Borrowed, during the
 * callback only. */
struct pt_conn_info {
	struct span ar_identities; /* AR identity list, IF-IMV 1.4 (peer_id.h) */
	const char *remote;        /* "192.0.2.7", "2001:db8::7" */
	uint16_t remote_port;
	const char *user;      /* who authenticated by SASL, or NULL */
	struct span binding;   /* tls-unique or tls-exporter; may be empty */
	const char *tls;       /* "TLSv1.3" */
	bool resumed;          /* by an earlier session (net/tls.h) */
	uint64_t session;      /* counts the connections of this process */
	const struct log *log; /* "peer=... session=..."; lives as long as the connection */
};

struct pt_conn_ops {
	/* Data Transport begins: batches may be sent. */
	void (*ready)(void *ctx, const struct pt_conn_info *info);
	/* One PB-TNC batch came; borrowed during the call. */
	void (*batch)(void *ctx, struct span batch);
	/* SASL PLAIN, server only: 0 when this is the user's password, ST_EAUTH when not,
	 * SASL_LATER when pt_conn_verified will tell; anything else when it could not be found
	 * out. Borrowed during the call. NULL: nobody's is. */
	int (*verify)(void *ctx, struct span user, struct span password);
	/* It is over, whoever ended it: err is 0 for an orderly end. The last callback; conn
	 * is invalid when it returns. */
	void (*closed)(void *ctx, int err, const char *reason);
};

/* Borrowed as long as a connection uses it, except tls, of which a reference is kept. */
struct pt_conn_conf {
	struct tls_ctx *tls;       /* its side decides whether we are NEA Server or Client */
	bool tuned;                /* the socket has its options from the one that listened */
	struct tls_memory *resume; /* client: offered, and kept for the next; NULL: none */
	X509 *certificate; /* with its key, instead of those of tls; NULL: those of tls */
	EVP_PKEY *key;
	const struct limits *limits;
	struct budget *memory; /* what is buffered, of all connections that share it, or NULL;
				  the one that needs more ends with ST_ELIMIT */
	struct address_penalty *penalty; /* server: of addresses; NULL: none is in doubt */
	uint32_t mechs;    /* SASL_BITs: server: offered; client: used when offered */
	enum pt_auth auth; /* server: which of them must succeed */
	bool sasl_instead; /* server: only peers without a certificate are asked */
	const char *user, *password; /* client: for PLAIN */
	bool sasl_result_8bit;       /* server: as pt_config has it */
};

/* Starts on the connected socket fd, which it takes and closes whatever it returns. As TLS
 * server or client, and PT-TLS responder or initiator, as conf->tls says. On success the
 * callbacks follow; never from inside this call. */
int pt_conn_open(struct net_loop *loop, const struct pt_conn_conf *conf, int fd,
		 const struct pt_conn_ops *ops, void *ctx, struct pt_conn **conn);

/* Queues one PB-TNC batch, copied. ST_ESTATE outside Data Transport; ST_ELIMIT when the
 * peer reads too slowly: the connection is then being closed and says so in `closed`. */
int pt_conn_send(struct pt_conn *conn, struct span batch);

/* The answer that `verify` put off: 0, ST_EAUTH, or another negative error. May call back. */
void pt_conn_verified(struct pt_conn *conn, int err);

/* Orderly end: what is queued is sent, then close_notify, bounded by limits.close_s. reason
 * is for the log line (NULL: "done"); err goes to `closed`. Once is enough; more are ignored.
 * `closed` follows later, never inside this call. */
void pt_conn_close(struct pt_conn *conn, int err, const char *reason);

/* Ends it now: nothing more is sent. `closed` still follows, never inside this call. */
void pt_conn_abort(struct pt_conn *conn, int err, const char *reason);

/* The owner goes away: no callback comes any more. The connection ends by itself. */
void pt_conn_detach(struct pt_conn *conn);

/* Back-pressure: stops and resumes reading from the peer. */
void pt_conn_pause(struct pt_conn *conn, bool pause);

/* It has had its turn for a handshake: it has cost something. */
bool pt_conn_served(const struct pt_conn *conn);

/* Octets that wait to be sent. */
size_t pt_conn_queued(const struct pt_conn *conn);

#endif
