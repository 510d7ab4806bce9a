/* SPDX-License-Identifier: BSD-2-Clause */
/* The PB-TNC session with one endpoint (server side), whose messages are exchanged with the
 * modules of an imv_host. Batches are passed as octets; there is no socket and no clock.
 *
 * A peer belongs to one thread. Call every function below on it; every callback but wake comes
 * on it, from inside one of these functions. Peers of one host may be on different threads.
 *
 *	open ... receive* [result settle settled] ... receive* ... closed ... close */
#ifndef STANCE_HOST_IMV_PEER_H
#define STANCE_HOST_IMV_PEER_H

#include "host/imv_host.h"

struct imv_peer;

/* Each may call imv_peer_close on its own peer. All but send may be NULL. */
struct imv_peer_ops {
	/* Send this PB-TNC batch to the endpoint; borrowed during the call. */
	void (*send)(void *ctx, struct span batch);

	/* The overall result of an assessment is known. Comes before settle. */
	void (*result)(void *ctx, const struct recommendation *r);

	/* The RESULT batch is ready. Call imv_peer_settled, from inside or later, when the
	 * report of the assessment is stored; the RESULT is sent then, so that an acknowledged
	 * report is never lost. NULL: the RESULT is sent at once. */
	void (*settle)(void *ctx);

	/* A module requested a handshake retry or gave a late recommendation. Comes on ANY
	 * thread, also from inside a function of this peer. Have the peer's thread call
	 * imv_peer_wake, for example with uv_async_send; do not call the host here. */
	void (*wake)(void *ctx);

	/* The PB-TNC session has ended: send the batches that are queued, then close the
	 * transport. err is 0 after a CLOSE without error, else ST_E... (already logged by the
	 * peer); err_msg is for the log and never NULL. */
	void (*closed)(void *ctx, int err, const char *err_msg);
};

/* Opens a peer and notifies the modules of the connection. The session begins with the
 * endpoint's first batch or with imv_peer_begin. */
int imv_peer_open(struct imv_host *host, const struct peer_info *info,
		  const struct imv_peer_ops *ops, void *ctx, struct imv_peer **peer);

/* Begins the session with an SDATA batch, for a manager that opened the transport. ST_ESTATE
 * when the session has begun. */
int imv_peer_begin(struct imv_peer *peer);

/* Handles a PB-TNC batch from the other end. The effects are calls of ops. */
void imv_peer_receive(struct imv_peer *peer, struct span batch);

/* The answer to ops->settle. err != 0: the report could not be stored; the session ends with a
 * fatal PB Local Error instead of a RESULT, and the endpoint reports again. Ignored when no
 * RESULT is pending. */
void imv_peer_settled(struct imv_peer *peer, int err);

/* To be called, on the peer's thread, after ops->wake. */
void imv_peer_wake(struct imv_peer *peer);

/* Begins another assessment on this session (SRETRY). Returns 0 also when one is under way or
 * about to begin; ST_ESTATE when the session is half duplex, has ended or has not begun. */
int imv_peer_retry(struct imv_peer *peer);

/* The deadline of the assessment has passed. If the manager is to send the next batch, the
 * result is sent, with no recommendation from modules that have given none; otherwise the
 * session ends with ST_ETIMEOUT. Between assessments it does nothing. */
void imv_peer_deadline(struct imv_peer *peer);

/* Whether an assessment is under way (between its first batch and its RESULT). */
bool imv_peer_busy(const struct imv_peer *peer);

/* Whether an assessment is under way and the endpoint is to send the next batch. */
bool imv_peer_listens(const struct imv_peer *peer);

/* Number of assessments begun so far, at the request of either end. */
uint64_t imv_peer_begun(const struct imv_peer *peer);

/* Ends the session with CLOSE; ops->closed follows from inside. */
void imv_peer_end(struct imv_peer *peer);

/* To be called when the transport has closed: notifies the modules (DELETE) and frees the
 * peer. No callback comes afterwards, wake included. peer may be NULL. */
void imv_peer_close(struct imv_peer *peer);

#endif
