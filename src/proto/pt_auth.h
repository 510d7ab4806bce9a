/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the PT-TLS session: its SASL part (RFC 6876, 3.8), and what that needs of the rest.
 * Nobody else includes this. */
#ifndef STANCE_PROTO_PT_AUTH_H
#define STANCE_PROTO_PT_AUTH_H

#include "base/api.h"
#include "proto/pt_session.h"

ST_API_BEGIN

/* Server: sends what comes next, a list to choose from or the empty list. An event. */
int pt_auth_offer(struct pt_session *s, struct wr *out);

/* Handlers of messages. m is right in this state; whole is all of its octets, for the copy in
 * an Error. They return an event or a negative error of our own. */
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

/* In pt_session.c. Sends m under our next identifier. */
int pt_send(struct pt_session *s, struct pt_msg *m, struct wr *out);

/* The end, with an Error that we send. PT_CLOSE, or a negative error of out. */
int pt_fail(struct pt_session *s, uint32_t code, int err, struct span copy, struct wr *out);

/* The end, without a word. PT_CLOSE. */
int pt_end(struct pt_session *s, int err, bool received);

ST_API_END

#endif
