/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "kit/kit.h"

static const struct kit_text texts[] = {
	{ "en", "hello" },
	{ "de-CH", "grüezi" },
	{ "fr", "bonjour" },
};

static void prefers(const char *accept, const char *tag)
{
	assert_string_equal(kit_text_pick(texts, 3, accept)->lang, tag);
}

static void test_pick(void **state)
{
	(void)state;
	prefers(NULL, "en");
	prefers("", "en");
	prefers("fr", "fr");
	prefers("FR", "fr");
	prefers("de", "de-CH");
	prefers("de-AT", "de-CH");
	prefers("fr-CA, en;q=0.5", "fr");
	prefers("en;q=0.5, fr;q=0.7", "fr");
	prefers("en;q=0.7,fr;q=0.65", "en");
	prefers("it, es", "en");
	prefers("fr;q=0, de;q=0.001", "de-CH");
	prefers(" , ;q=1,,\t fr ;q=0.2", "fr");
	prefers("*", "en");
	prefers("de-CH-1996;q=1.0", "de-CH");
	assert_null(kit_text_pick(texts, 0, "en"));
}

static void test_hostile(void **state)
{
	char noise[300];

	(void)state;
	for (unsigned seed = 1; seed < 2000; seed++) {
		unsigned x = seed;

		for (size_t i = 0; i < sizeof(noise) - 1; i++) {
			x = x * 1103515245 + 12345;
			noise[i] = ",;q=0.9-en fr*\t"[x >> 16 & 15];
		}
		noise[seed % sizeof(noise)] = '\0';
		noise[sizeof(noise) - 1] = '\0';
		assert_non_null(kit_text_pick(texts, 3, noise));
	}
}

UNIT_GROUP(text)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
