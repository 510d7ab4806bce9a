/* SPDX-License-Identifier: BSD-2-Clause */
/* CoSWID: the reader eats anything; what the writer makes of what it found, it finds again. */
#include "fuzz.h"
#include "wire/coswid.h"

#define MAX 65536

static void again(const struct swid_info *info, struct arena *a)
{
	struct swid_tag t = { .name = info->name,
			      .tag_id = span_str("t"),
			      .version = info->version,
			      .creator = info->name,
			      .regid = info->id,
			      .supplier = info->supplier,
			      .arch = info->arch,
			      .purl = info->purl,
			      .source = info->source,
			      .source_version = info->source_version };
	struct swid_info back;
	struct wr w = { 0 };

	if (coswid_write(&w, &t) == 0) {
		int err = coswid_read(wr_span(&w), w.len, a, &back);

		FUZZ_MUST(err == 0 || err == ST_ELIMIT || err == ST_ENOMEM);
		FUZZ_MUST(err ||
			  (span_eq(back.name, t.name) && span_eq(back.version, t.version) &&
			   span_eq(back.supplier, t.supplier) && span_eq(back.arch, t.arch) &&
			   span_eq(back.purl, t.purl) && span_eq(back.source, t.source) &&
			   span_eq(back.source_version, t.source_version)));
	} else {
		FUZZ_MUST(w.len == 0);
	}
	wr_reset(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = { .max = 4 * MAX };
	struct swid_info info;

	if (coswid_read(span_of(p, n), MAX, &a, &info) == 0) {
		FUZZ_MUST(info.id.n > 2);
		again(&info, &a);
	}
	arena_reset(&a);
	return 0;
}
