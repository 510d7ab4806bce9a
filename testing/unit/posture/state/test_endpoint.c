/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/endpoint.h"
#include "posture/report.h"
#include "base/err.h"

#include <stdio.h>

static struct text_pool texts;

static struct endpoint *make(const char *key, const char *name)
{
	struct endpoint *e = endpoint_new(7, span_str(key), span_str(name));

	assert_non_null(e);
	assert_true(span_eq(endpoint_key(e), span_str(key)));
	assert_true(span_eq(endpoint_name(e), span_str(name)));
	assert_string_equal((const char *)endpoint_name(e).p, name);
	return e;
}

static void drop(struct endpoint *e)
{
	endpoint_free(e, &texts);
}

/* The name is kept apart only where the key does not end in it. */
static void test_names(void **state)
{
	struct endpoint *a = make("dns:host.example", "host.example");
	struct endpoint *b = make("dns:host.example", "Another Host");
	struct endpoint *c = make("x", ""), *copy;

	(void)state;
	assert_true(endpoint_octets(b) > endpoint_octets(a));
	copy = endpoint_copy(b);
	assert_non_null(copy);
	assert_true(span_eq(endpoint_name(copy), span_str("Another Host")));
	assert_true(span_eq(endpoint_key(copy), span_str("dns:host.example")));
	drop(a);
	drop(b);
	drop(c);
	drop(copy);
	drop(NULL);
	assert_int_equal(texts.n, 0);
}

static struct span fact(const struct endpoint *e, const char *name)
{
	struct span value;

	return endpoint_has_fact(e, span_str(name), &value) ? value : span_str("(none)");
}

static void set(struct endpoint *e, const char *name, const char *value)
{
	assert_int_equal(endpoint_fact_set(e, &texts, span_str(name), span_str(value)), 0);
}

static void test_facts(void **state)
{
	struct endpoint *e = make("dns:a", "a"), *copy;
	struct fact_view r;

	(void)state;
	set(e, "os.b", "two");
	set(e, "os.a", "one");
	set(e, "os.", "");
	set(e, FACT_INCOMPLETE, "why");
	assert_true(e->incomplete);
	assert_int_equal(endpoint_result_set(e, &texts, span_str("os.a"), span_str(""),
					     VERDICT_COMPLIANT),
			 0);
	assert_int_equal(endpoint_result_set(e, &texts, span_str("os.A"), span_str("bad"),
					     VERDICT_MAJOR),
			 0);
	assert_int_equal(e->n_facts, 4);
	assert_int_equal(e->n_results, 2);
	assert_true(span_eq(fact(e, "os.a"), span_str("one")));
	assert_true(span_eq(fact(e, "os.b"), span_str("two")));
	assert_true(span_eq(fact(e, "os."), span_str("")));
	assert_true(span_eq(fact(e, "os.c"), span_str("(none)")));
	assert_true(endpoint_has_result(e, span_str("os.a"), &r));
	assert_true(r.verdict == VERDICT_COMPLIANT && r.value.n == 0);
	assert_true(endpoint_has_result(e, span_str("os.A"), &r));
	assert_true(r.verdict == VERDICT_MAJOR && span_eq(r.value, span_str("bad")));
	assert_false(endpoint_has_result(e, span_str("os.b"), NULL));
	copy = endpoint_copy(e);
	set(copy, "os.a", "three");
	assert_true(span_eq(fact(e, "os.a"), span_str("one")));
	assert_true(span_eq(fact(copy, "os.a"), span_str("three")));
	endpoint_fact_remove(copy, &texts, 0); /* inventory.incomplete */
	assert_false(copy->incomplete);
	assert_true(e->incomplete);
	endpoint_result_remove(copy, &texts, 0);
	assert_int_equal(copy->n_results, 1);
	assert_true(span_eq(endpoint_result_at(copy, 0).name, span_str("os.a")));
	while (copy->n_facts)
		endpoint_fact_remove(copy, &texts, copy->n_facts - 1);
	endpoint_result_remove(copy, &texts, 0);
	assert_null(copy->told);
	assert_false(endpoint_has_fact(copy, span_str("os.a"), NULL));
	drop(e);
	drop(copy);
	assert_int_equal(texts.n, 0);
}

static int take(struct endpoint *e, const char *const *facts, uint32_t n)
{
	struct text *v[4] = { 0 };
	int err;

	for (uint32_t i = 0; i < n; i++)
		v[i] = endpoint_fact_text(&texts, span_str(facts[i]), span_str("v"));
	err = endpoint_take_told(e, v, n, NULL, 0);
	for (uint32_t i = 0; err && i < n; i++)
		text_drop(&texts, v[i]);
	return err;
}

/* From the repository: in order and each once, or not at all. */
static void test_take(void **state)
{
	static const char *const good[] = { "a", "b" }, *const more[] = { "c" };
	static const char *const twice[] = { "d", "d" }, *const back[] = { "e", "d" };
	struct endpoint *e = make("dns:a", "a");
	struct text *result;

	(void)state;
	assert_int_equal(take(e, NULL, 0), 0);
	assert_int_equal(take(e, good, 2), 0);
	result = endpoint_result_text(&texts, span_str("r"), span_str("why"), VERDICT_MINOR);
	assert_int_equal(endpoint_take_told(e, NULL, 0, &result, 1), 0);
	assert_int_equal(take(e, more, 1), 0);
	assert_int_equal(take(e, good, 2), ST_EDB);
	assert_int_equal(take(e, twice, 2), ST_EDB);
	assert_int_equal(take(e, back, 2), ST_EDB);
	assert_int_equal(e->n_facts, 3);
	assert_int_equal(e->n_results, 1);
	assert_true(span_eq(endpoint_result_at(e, 0).value, span_str("why")));
	drop(e);
	assert_int_equal(texts.n, 0);
	text_pool_free(&texts);
}

UNIT_GROUP(endpoint)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
