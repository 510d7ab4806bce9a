/* SPDX-License-Identifier: BSD-2-Clause */
/* A PA-TNC message: what the check lets pass by the table, we can also say, and it means the
 * same; what it refuses has an answer that points into the message. */
#include "fuzz.h"
#include "pa_again.h"

static void check(struct span msg, bool validator)
{
	struct pa_rules rules = { .validator = validator };
	struct pa_error answer;
	struct wr w = { 0 };

	if (pa_msg_check(msg, &rules, &answer) == 0) {
		FUZZ_MUST(answer.code == PA_E_RESERVED);
	} else {
		FUZZ_MUST(answer.offset <= msg.n);
		FUZZ_MUST(pa_error_attr_encode(&w, &answer) == 0);
	}
	wr_reset(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span msg = span_of(p, n);
	struct wr w = { 0 }, again = { 0 };

	check(msg, true);
	check(msg, false);
	if (pa_again(msg, &w) == 0) {
		FUZZ_MUST(w.len == n);
		FUZZ_MUST(pa_again(wr_span(&w), &again) == 0);
		FUZZ_MUST(span_eq(wr_span(&w), wr_span(&again)));
	}
	wr_reset(&w);
	wr_reset(&again);
	return 0;
}
