/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of dpkg's database: what is read lies inside it, and can be repeated to others. */
#include "fuzz.h"
#include "imc/sources/dpkg_db.h"

static void must_lie_inside(struct span text, struct span s)
{
	FUZZ_MUST(!s.n || (s.p >= text.p && s.p + s.n <= text.p + text.n));
	FUZZ_MUST(s.n <= DPKG_MAX_FIELD);
	for (size_t i = 0; i < s.n; i++)
		FUZZ_MUST(s.p[i] >= 0x20 && s.p[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dpkg_cursor c = { .text = { p, n } };
	struct dpkg_stanza s;
	size_t before = 0;

	while (dpkg_next(&c, &s) > 0) {
		FUZZ_MUST(c.at > before && c.at <= n);
		before = c.at;
		FUZZ_MUST(s.package.n > 0);
		must_lie_inside(c.text, s.package);
		must_lie_inside(c.text, s.version);
		must_lie_inside(c.text, s.arch);
		must_lie_inside(c.text, s.source);
		must_lie_inside(c.text, s.source_version);
		must_lie_inside(c.text, s.maintainer);
	}
	FUZZ_MUST(c.at == n);
	FUZZ_MUST(c.skipped <= n);
	return 0;
}
