/* SPDX-License-Identifier: BSD-2-Clause */
/* One endpoint as the validators see it: a PB-TNC session (server side) whose messages go to
 * and come from the modules of an imv_host. Bytes of batches in, bytes of batches out; no
 * socket, no clock.
 *
 * A peer belongs to one thread (its loop): every function below is called there, and every
 * callback but `wake` comes there, from inside one of these functions. Peers of one host may
 * live on different threads.
 *
 *	open ... receive* [result settle settled] ... receive* ... closed ... close */
#ifndef STANCE_HOST_IMV_PEER_H
#define STANCE_HOST_IMV_PEER_H

#include "host/imv_host.h"

struct imv_peer;

/* Any of these may call imv_peer_close on its own peer. NULL where nobody cares (not send). */
struct imv_peer_ops {
	/* Carry this PB-TNC batch to the endpoint; borrowed during the call. */
	void (*send)(void *ctx, struct span batch);

	/* The overall result of an assessment is known. Comes before settle. */
	void (*result)(void *ctx, const struct recommendation *r);

	/* The RESULT batch is ready. When everything learnt so far is stored, call
	 * imv_peer_settled (from inside or later): only then it is sent, so that what an
	 * endpoint was answered is never lost. NULL: it is sent at once. */
	void (*settle)(void *ctx);

	/* From ANY thread, also from inside a function of this peer: something waits, a
	 * handshake retry or a late recommendation of a module. Move to the peer's thread and
	 * call imv_peer_wake. Must not call into the host itself (uv_async_send is right). */
	void (*wake)(void *ctx);

	/* The PB-TNC session is over: carry what was sent, then close the transport. err is 0
	 * after an orderly CLOSE without error, else ST_E...; why is for the log and never
	 * NULL. The peer has already written its own log line when err is not 0. */
	void (*closed)(void *ctx, int err, const char *err_msg);
};

/* Tells the modules of a new connection. Waits for the endpoint's first batch, or for
 * imv_peer_begin. */
int imv_peer_open(struct imv_host *host, const struct peer_info *info,
		  const struct imv_peer_ops *ops, void *ctx, struct imv_peer **peer);

/* We opened the transport: the server speaks first (SDATA). ST_ESTATE when it is too late. */
int imv_peer_begin(struct imv_peer *peer);

/* One PB-TNC batch came. Everything that follows from it happens through ops. */
void imv_peer_receive(struct imv_peer *peer, struct span batch);

/* The answer to ops->settle. err != 0: what was learnt could not be stored; the session ends
 * with a fatal PB Local Error instead of a RESULT, so that the endpoint comes back. Ignored
 * when nothing waits for it. */
void imv_peer_settled(struct imv_peer *peer, int err);

/* The answer to ops->wake. */
void imv_peer_wake(struct imv_peer *peer);

/* Assess again on this session (SRETRY). 0 also when an assessment is under way or about to
 * be: it will happen or is happening. ST_ESTATE when the session cannot (half duplex, ended,
 * not begun). */
int imv_peer_retry(struct imv_peer *peer);

/* The assessment takes too long: modules that have not recommended count as having no
 * recommendation and the result goes out if it is our turn; otherwise the session ends with
 * ST_ETIMEOUT. Nothing happens between assessments. */
void imv_peer_deadline(struct imv_peer *peer);

/* Whether an assessment is under way (between its first batch and its RESULT). */
bool imv_peer_busy(const struct imv_peer *peer);

/* Whether an assessment is under way in which the endpoint is the one to say something. */
bool imv_peer_listens(const struct imv_peer *peer);

/* How many assessments have begun so far, whoever began them. */
uint64_t imv_peer_begun(const struct imv_peer *peer);

/* Ends the session with CLOSE; ops->closed follows from inside. */
void imv_peer_end(struct imv_peer *peer);

/* The transport is gone: tells the modules (DELETE) and frees the peer; no callback comes any
 * more, `wake` neither. NULL is fine. */
void imv_peer_close(struct imv_peer *peer);

#endif
