/* SPDX-License-Identifier: BSD-2-Clause */
/* The administrator's socket: a local stream socket of the manager, on which stancectl sends
 * requests and receives responses (request.h, response.h).
 *
 * Threads: one accepts connections, one more for each client. A response may wait for a slow
 * client or follow the journal for hours, which must not block an event loop or the worker
 * pool. The number of clients is limited, the stacks are small, all signals are blocked, and
 * each wait has a deadline.
 *
 * Access is decided by the kernel's credentials of the peer (SO_PEERCRED, SO_PEERGROUPS):
 *   root, the manager's user       all commands
 *   members of the group           read-only commands
 *   others                         refused with a message */
#ifndef STANCE_ADMIN_SERVER_SERVER_H
#define STANCE_ADMIN_SERVER_SERVER_H

#include "admin/server/assess.h"

#include <stdint.h>

struct groups;
struct posture;
struct admin_server;

/* The daemon's part of `stancectl status`. */
struct admin_daemon {
	int64_t started; /* wall time, us */
	/* now */
	uint64_t sessions;             /* open */
	uint64_t ready;                /* of these: past TLS and negotiation */
	uint64_t connected;            /* endpoints with such a session */
	uint64_t assessing;            /* sessions with a running assessment */
	uint64_t waiting;              /* sessions queued for an assessment */
	uint64_t waiting_octets;       /* memory held for those */
	uint64_t slowed;               /* sessions with paused input: too many assessments */
	uint64_t buffers, buffers_max; /* octets buffered by all sessions, and the limit */
	/* since the start */
	uint64_t accepted;    /* connections */
	uint64_t refused;     /* of these: refused before an assessment */
	uint64_t full;        /* connections not accepted: too many sessions */
	uint64_t ended;       /* sessions that ended because their endpoint had newer ones */
	uint64_t assessments; /* finished and stored */
	uint64_t lost;        /* not stored */
};

/* The environment of the handlers. All of it must stay valid until admin_server_close. */
struct admin_env {
	struct posture *posture; /* NULL: commands that need it fail with a message */
	/* Fills *d; any thread. NULL: not available. */
	void (*daemon)(void *ctx, struct admin_daemon *d);
	/* Requests assessments (assess.h). NULL: not available. */
	const struct assess_ops *assess;
	void *ctx;             /* of daemon and assess */
	struct groups *groups; /* group.h; NULL: none */
	/* An endpoint is stale if its complete_through is older than this (seconds); 0:
	 * ADMIN_STALE_AFTER. */
	uint32_t stale_after;
};

#define ADMIN_STALE_AFTER 86400

/* Zero means the default of a field. */
struct admin_server_conf {
	const char *path;      /* NULL: admin_socket_path() */
	const char *group;     /* name of the group whose members may read; NULL: none */
	uint32_t clients;      /* most at once, default 32; a further client is refused after a
			   * second; half of them, rounded up, may follow the journal */
	uint32_t idle_s;       /* default 10: timeout of the request and of each send */
	uint32_t request_size; /* octets, default 65536 */
};

/* Creates the socket (mode 0660, group conf->group if set) and starts answering. Copies conf
 * and *env. A stale socket is replaced. ST_EBUSY: another server accepts connections there;
 * ST_ENOENT: unknown group; ST_ELIMIT: path too long for a socket address; ST_EIO: see
 * errno. */
int admin_server_open(const struct admin_server_conf *conf, const struct admin_env *env,
		      struct admin_server **server);

/* Ends all responses, joins all threads, removes the socket. NULL is allowed. */
void admin_server_close(struct admin_server *server);

#endif
