/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that sources read: tags of both kinds and descriptions of packages. What is accepted
 * is plain text, can be repeated to others, and lies inside the file where it is borrowed. */
#include "fuzz.h"
#include "imc/sources/npm_package.h"
#include "imc/sources/pip_metadata.h"
#include "imc/sources/source_swid.h"
#include "wire/swima.h"

#define MAX 65536

static void must_be_plain(struct span s, size_t max)
{
	FUZZ_MUST(s.n <= max);
	for (size_t i = 0; i < s.n; i++)
		FUZZ_MUST(s.p[i] >= 0x20 && s.p[i] != 0x7f);
}

static void tag(int kind, struct span in)
{
	struct arena a = { .max = MAX };
	struct swid_info info;

	if (!swid_file_read(kind, in, &a, &info)) {
		FUZZ_MUST(info.id.n > 2);
		must_be_plain(info.id, SWIMA_MAX_STRING);
		must_be_plain(info.name, SWID_XML_MAX_STRING);
		must_be_plain(info.version, SWID_XML_MAX_STRING);
	}
	arena_reset(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span in = span_of(p, n);
	struct arena a = { .max = MAX };
	struct pip_metadata pip;
	struct npm_package npm;

	tag(SWIMA_MODEL_SWID_2015, in);
	tag(SWIMA_MODEL_COSWID, in);
	if (pip_metadata_read(in, &pip)) {
		FUZZ_MUST(pip.name.n && pip.name.p >= p && pip.name.p + pip.name.n <= p + n);
		FUZZ_MUST(pip.version.n && pip.version.p >= p &&
			  pip.version.p + pip.version.n <= p + n);
		must_be_plain(pip.name, PIP_MAX_FIELD);
		must_be_plain(pip.version, PIP_MAX_FIELD);
	}
	if (npm_package_read(in, &a, &npm) == 0) {
		FUZZ_MUST(npm.name.n && npm.version.n);
		must_be_plain(npm.name, NPM_MAX_FIELD);
		must_be_plain(npm.version, NPM_MAX_FIELD);
	}
	arena_reset(&a);
	return 0;
}
