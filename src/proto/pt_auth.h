/* SPDX-License-Identifier: BSD-2-Clause */
/* The SASL part of the PT-TLS session (RFC 6876, 3.8). Private to src/proto. */
#ifndef STANCE_PROTO_PT_AUTH_H
#define STANCE_PROTO_PT_AUTH_H

#include "base/api.h"
#include "proto/pt_session.h"

ST_API_BEGIN

/* Server: sends the list of mechanisms, or the empty list when authentication is complete.
 * Returns an event. */
int pt_auth_offer(struct pt_session *s, struct wr *out);

/* Handlers of messages. m is allowed in this state; whole is the entire message, for the copy
 * in an Error. They return an event, or a negative error when the session cannot go on. */
int pt_auth_on_choice(struct pt_session *s, const struct pt_msg *m, struct span whole,
		      struct wr *out);
int pt_auth_on_response(struct pt_session *s, const struct pt_msg *m, struct span whole,
			struct wr *out);
int pt_auth_on_list(struct pt_session *s, const struct pt_msg *m, struct span whole,
		    struct wr *out);
int pt_auth_on_challenge(struct pt_session *s, const struct pt_msg *m, struct span whole,
			 struct wr *out);
int pt_auth_on_result(struct pt_session *s, const struct pt_msg *m, struct span whole,
		      struct wr *out);

/* The result that sasl.verify put off (pt_session_verified). Returns an event. */
int pt_auth_on_verified(struct pt_session *s, int err, struct wr *out);

ST_API_END

#endif
