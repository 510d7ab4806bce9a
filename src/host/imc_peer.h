/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection to a posture server as the collectors see it: a PB-TNC session (client side)
 * whose messages go to and come from the modules of an imc_host. Bytes of batches in, bytes of
 * batches out; no socket, no clock.
 *
 * A peer belongs to one thread: every function below is called there, and every callback but
 * `wake` comes there, from inside one of these functions.
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

	/* As they came; the reasons in our preferred language first. */
	const struct pb_reason *reasons;
	size_t n_reasons;
	const struct pb_remediation *remediations;
	size_t n_remediations;

	bool again; /* a collector wants another assessment, which begins at once */
};

/* Any of these may call imc_peer_close on its own peer. NULL where nobody cares (not send). */
struct imc_peer_ops {
	/* Carry this PB-TNC batch to the server; borrowed during the call. */
	void (*send)(void *ctx, struct span batch);

	/* The assessment is done; the session stays open for the next one. */
	void (*result)(void *ctx, const struct imc_result *r);

	/* From ANY thread, also from inside a function of this peer: a module wants a
	 * handshake retry. Move to the peer's thread and call imc_peer_wake. Must not call into
	 * the host itself (uv_async_send is right). */
	void (*wake)(void *ctx);

	/* The PB-TNC session is over: carry what was sent, then close the transport. err is 0
	 * after an orderly CLOSE without error, else ST_E...; why is for the log and never
	 * NULL. The peer has already written its own log line when err is not 0. */
	void (*closed)(void *ctx, int err, const char *err_msg);
};

/* Tells the modules of a new connection. Waits for imc_peer_begin, or for a server that speaks
 * first. */
int imc_peer_open(struct imc_host *host, const struct peer_info *info,
		  const struct imc_peer_ops *ops, void *ctx, struct imc_peer **peer);

/* We opened the transport: collects the first messages and sends CDATA. ST_ESTATE when the
 * session has begun already. */
int imc_peer_begin(struct imc_peer *peer);

/* One PB-TNC batch came. Everything that follows from it happens through ops. */
void imc_peer_receive(struct imc_peer *peer, struct span batch);

/* The answer to ops->wake. */
void imc_peer_wake(struct imc_peer *peer);

/* Asks for another assessment on this session (CRETRY). 0 also when one is under way or about
 * to be. ST_ESTATE when the session has ended or not begun. */
int imc_peer_retry(struct imc_peer *peer);

/* Whether an assessment is under way (between our first batch and the RESULT). */
bool imc_peer_busy(const struct imc_peer *peer);

/* How many assessments have begun so far, whoever began them. */
uint64_t imc_peer_begun(const struct imc_peer *peer);

/* Ends the session with CLOSE; ops->closed follows from inside. */
void imc_peer_end(struct imc_peer *peer);

/* The transport is gone: tells the modules (DELETE) and frees the peer; no callback comes any
 * more, `wake` neither. NULL is fine. */
void imc_peer_close(struct imc_peer *peer);

#endif
