/* SPDX-License-Identifier: BSD-2-Clause */
/* What imc_peer and imv_peer have in common: a connection identifier that modules know, a
 * PB-TNC session, and the rule who may speak when.
 *
 * Module functions may be called by any thread at any moment, so what they touch is under
 * peer->lock, which is never held while a module or a callback other than `wake` runs. All
 * else belongs to the peer's thread. */
#ifndef STANCE_HOST_PEER_H
#define STANCE_HOST_PEER_H

#include "base/arena.h"
#include "host/module_host.h"
#include "host/module.h"
#include "host/peer_info.h"
#include "host/verdict.h"
#include "proto/pb_session.h"

#define HASH_NONFATAL_OOM 1
#include "base/table.h"

/* Assessments in a row that modules may ask for out of the one before. */
#define PEER_RETRIES_MAX 8

/* The part of the callbacks that both sides have. */
struct peer_ops {
	void (*send)(void *ctx, struct span batch);
	void (*wake)(void *ctx);
	void (*closed)(void *ctx, int err, const char *err_msg);
};

struct peer {
	UT_hash_handle hh; /* in host->peers */
	struct module_host *host;
	TNC_ConnectionID id;
	const struct log *log;
	const struct limits *limits;

	/* fixed once open */
	struct arena keep;
	struct span ar_identities, tls_unique;
	const char *transport, *transport_version;
	TNC_UInt32 max_message;
	struct pb_config cfg;
	struct peer_ops ops;
	void *ctx;

	/* the peer's thread only */
	struct pb_session pb;
	struct wr out;
	bool ended;   /* ops.closed was called */
	bool closing; /* freed when the outermost function returns */
	bool flooded; /* a module sends more than fits: said once */

	pthread_mutex_t lock;  /* over everything below */
	unsigned depth;        /* functions of this peer on the stack of its thread */
	struct module *sender; /* may send now ... */
	pthread_t thread;      /* ... on this thread */
	bool active;           /* an assessment is under way */
	bool can_retry;        /* the session can have another assessment, now or later */
	bool retry_wanted;
	bool waiting;             /* validators: for late recommendations */
	unsigned retries;         /* asked for out of the assessment before */
	struct wr language;       /* the value of Accept-Language */
	struct verdicts verdicts; /* validators */
};

/* Prepares p (zeroed) and makes it known to the host's modules. On failure nothing is left. */
int peer_init(struct peer *p, struct module_host *host, const struct peer_info *info,
	      const struct peer_ops *ops, void *ctx);
void peer_reset(struct peer *p);

/* Every function of the owner is between these two. peer_leave: true when a callback asked to
 * close the peer and this was the outermost function: free it now. */
void peer_enter(struct peer *p);
bool peer_leave(struct peer *p);

/* The owner wants no callback any more. True when functions of p are on the stack, the
 * outermost of which frees it; false: free it now. */
bool peer_abandon(struct peer *p);

/* An assessment begins: clears what is left of the one before and tells the modules. */
void peer_start(struct peer *p);
/* It has ended with this state. */
void peer_stop(struct peer *p, TNC_ConnectionState state);

void peer_tell(struct peer *p, TNC_ConnectionState state);

/* The calls in which modules may send; `may_send` false: they are told ILLEGAL_OPERATION. */
void peer_begin_handshake(struct peer *p);
void peer_deliver(struct peer *p, const struct pb_pa *pa, bool may_send);
void peer_batch_ending(struct peer *p, bool may_send);
TNC_Result peer_solicit(struct peer *p, struct module *m);

void peer_set_language(struct peer *p, struct span value);

/* Takes the wish for a retry: true once for any number of wishes. */
bool peer_take_retry(struct peer *p);

/* An assessment has ended. A wish for another stays, and the owner is told of it by `wake`, in
 * whose hands it is when. True: there is no `wake`, and the wish is taken. */
bool peer_pass_retry(struct peer *p);

/* The owner asks for an assessment: modules may ask for some again. */
void peer_forget_retries(struct peer *p);

/* Sends a batch; the type that went out, or ST_E... after the session has been ended with a
 * local error. */
int peer_send(struct peer *p, enum pb_type type);

/* Hands a batch to the session. True when it was accepted and its messages can be walked;
 * everything else has been dealt with (*ignored: a retry that crossed ours). */
bool peer_input(struct peer *p, struct span batch, bool *ignored);

/* Ends the session: with a fatal Local Error because of err, or with a plain CLOSE. */
void peer_fail(struct peer *p, int err, const char *err_msg);
void peer_end(struct peer *p);

/* An error that the other end reported. */
void peer_log_error(struct peer *p, const struct pb_error *e);

/* --- for module functions: p->lock is held ------------------------------------------------ */

TNC_Result peer_put(struct peer *p, struct module *m, const struct pb_pa *pa);
TNC_Result peer_want_retry(struct peer *p, struct module *m, TNC_RetryReason reason);
TNC_Result peer_recommend(struct peer *p, struct module *m, const struct recommendation *r);
TNC_Result peer_set_reason(struct peer *p, struct module *m, TNC_AttributeID a, struct span v);

#endif
