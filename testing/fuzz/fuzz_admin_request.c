/* SPDX-License-Identifier: BSD-2-Clause */
/* A request on the administrator's socket: an accepted request encodes to the same request. */
#include "fuzz.h"
#include "admin/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct admin_request r = { 0 }, again = { 0 };
	struct wr w = { 0 }, w_again = { 0 };
	struct admin_fault f;

	if (request_decode(&r, span_of(p, n), &f) == 0) {
		FUZZ_MUST(r.command && r.view);
		FUZZ_MUST(request_encode(&r, &w) == 0);
		FUZZ_MUST(request_decode(&again, wr_span(&w), &f) == 0);
		FUZZ_MUST(again.view == r.view);
		FUZZ_MUST(request_encode(&again, &w_again) == 0);
		FUZZ_MUST(span_eq(wr_span(&w), wr_span(&w_again)));
	} else {
		FUZZ_MUST(f.text[0]);
	}
	request_reset(&r);
	request_reset(&again);
	wr_reset(&w);
	wr_reset(&w_again);
	return 0;
}
