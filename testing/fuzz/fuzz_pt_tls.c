/* SPDX-License-Identifier: BSD-2-Clause */
/* PT-TLS messages, one after another: what we accept, we can also say, and it means the
 * same. */
#include "fuzz.h"
#include "wire/pt_tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct rd r = rd_over(span_of(p, n)), again;
	struct wr w = { 0 }, w2 = { 0 };
	struct pt_msg m;
	struct span name;

	if (pt_msg_decode(&r, &m) == 0) {
		FUZZ_MUST(!rd_left(&r));
		FUZZ_MUST(pt_msg_encode(&w, &m) == 0);
		again = rd_over(wr_span(&w));
		FUZZ_MUST(pt_msg_decode(&again, &m) == 0);
		FUZZ_MUST(pt_msg_encode(&w2, &m) == 0);
		FUZZ_MUST(span_eq(wr_span(&w), wr_span(&w2)));
	} else {
		FUZZ_MUST(r.err_at <= n);
	}
	r = rd_over(span_of(p, n));
	while (pt_mech_next(&r, &name) > 0)
		FUZZ_MUST(name.n && name.n <= PT_MECH_MAX);
	wr_reset(&w);
	wr_reset(&w2);
	return 0;
}
