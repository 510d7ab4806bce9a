/* SPDX-License-Identifier: BSD-2-Clause */
/* The administrator's socket: a local stream socket inside the manager on which stancectl asks
 * and commands answer (command.h, protocol.h).
 *
 * It has threads of its own, one that accepts and one for each client, because an answer may
 * wait for a slow reader or follow the journal for hours, and neither may hold up an event
 * loop or the process's worker pool. Their number is bounded, they start with small stacks
 * and every signal blocked, and each wait has a deadline.
 *
 * Who may ask is decided by the kernel's word on the peer (SO_PEERCRED, SO_PEERGROUPS): root
 * and the manager's own user may do everything, members of the configured group may read,
 * everybody else is told so and sent away. */
#ifndef STANCE_ADMIN_SERVER_SERVER_H
#define STANCE_ADMIN_SERVER_SERVER_H

#include "admin/server/assess.h"

#include <stdint.h>

struct groups;
struct posture;
struct admin_server;

/* What `stancectl status` says about the daemon itself. */
struct admin_daemon {
	int64_t started; /* wall time, us */
	/* now */
	uint64_t sessions;       /* open */
	uint64_t ready;          /* of these: past TLS and negotiation */
	uint64_t connected;      /* endpoints that have such a session */
	uint64_t assessing;      /* sessions at work on an assessment */
	uint64_t waiting;        /* sessions whose turn for that has not come */
	uint64_t waiting_octets; /* that are kept for them */
	uint64_t slowed;         /* sessions not read from for having had too many */
	uint64_t buffers,
		buffers_max; /* octets of what all sessions buffer, and the ceiling */
	/* since the start */
	uint64_t accepted;    /* connections */
	uint64_t refused;     /* of these: turned away before an assessment could begin */
	uint64_t full;        /* connections that were not accepted: too many sessions */
	uint64_t ended;       /* sessions that ended because their endpoint had newer ones */
	uint64_t assessments; /* finished and stored */
	uint64_t lost;        /* not stored */
};

/* What commands work on. Everything must stay valid until admin_server_close. */
struct admin_env {
	struct posture *posture; /* may be NULL: commands that need it say so */
	/* Fills *d; called on any thread; NULL when there is nothing to tell. */
	void (*daemon)(void *ctx, struct admin_daemon *d);
	/* How endpoints are asked for a fresh assessment (assess.h); NULL: they cannot be. */
	const struct assess_ops *assess;
	void *ctx;             /* of daemon and assess */
	struct groups *groups; /* of endpoints, by name (group.h); NULL: there are none */
	/* Seconds after which what is known about an endpoint's software is stale unless it has
	 * been confirmed; 0: ADMIN_STALE_AFTER. */
	uint32_t stale_after;
};

#define ADMIN_STALE_AFTER 86400

/* Zero means the default. */
struct admin_server_conf {
	const char *path;  /* NULL: admin_socket_path() */
	const char *group; /* name of the group whose members may read; NULL: none */
	uint32_t clients;  /* at once, default 32; one more waits a second and is told "busy";
			   * half of them, rounded up, may follow the journal */
	uint32_t idle_s;   /* default 10: for the request, and for each wait on a reader */
	uint32_t request_size; /* octets, default 65536 */
};

/* Creates the socket (mode 0660, of the group if there is one) and starts answering; borrows
 * nothing of conf, a copy of *env. A socket file that is left over is replaced only when
 * nobody answers on it (else ST_EBUSY). ST_EIO: errno tells; ST_ENOENT: no such group;
 * ST_ELIMIT: the path does not fit into a socket address. */
int admin_server_open(const struct admin_server_conf *conf, const struct admin_env *env,
		      struct admin_server **server);

/* Ends every answer, joins every thread, removes the socket. NULL is fine. */
void admin_server_close(struct admin_server *server);

#endif
