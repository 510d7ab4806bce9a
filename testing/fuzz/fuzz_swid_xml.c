/* SPDX-License-Identifier: BSD-2-Clause */
/* SWID tags: the reader eats anything; what the writer makes of arbitrary strings, the reader
 * understands. */
#include "fuzz.h"
#include "base/rd.h"
#include "wire/swid_xml.h"

#define MAX 65536

/* The next field: up to a newline. */
static struct span field(struct rd *r)
{
	const uint8_t *from = r->p;

	while (rd_left(r) && *r->p != '\n')
		rd_u8(r);
	struct span s = span_of(from, (size_t)(r->p - from));

	if (rd_left(r))
		rd_u8(r);
	return s;
}

static void write_and_read(struct span in)
{
	struct rd r = rd_over(in);
	struct swid_tag t = { .name = field(&r),
			      .tag_id = field(&r),
			      .regid = field(&r),
			      .creator = field(&r),
			      .version = field(&r),
			      .supplier = field(&r),
			      .summary = field(&r) };
	struct arena a = { 0 };
	struct swid_info info;
	struct wr w = { 0 };

	if (swid_xml_write(&w, &t) == 0) {
		int err = swid_xml_read(wr_span(&w), MAX, &a, &info);

		FUZZ_MUST(err == 0 || err == ST_ELIMIT);
		FUZZ_MUST(err || (span_eq(info.name, t.name) &&
				  span_eq(info.version, t.version) && info.id.n));
	} else {
		FUZZ_MUST(w.len == 0);
	}
	wr_reset(&w);
	arena_reset(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = { .max = MAX };
	struct swid_info info;

	if (swid_xml_read(span_of(p, n), MAX, &a, &info) == 0)
		FUZZ_MUST(info.id.n > 2);
	arena_reset(&a);
	write_and_read(span_of(p, n));
	return 0;
}
