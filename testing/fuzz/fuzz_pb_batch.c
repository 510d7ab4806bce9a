/* SPDX-License-Identifier: BSD-2-Clause */
/* A PB-TNC batch and its messages: what we accept, we can also say, and it means the same. */
#include "fuzz.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"

static int reencode(struct span s, struct wr *w)
{
	struct rd r = rd_over(s);
	struct pb_batch b;
	struct pb_msg m;
	size_t start;
	int err;

	if ((err = pb_batch_decode(&r, &b)) < 0) {
		FUZZ_MUST(r.err_at <= s.n);
		return err;
	}
	start = pb_batch_begin(w, b.type, b.from_server);
	while (rd_left(&b.body)) {
		size_t before = rd_left(&b.body);

		if ((err = pb_msg_decode(&b.body, &m)) < 0) {
			FUZZ_MUST(b.body.err_at <= s.n);
			return err;
		}
		FUZZ_MUST(rd_left(&b.body) < before);
		FUZZ_MUST(pb_msg_encode(w, &m) == 0);
	}
	return pb_batch_end(w, start);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct wr w = { 0 }, again = { 0 };

	if (reencode(span_of(p, n), &w) == 0) {
		FUZZ_MUST(w.len <= n);
		FUZZ_MUST(reencode(wr_span(&w), &again) == 0);
		FUZZ_MUST(span_eq(wr_span(&w), wr_span(&again)));
	}
	wr_reset(&w);
	wr_reset(&again);
	return 0;
}
