/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/session_state.h"
#include "net/pt_conn.h"

#include <stdlib.h>

void session_ref(struct session *s)
{
	atomic_fetch_add(&s->refs, 1);
}

void session_unref(struct session *s)
{
	if (atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	worker_session_gone(s->worker);
	identity_free(&s->identity);
	free(s);
}

void session_fail(struct session *s, int err, const char *err_msg)
{
	s->state = ASSESSMENT_ENDED;
	if (s->conn)
		pt_conn_close(s->conn, err, err_msg);
}
