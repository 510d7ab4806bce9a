/* SPDX-License-Identifier: BSD-2-Clause */
/* One endpoint's session with the manager: the transport (pt_conn), the validators' view of it
 * (imv_peer), and the posture that learns from it. Lives on its worker's thread. */
#ifndef STANCE_MANAGER_SESSION_H
#define STANCE_MANAGER_SESSION_H

#include "manager/worker.h"

/* Takes fd; from is counted in the manager's admission until the session is over. */
void session_open(struct worker *w, int fd, const struct sockaddr *from);

/* The manager stops: CLOSE to the endpoint, then the transport's end. */
void session_end(struct session *s);

/* At once. */
void session_abort(struct session *s);

/* The next in the worker's list. */
struct session *session_next(struct session *s);

/* Decides the session's end: what was said is still carried. */
/* Ends the session because of err; err_msg is for the log. */
void session_over(struct session *s, int err, const char *err_msg);

/* References that keep the memory of s, for callbacks that may come after its end. */
void session_ref(struct session *s);
void session_unref(struct session *s);

#endif
