/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/hash.h"
#include "base/table.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Key 00 01 ... 0f over 00 01 ...; as `openssl mac` with c-rounds:1 d-rounds:3 says. */
static void test_vectors(void **state)
{
	static const uint64_t key[2] = { UINT64_C(0x0706050403020100),
					 UINT64_C(0x0f0e0d0c0b0a0908) };
	static const struct {
		size_t n;
		uint64_t hash;
	} vectors[] = {
		{ 0, UINT64_C(0xabac0158050fc4dc) },  { 1, UINT64_C(0xc9f49bf37d57ca93) },
		{ 7, UINT64_C(0xd3927d989bb11140) },  { 8, UINT64_C(0x369095118d299a8e) },
		{ 15, UINT64_C(0xd320d86d2a519956) }, { 63, UINT64_C(0x9d199062b7bbb3a8) },
	};
	uint8_t in[64];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		assert_true(hash_octets_keyed(key, in, vectors[i].n) == vectors[i].hash);
}

static void test_key_matters(void **state)
{
	static const uint64_t a[2] = { 1, 2 }, b[2] = { 1, 3 };

	(void)state;
	assert_true(hash_octets_keyed(a, "stance", 6) != hash_octets_keyed(b, "stance", 6));
	assert_true(hash_octets("stance", 6) == hash_octets("stance", 6));
	assert_true(hash_octets(NULL, 0) == hash_octets("", 0));
}

struct item {
	UT_hash_handle hh;
	char key[24];
};

/* What the process hashes by is not what anybody can compute beforehand. */
static uint64_t hash_in_child(void)
{
	char self[PATH_MAX] = "", command[PATH_MAX + 32];
	unsigned long long h = 0;
	FILE *f;

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	(void)snprintf(command, sizeof(command), "exec '%s' hash_in_process", self);
	assert_non_null(f = popen(command, "r"));
	assert_int_equal(fscanf(f, "%llx", &h), 1);
	pclose(f);
	return h;
}

static void test_each_process_its_own(void **state)
{
	(void)state;
	assert_true(hash_in_child() != hash_in_child());
}

/* Names whose FNV-1a, which uthash has used here, is one and the same in its low 12 bits. */
static void test_flood(void **state)
{
	struct item *table = NULL, *it, *next;
	unsigned n = 0, longest = 0;

	(void)state;
	for (unsigned i = 0; n < 4000; i++) {
		unsigned h = 2166136261u;

		it = calloc(1, sizeof(*it));
		assert_non_null(it);
		(void)snprintf(it->key, sizeof(it->key), "pkg-%u", i);
		for (const char *s = it->key; *s; s++)
			h = (h ^ (uint8_t)*s) * 16777619u;
		if (h & 0xfff) {
			free(it);
			continue;
		}
		HASH_ADD_STR(table, key, it);
		n++;
	}
	for (unsigned i = 0; i < table->hh.tbl->num_buckets; i++)
		if (table->hh.tbl->buckets[i].count > longest)
			longest = table->hh.tbl->buckets[i].count;
	assert_true(longest < 40);
	HASH_ITER(hh, table, it, next)
	{
		HASH_DEL(table, it);
		free(it);
	}
}

UNIT_GROUP(hash)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_key_matters),
		cmocka_unit_test(test_each_process_its_own),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a process of its own hashes a text to. */
UNIT_GROUP(hash_in_process)
{
	(void)printf("%llx\n", (unsigned long long)hash_octets("stance", 6));
	return 0;
}
