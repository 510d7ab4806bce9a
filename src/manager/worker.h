/* SPDX-License-Identifier: BSD-2-Clause */
/* One loop thread of the manager: its listening sockets and its sessions. */
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
struct tls_cache;
struct heap_trim;

/* Shared by all workers. */
struct manager_shared {
	struct imv_host *host;
	struct posture *posture;
	struct connection_limit *connections;
	struct address_penalty *penalty;   /* of addresses */
	struct assessment_queue *queue;    /* of assessments */
	struct session_registry *registry; /* of sessions */
	struct rate_limit *quota;          /* of each endpoint's assessments */
	struct budget *memory;             /* of what sessions buffer: the process's */
	struct tls_cache *sessions;        /* that may be resumed */
	struct heap_trim *trim;            /* gives memory back to the system */
	const char *language;
	bool lax_retry;
	int64_t started;
	atomic_uint_fast64_t accepted, refused, assessments;
	atomic_uint_fast64_t lost;   /* assessments that could not be stored */
	atomic_uint_fast64_t ended;  /* sessions of endpoints that had newer ones */
	atomic_uint_fast64_t slowed; /* sessions not read from now: too many assessments */
};

struct worker {
	struct manager_shared *manager;
	struct net_loop loop;
	struct loop_queue mailbox;
	uv_thread_t thread;
	struct listener **listeners;
	size_t n_listeners;
	unsigned threads;         /* how many workers there are */
	struct session *sessions; /* newest first */
	size_t alive;             /* sessions whose memory is still there */
	size_t most;              /* of them, since memory was given back */
	size_t trimmed;           /* of them, when holes in it were given back last */
	bool started, stopping;
	struct loop_message stop;
	uv_timer_t grace; /* when stopping: until sessions are cut off */

	/* Of the current configuration; only touched on the worker's thread once it runs. */
	struct limits limits;
	struct pt_conn_conf conn;
	struct password_file *users;
};

/* Makes ready and opens the sockets; port 0 is replaced by the one that was found, so that
 * the next worker listens on the same. On failure e says why and nothing is left behind. */
int worker_open(struct worker *w, struct manager_shared *m, struct manager_conf *c,
		struct tls_ctx *tls, struct password_file *users, struct conf_error *e);
int worker_start(struct worker *w);

/* Main thread: new connections use tls, users and the limits of c from now on. Takes
 * references of its own. ST_ENOMEM. */
int worker_reload(struct worker *w, const struct manager_conf *c, struct tls_ctx *tls,
		  struct password_file *users);

/* Main thread: no new connections; sessions get their CLOSE and the time of limits.close_s. */
void worker_stop(struct worker *w);

/* Waits until it has stopped, and frees what it has. Also for one that was never started. */
void worker_close(struct worker *w);

/* The session's memory is gone: the worker may end. On its thread. */
void worker_session_gone(struct worker *w);

/* The first assessment of one of its sessions came to something. */
void worker_session_settled(struct worker *w);

#endif
