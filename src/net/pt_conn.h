/* SPDX-License-Identifier: BSD-2-Clause */
/* One PT-TLS connection (RFC 6876): a socket, TLS, the PT-TLS session, and a deadline for each
 * phase. It delivers PB-TNC batches and does not look inside them.
 *
 *   - A connection belongs to one loop thread; all functions and callbacks run there.
 *   - Its end writes exactly one log line, with the reason. */
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

/* The peer, when Data Transport begins. Borrowed during the callback. */
struct pt_conn_info {
	struct span ar_identities; /* AR identity list, IF-IMV 1.4 (peer_id.h) */
	const char *remote;        /* "192.0.2.7", "2001:db8::7" */
	uint16_t remote_port;
	const char *user;      /* name authenticated by SASL, or NULL */
	struct span binding;   /* tls-unique or tls-exporter; may be empty */
	const char *tls;       /* "TLSv1.3" */
	bool resumed;          /* the TLS session was resumed (net/tls.h) */
	uint64_t session;      /* number of the connection in this process */
	const struct log *log; /* "peer=... session=..."; lives as long as the connection */
};

struct pt_conn_ops {
	/* Data Transport begins: batches may be sent. */
	void (*ready)(void *ctx, const struct pt_conn_info *info);
	/* A PB-TNC batch arrived; borrowed during the call. */
	void (*batch)(void *ctx, struct span batch);
	/* SASL PLAIN, server only: checks a password. 0: right; ST_EAUTH: wrong; SASL_LATER:
	 * the result follows with pt_conn_verified; any other error: it could not be checked.
	 * Spans are borrowed during the call. NULL: every password is wrong. */
	int (*verify)(void *ctx, struct span user, struct span password);
	/* The connection is over; err is 0 for an orderly end. The last callback: conn is
	 * invalid when it returns. */
	void (*closed)(void *ctx, int err, const char *reason);
};

/* Borrowed until the connection is closed; of tls a reference is kept. */
struct pt_conn_conf {
	struct tls_ctx *tls; /* its side decides: NEA Server or NEA Client */
	bool tuned;          /* the socket inherited its options from the listener */
	struct tls_memory
		*resume;   /* client: session to resume, and the next one; NULL: none */
	X509 *certificate; /* with its key, instead of those of tls; NULL: those of tls */
	EVP_PKEY *key;
	const struct limits *limits;
	struct budget *
		memory; /* of all connections that share it; one that would exceed it ends with
				  ST_ELIMIT. NULL: none */
	struct address_penalty *penalty; /* server; NULL: no address is penalized */
	uint32_t mechs;    /* SASL_BITs: server: offered; client: used when offered */
	enum pt_auth auth; /* server: which of them must succeed */
	bool sasl_instead; /* server: SASL only for peers without a certificate */
	const char *user, *password; /* client: for PLAIN */
	bool sasl_result_8bit;       /* server: see pt_config */
};

/* Starts a connection on the connected socket fd, and owns fd even on failure. conf->tls
 * decides the roles: TLS server and PT-TLS responder, or TLS client and initiator. Callbacks
 * come later, never inside this call. */
int pt_conn_open(struct net_loop *loop, const struct pt_conn_conf *conf, int fd,
		 const struct pt_conn_ops *ops, void *ctx, struct pt_conn **conn);

/* Queues a copy of a PB-TNC batch. ST_ESTATE: outside of Data Transport. ST_ELIMIT: the peer
 * reads too slowly; the connection ends, and `closed` follows. */
int pt_conn_send(struct pt_conn *conn, struct span batch);

/* The result that `verify` deferred: 0, ST_EAUTH, or another negative error. May call back. */
void pt_conn_verified(struct pt_conn *conn, int err);

/* Ends the connection in order: sends what is queued, then close_notify, within
 * limits.close_s. reason is for the log line (NULL: "done"); err is for `closed`, which
 * follows later. Further calls are ignored. */
void pt_conn_close(struct pt_conn *conn, int err, const char *reason);

/* Ends the connection at once, without sending. `closed` follows later. */
void pt_conn_abort(struct pt_conn *conn, int err, const char *reason);

/* The owner goes away: no callback follows. The connection ends by itself. */
void pt_conn_detach(struct pt_conn *conn);

/* Back-pressure: stops and resumes reading from the peer. */
void pt_conn_pause(struct pt_conn *conn, bool pause);

/* True once the handshake was started: the connection has cost processor time. */
bool pt_conn_served(const struct pt_conn *conn);

/* Octets queued for sending. */
size_t pt_conn_queued(const struct pt_conn *conn);

#endif
