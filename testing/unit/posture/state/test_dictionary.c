/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/dictionary.h"
#include "posture/report.h"
#include "base/err.h"

#include <stdio.h>

#define MANY 3000

static struct dictionary d;
static struct text_pool texts;

static void add(uint32_t id, const char *identifier, const char *name)
{
	struct dictionary_entry *e = dictionary_entry_new(id, span_str(identifier));
	const struct software s = { .name = span_str(name) };
	bool changed = false;

	assert_non_null(e);
	assert_int_equal(description_merge(&e->d, &s, &texts, &changed), 0);
	assert_int_equal(changed, *name != '\0');
	assert_int_equal(dictionary_add(&d, e), 0);
}

static void rename_to(uint32_t id, const char *name)
{
	struct dictionary_entry *e = dictionary_get(&d, id);
	const struct software s = { .name = span_str(name) };
	struct description_of with;
	bool changed = false;

	description_copy(&with, &e->d);
	assert_int_equal(description_merge(&with, &s, &texts, &changed), 0);
	assert_int_equal(dictionary_describe(&d, e, &with, &texts), 0);
}

static size_t matches(const char *glob)
{
	struct id_list out = { 0 };
	size_t n;

	assert_int_equal(dictionary_match(&d, glob, &out), 0);
	for (size_t i = 1; i < out.n; i++)
		assert_true(out.v[i - 1] < out.v[i]);
	n = out.n;
	id_list_free(&out);
	return n;
}

/* Nobody is kept waiting for all of it, however many there are and however they begin. */
static void check_portions(const char *glob)
{
	struct id_list out = { 0 };
	uint32_t from = 0;
	size_t portions = 0;

	do {
		assert_int_equal(dictionary_match_some(&d, glob, &from, &out), 0);
		portions++;
	} while (from);
	assert_int_equal(out.n, MANY);
	assert_true(portions > 1);
	id_list_free(&out);
}

static void test_dictionary(void **state)
{
	struct dictionary_entry *twice;
	struct id_list out = { 0 };
	char id[32], name[32];

	(void)state;
	for (uint32_t i = 1; i <= MANY; i++) {
		(void)snprintf(id, sizeof(id), "id-%u", i);
		(void)snprintf(name, sizeof(name), "name-%u", i % 100);
		add(i, id, name);
	}
	assert_int_equal(dictionary_find(&d, span_str("id-77"))->id, 77);
	assert_null(dictionary_find(&d, span_str("id-0")));
	assert_null(dictionary_get(&d, 0));
	assert_null(dictionary_get(&d, MANY + 1));
	assert_int_equal(matches("id-77"), 1);
	assert_int_equal(matches("id-*"), MANY);
	assert_int_equal(matches("name-7"), MANY / 100);
	assert_int_equal(matches("name-[78]"), 2 * MANY / 100);
	assert_int_equal(matches("name-?"), 10 * MANY / 100);
	assert_int_equal(matches("*"), MANY);
	assert_int_equal(matches("**"), MANY);
	assert_int_equal(matches("*me-7*"), 11 * MANY / 100);
	assert_int_equal(matches("*-77*"), 11 + MANY / 100 - 2) /* 77 and 777 by both */;
	assert_int_equal(matches("?d-77"), 1);
	assert_int_equal(matches("*e-7"), MANY / 100);
	assert_int_equal(matches("nothing"), 0);
	assert_int_equal(matches(""), 0);
	check_portions("id-*");
	check_portions("*");

	/* the old name does not match any more, in whichever part of the table it stands */
	rename_to(7, "other");
	assert_int_equal(matches("name-7"), MANY / 100 - 1);
	assert_int_equal(matches("other"), 1);
	rename_to(7, "name-7");
	assert_int_equal(matches("name-7"), MANY / 100);
	assert_int_equal(matches("other"), 0);

	for (int i = 0; i < 4 * MANY; i++)
		rename_to(7, i % 2 ? "name-7" : "other");
	assert_true(d.names.n < 3 * MANY);
	assert_int_equal(matches("name-7"), MANY / 100);
	assert_int_equal(matches("other"), 0);
	assert_int_equal(matches("name-*"), MANY);

	assert_int_equal(dictionary_match(&d, "*1*2*3*4*5*6*7*8*9", &out), ST_EVALUE);
	twice = dictionary_entry_new(MANY + 1, span_str("id-1"));
	assert_int_equal(dictionary_add(&d, twice), ST_EDB);
	dictionary_entry_free(twice, &texts);
	twice = dictionary_entry_new(1, span_str("fresh"));
	assert_int_equal(dictionary_add(&d, twice), ST_EDB);
	dictionary_entry_free(twice, &texts);
	id_list_free(&out);
	dictionary_free(&d, &texts);
	assert_int_equal(texts.n, 0);
	text_pool_free(&texts);
}

UNIT_GROUP(dictionary)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dictionary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
