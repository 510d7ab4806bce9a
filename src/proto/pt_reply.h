/* SPDX-License-Identifier: BSD-2-Clause */
/* What the PT-TLS session and its SASL part send. Private to src/proto. */
#ifndef STANCE_PROTO_PT_REPLY_H
#define STANCE_PROTO_PT_REPLY_H

#include "base/api.h"
#include "proto/pt_session.h"

ST_API_BEGIN

/* Appends m under the session's next Message Identifier. 0 or a negative error of out. */
int pt_send(struct pt_session *s, struct pt_msg *m, struct wr *out);

/* Appends an Error with a copy of the message that caused it. 0 or a negative error of out. */
int pt_send_error(struct pt_session *s, uint32_t code, struct span copy, struct wr *out);

/* Ends the session with an Error. PT_CLOSE, or a negative error of out. */
int pt_fail(struct pt_session *s, uint32_t code, int err, struct span copy, struct wr *out);

/* Ends the session without a message. received: the peer sent the Error. Returns PT_CLOSE. */
int pt_end(struct pt_session *s, int err, bool received);

ST_API_END

#endif
