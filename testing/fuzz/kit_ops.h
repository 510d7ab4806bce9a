/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fuzzer makes a peer and a host do with a module: inputs that begin with an octet over
 * 127 are a list of steps, all others one message in an assessment of its own. */
#ifndef STANCE_TESTING_FUZZ_KIT_OPS_H
#define STANCE_TESTING_FUZZ_KIT_OPS_H

#include "base/rd.h"

enum kit_op { KIT_OP_MESSAGE, KIT_OP_ENDING, KIT_OP_BEGIN, KIT_OP_END, KIT_OP_NEW, KIT_N_OPS };

#define KIT_OPS_MAX 64

/* A step: the operation, and of a message where it is from and its octets. */
struct kit_step {
	enum kit_op op;
	uint8_t pick; /* source, subtype, ...: up to the target */
	struct span msg;
};

static inline struct span kit_step_message(struct rd *r)
{
	size_t n = rd_u16(r);

	return rd_bytes(r, n < rd_left(r) ? n : rd_left(r));
}

/* The next step of a list, false at its end. */
static inline bool kit_step_next(struct rd *r, struct kit_step *s)
{
	uint8_t op = rd_u8(r);

	*s = (struct kit_step){ .op = (enum kit_op)(op % KIT_N_OPS), .pick = rd_u8(r) };
	if (s->op == KIT_OP_MESSAGE)
		s->msg = kit_step_message(r);
	return !r->err;
}

#endif
