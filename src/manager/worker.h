/* SPDX-License-Identifier: BSD-2-Clause */
/* One event loop of the manager with its thread, its listening sockets and its sessions.
 * Functions without a note run on the worker's thread. */
#ifndef STANCE_MANAGER_WORKER_H
#define STANCE_MANAGER_WORKER_H

#include "daemon/loop_queue.h"
#include "manager/password_file.h"
#include "manager/manager_conf.h"
#include "base/budget.h"
#include "host/imv_host.h"
#include "net/connection_limit.h"
#include "net/listener.h"
#include "net/pt_conn.h"

#include <stdatomic.h>

struct assessment_queue;
struct rate_limit;
struct session_registry;
struct session;
struct worker;
struct tls_cache;
struct heap_trim;

/* What a worker does with its sessions. On the worker's thread. */
struct worker_session_ops {
	/* Opens a session and adds it to w->sessions. Takes fd. `from` counts towards the
	 * connection limit until the session is over. */
	void (*open)(struct worker *w, int fd, const struct sockaddr *from);
	/* The manager stops: sends CLOSE on all sessions and closes their transports in
	 * order. */
	void (*end_all)(struct worker *w);
	/* Closes the transports of all sessions at once. */
	void (*abort_all)(struct worker *w);
};

/* Shared by all workers. */
struct manager_shared {
	const struct worker_session_ops *session_ops;
	struct imv_host *host;
	struct posture *posture;
	struct connection_limit *connections;
	struct address_penalty *penalty;
	struct assessment_queue *queue;
	struct session_registry *registry;
	struct rate_limit *rate_limit; /* of each endpoint's assessments */
	struct budget *memory;         /* buffers of all sessions */
	struct tls_cache *sessions;    /* TLS sessions that can be resumed */
	struct heap_trim *heap_trim;
	const char *language;
	bool lax_retry;
	int64_t started;
	atomic_uint_fast64_t accepted, refused, assessments;
	atomic_uint_fast64_t lost;   /* results that could not be stored */
	atomic_uint_fast64_t ended;  /* sessions replaced by newer ones of their endpoint */
	atomic_uint_fast64_t slowed; /* sessions that the rate limit pauses now */
};

struct worker {
	struct manager_shared *manager;
	struct net_loop loop;
	struct loop_queue loop_queue;
	uv_thread_t thread;
	struct listener **listeners;
	size_t n_listeners;
	unsigned threads;         /* number of workers */
	struct session *sessions; /* newest first */
	size_t n_sessions;        /* sessions whose memory is not freed yet */
	size_t sessions_max; /* maximum of n_sessions since the last trim by worker_trim_heap */
	size_t sessions_at_trim; /* n_sessions at the last trim of any kind */
	bool started, stopping;
	struct loop_message stop_message;
	uv_timer_t grace; /* when stopping: until sessions are aborted */

	/* The current configuration. Owned by the worker's thread once that runs. */
	struct limits limits;
	struct pt_conn_conf conn;
	struct password_file *users;
};

/* Main thread: prepares the worker and opens its listening sockets. A port 0 in c is replaced
 * by the chosen port, so that the next worker listens on the same. Takes references to tls and
 * users. 0, or ST_E... with everything closed again; e is filled unless memory ran out. */
int worker_open(struct worker *w, struct manager_shared *m, struct manager_conf *c,
		struct tls_ctx *tls, struct password_file *users, struct conf_error *e);
/* Main thread: starts the worker's thread. ST_EIO. */
int worker_start(struct worker *w);

/* Main thread: new connections use tls, users and c from now on; the limits of c apply to all
 * sessions. Takes references to tls and users. ST_ENOMEM. */
int worker_reload(struct worker *w, const struct manager_conf *c, struct tls_ctx *tls,
		  struct password_file *users);

/* Main thread: closes the listening sockets and begins an orderly close of all sessions.
 * Sessions that are open after limits.close_s are aborted. */
void worker_stop(struct worker *w);

/* Main thread: waits until the worker has stopped and frees it. Also for one that never
 * started. */
void worker_close(struct worker *w);

/* A session was freed. */
void worker_session_gone(struct worker *w);

/* The first assessment of a session was stored. */
void worker_session_assessed(struct worker *w);

#endif
