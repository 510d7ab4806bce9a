/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes in segments: a peer that says anything, and sometimes we send. What comes out is
 * one attribute; nothing is held beyond the ceiling. */
#include "fuzz.h"
#include "proto/pa_reasm.h"

#define CEILING 4096

static size_t held(const struct pa_reasm *s)
{
	size_t n = 0;

	for (size_t i = 0; s->in.v && i < PA_REASM_FLIGHTS; i++)
		n += s->in.v[i].data.len;
	return n;
}

static void send_some(struct pa_reasm *s, size_t n)
{
	struct wr attr = { 0 }, out = { 0 };
	size_t begin = pa_attr_begin(&attr, 0, PEN_IETF, PA_TESTING);

	while (attr.len < n)
		wr_u8(&attr, 0);
	pa_attr_end(&attr, begin);
	int err = pa_reasm_send(s, wr_span(&attr), &out);

	FUZZ_MUST(err == 0 || (out.len == 0 && (err == ST_ELIMIT || err == ST_EBUSY)));
	wr_reset(&attr);
	wr_reset(&out);
}

static void take(struct pa_reasm *s, const struct pa_attr *a)
{
	static const uint8_t head[PA_ERROR_HEAD] = { 1 };
	struct pa_whole whole = { 0 };
	struct wr out = { 0 };
	int got = pa_reasm_input(s, a, head, &out, &whole);

	FUZZ_MUST(held(s) <= CEILING && out.err == 0);
	if (got == 1) {
		size_t n = pa_attr_value(&whole.attr).n;

		FUZZ_MUST(n + PA_ATTR_HDR <= CEILING && whole.attr.at == 0);
		FUZZ_MUST(!pa_reasm_is_ours(&whole.attr));
	}
	wr_reset(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct limits limits = { .attribute = CEILING, .segment = 512 };
	struct rd r = rd_over(span_of(p, n));
	struct wr out = { 0 };
	struct pa_reasm s;
	struct pa_attr a;

	if (n >= 8 && p[0] == 1) /* the message header of a vector */
		rd_skip(&r, 8);
	pa_reasm_init(&s, &limits);
	pa_reasm_propose(&s, &out);
	while (pa_attr_next(&r, &a) > 0) {
		if (pa_reasm_is_ours(&a))
			take(&s, &a);
		else
			send_some(&s, pa_attr_value(&a).n * 16);
	}
	pa_reasm_free(&s);
	wr_reset(&out);
	return 0;
}
