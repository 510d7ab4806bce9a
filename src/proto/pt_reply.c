/* SPDX-License-Identifier: BSD-2-Clause */
#include "proto/pt_reply.h"
#include "wire/pen.h"

int pt_send(struct pt_session *s, struct pt_msg *m, struct wr *out)
{
	m->vendor = PEN_IETF;
	m->id = s->next_id++; /* rolls over, RFC 6876, 3.5 */
	return pt_msg_encode(out, m);
}

int pt_send_error(struct pt_session *s, uint32_t code, struct span copy, struct wr *out)
{
	struct pt_msg m = { .type = PT_ERROR, .error = { .code = code, .copy = copy } };

	return pt_send(s, &m, out);
}

int pt_fail(struct pt_session *s, uint32_t code, int err, struct span copy, struct wr *out)
{
	s->state = PT_CLOSED;
	s->failure = (struct pt_failure){ .err = err, .vendor = PEN_IETF, .code = code };
	err = pt_send_error(s, code, copy, out);
	return err < 0 ? err : PT_CLOSE;
}

int pt_end(struct pt_session *s, int err, bool received)
{
	s->state = PT_CLOSED;
	s->failure = (struct pt_failure){ .err = err, .received = received };
	return PT_CLOSE;
}
