/* SPDX-License-Identifier: BSD-2-Clause */
/* The PB-TNC session with one posture manager (client side), whose messages are exchanged with
 * the modules of an imc_host. Batches are passed as octets; there is no socket and no clock.
 *
 * A peer belongs to one thread. Call every function below on it; every callback but wake comes
 * on it, from inside one of these functions.
 *
 *	open begin ... receive* result ... closed ... close */
#ifndef STANCE_HOST_IMC_PEER_H
#define STANCE_HOST_IMC_PEER_H

#include "host/imc_host.h"
#include "wire/pb_msg.h"

struct imc_peer;

/* What the server decided. Borrowed during the callback. */
struct imc_result {
	enum pb_assessment evaluation;
	enum pb_access access; /* 0: the server recommends nothing */

	/* In the order received; the reasons in the preferred language first. */
	const struct pb_reason *reasons;
	size_t n_reasons;
	const struct pb_remediation *remediations;
	size_t n_remediations;

	bool again; /* a collector wants another assessment, which begins at once */
};

/* Each may call imc_peer_close on its own peer. All but send may be NULL. */
struct imc_peer_ops {
	/* Send this PB-TNC batch to the server; borrowed during the call. */
	void (*send)(void *ctx, struct span batch);

	/* An assessment has ended; the session stays open for the next one. */
	void (*result)(void *ctx, const struct imc_result *r);

	/* A module requested a handshake retry. Comes on ANY thread, also from inside a
	 * function of this peer. Have the peer's thread call imc_peer_wake, for example with
	 * uv_async_send; do not call the host here. */
	void (*wake)(void *ctx);

	/* The PB-TNC session has ended: send the batches that are queued, then close the
	 * transport. err is 0 after a CLOSE without error, else ST_E... (already logged by the
	 * peer); err_msg is for the log and never NULL. */
	void (*closed)(void *ctx, int err, const char *err_msg);
};

/* Opens a peer and notifies the modules of the connection. The session begins with
 * imc_peer_begin or with the server's first batch. */
int imc_peer_open(struct imc_host *host, const struct peer_info *info,
		  const struct imc_peer_ops *ops, void *ctx, struct imc_peer **peer);

/* Begins the session: collects the first messages and sends them as CDATA. ST_ESTATE when the
 * session has begun. */
int imc_peer_begin(struct imc_peer *peer);

/* Handles a PB-TNC batch from the other end. The effects are calls of ops. */
void imc_peer_receive(struct imc_peer *peer, struct span batch);

/* To be called, on the peer's thread, after ops->wake. */
void imc_peer_wake(struct imc_peer *peer);

/* Requests another assessment on this session (CRETRY). Returns 0 also when one is under way
 * or about to begin; ST_ESTATE when the session has ended or has not begun. */
int imc_peer_retry(struct imc_peer *peer);

/* Whether an assessment is under way (between our first batch and the RESULT). */
bool imc_peer_busy(const struct imc_peer *peer);

/* Number of assessments begun so far, at the request of either end. */
uint64_t imc_peer_begun(const struct imc_peer *peer);

/* Ends the session with CLOSE; ops->closed follows from inside. */
void imc_peer_end(struct imc_peer *peer);

/* To be called when the transport has closed: notifies the modules (DELETE) and frees the
 * peer. No callback comes afterwards, wake included. peer may be NULL. */
void imc_peer_close(struct imc_peer *peer);

#endif
