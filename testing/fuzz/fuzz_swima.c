/* SPDX-License-Identifier: BSD-2-Clause */
/* The value of one SWIMA attribute, without the headers that a fuzzer would have to guess: the
 * first octet chooses the type. Walking takes no more steps than octets allow. */
#include "fuzz.h"
#include "wire/swima.h"
#include "wire/swima_events.h"

static const struct pa_type *choose(uint8_t c)
{
	return pa_type_find(PEN_IETF, PA_SWIMA_REQUEST + c % 9);
}

static void walk(const struct pa_attr *a)
{
	size_t steps = 0, most = rd_left(&a->value) + 1;
	struct swima_event_list events;
	struct swima_list list;
	struct swima_record rec;
	struct swima_event ev;

	swima_list_begin(&list, a);
	while (swima_next(&list, &rec) > 0)
		FUZZ_MUST(++steps < most);
	steps = 0;
	swima_event_list_begin(&events, a);
	while (swima_event_next(&events, &ev) > 0)
		FUZZ_MUST(++steps < most && ev.time.n == PA_TIME);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct wr w = { 0 }, again = { 0 };

	if (!n)
		return 0;
	const struct pa_type *t = choose(p[0]);
	struct rd r = rd_over(span_of(p + 1, n - 1));
	struct pa_attr a = { .type = t->type, .value = r };

	walk(&a);
	if (t->recode && t->recode(&r, t->type, &w) == 0) {
		FUZZ_MUST(w.len == n - 1);
		r = rd_over(wr_span(&w));
		FUZZ_MUST(t->recode(&r, t->type, &again) == 0);
		FUZZ_MUST(span_eq(wr_span(&w), wr_span(&again)));
	} else {
		FUZZ_MUST(r.err_at <= n);
	}
	wr_reset(&w);
	wr_reset(&again);
	return 0;
}
