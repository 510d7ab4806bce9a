/* SPDX-License-Identifier: BSD-2-Clause */
/* One endpoint's session: the transport (pt_conn), the validators' peer (imv_peer), and the reports
 * for the posture. All functions: on the thread of the session's worker, except where noted. */
#ifndef STANCE_MANAGER_SESSION_H
#define STANCE_MANAGER_SESSION_H

#include "manager/worker.h"

/* Opens a session. Takes fd. `from` counts towards the manager's connection limit until the
 * session is over. */
void session_open(struct worker *w, int fd, const struct sockaddr *from);

/* The manager stops: sends CLOSE and closes the transport in order. */
void session_end(struct session *s);

/* Closes the transport at once. */
void session_abort(struct session *s);

/* The next session in the worker's list, or NULL. */
struct session *session_next(struct session *s);

/* Ends the session because of err. Data that is queued for the peer is still sent. err_msg is
 * for the log. */
void session_fail(struct session *s, int err, const char *err_msg);

/* References that keep the memory of s. A callback that may come after the end of the session
 * holds one. Any thread. */
void session_ref(struct session *s);
void session_unref(struct session *s);

#endif
