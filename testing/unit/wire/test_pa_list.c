/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_ietf.h"
#include "wire/pa_msg.h"

/* The i-th attribute of a vector. */
static struct pa_attr attr_of(struct vectors *set, const char *name, int i)
{
	struct rd r = rd_over(vector_one(set, name));
	struct pa_attr a = { 0 };
	struct pa_msg m;

	assert_int_equal(pa_msg_decode(&r, &m), 0);
	for (; i >= 0; i--)
		assert_int_equal(pa_attr_next(&r, &a), 1);
	return a;
}

static void test_refs(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "pa/validator-says.hex", 0);
	struct pa_ref_list l;
	struct pa_ref ref;

	(void)state;
	assert_int_equal(pa_ref_list_begin(&l, &a), 0);
	assert_int_equal(pa_ref_next(&l, &ref), 1);
	assert_int_equal(ref.vendor, PEN_IETF);
	assert_int_equal(ref.type, PA_PRODUCT_INFO);
	assert_int_equal(pa_ref_next(&l, &ref), 1);
	assert_int_equal(ref.vendor, PEN_ITA);
	assert_int_equal(ref.type, 8);
	assert_int_equal(pa_ref_next(&l, &ref), 0);
	assert_int_equal(pa_ref_next(&l, &ref), 0);
	vectors_free(&set);
}

static void test_ports(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "pa/collector-says.hex", 6);
	struct pa_port_list l;
	struct pa_port p;

	(void)state;
	assert_int_equal(pa_port_list_begin(&l, &a), 0);
	assert_int_equal(pa_port_next(&l, &p), 1);
	assert_true(p.blocked && p.protocol == 6 && p.port == 22);
	assert_int_equal(pa_port_next(&l, &p), 1);
	assert_true(p.blocked && p.protocol == 6 && p.port == 80);
	assert_int_equal(pa_port_next(&l, &p), 1);
	assert_true(!p.blocked && p.protocol == 17 && p.port == 22);
	assert_int_equal(pa_port_next(&l, &p), 0);
	vectors_free(&set);
}

/* All ports of a protocol fit; the same once more does not; nor does more than the ceiling. */
static void test_many_ports(void **state)
{
	struct pa_port p = { .blocked = true, .protocol = 6 };
	struct wr w = { 0 };
	struct pa_port_list l;
	struct pa_attr a = { .type = PA_PORT_FILTER };

	(void)state;
	for (uint32_t i = 0; i < 65536; i++) {
		p.port = (uint16_t)i;
		pa_port_encode(&w, &p);
	}
	a.value = rd_over(wr_span(&w));
	assert_int_equal(pa_port_list_begin(&l, &a), 0);
	pa_port_encode(&w, &p);
	a.value = rd_over(wr_span(&w));
	assert_int_equal(pa_port_list_begin(&l, &a), ST_EVALUE);
	assert_int_equal(l.rd.err_at, 4 * 65536);
	while (w.len <= 4 * PA_PORTS_MAX)
		pa_port_encode(&w, &p);
	a.value = rd_over(wr_span(&w));
	assert_int_equal(pa_port_list_begin(&l, &a), ST_ELIMIT);
	wr_reset(&w);
}

static void test_packages(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "pa/collector-says.hex", 7);
	struct pa_package_list l;
	struct pa_package p;

	(void)state;
	assert_int_equal(pa_package_list_begin(&l, &a), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(pa_package_next(&l, &p), 1);
	assert_true(span_eq(p.name, span_str("bash")));
	assert_true(span_eq(p.version, span_str("5.2.1")));
	assert_int_equal(pa_package_next(&l, &p), 1);
	assert_true(span_eq(p.name, span_str("x")));
	assert_int_equal(p.version.n, 0);
	assert_int_equal(pa_package_next(&l, &p), 0);
	a = attr_of(&set, "pa/collector-says.hex", 8);
	assert_int_equal(pa_package_list_begin(&l, &a), 0);
	assert_int_equal(pa_package_next(&l, &p), 0);
	vectors_free(&set);
}

static void test_packages_encode(void **state)
{
	struct pa_package p = { .name = span_str("a"), .version = span_str("1") };
	struct wr w = { 0 };
	size_t begin = pa_packages_begin(&w);

	(void)state;
	pa_package_encode(&w, &p);
	assert_int_equal(pa_packages_end(&w, begin, 1), 0);
	assert_int_equal(w.len, 8);
	assert_int_equal(w.p[3], 1);
	assert_int_equal(pa_packages_end(&w, begin, 65536), ST_ELIMIT);
	wr_reset(&w);
}

UNIT_GROUP(pa_list)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_many_ports),
		cmocka_unit_test(test_packages),
		cmocka_unit_test(test_packages_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
