/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "load/endpoint_swima.h"
#include "wire/pa_msg.h"
#include "wire/swid_xml.h"

#define PACKAGES 50
#define VALIDATOR 7

static struct limits limits = LIMITS_DEFAULT;

struct bed {
	struct package_image image;
	struct endpoint_software software;
	struct load_swima swima;
	struct wr out; /* what was said last */
};

static void bed_open(struct bed *b, uint32_t drift)
{
	memset(b, 0, sizeof(*b));
	b->image.seed = 42;
	b->image.drift = drift;
	assert_int_equal(package_image_make(&b->image, PACKAGES), 0);
	endpoint_software_init(&b->software, &b->image, 3, 0x1234);
	b->swima.software = &b->software;
	b->swima.limits = &limits;
}

static void bed_close(struct bed *b)
{
	load_swima_reset(&b->swima);
	endpoint_software_reset(&b->software);
	package_image_reset(&b->image);
	wr_reset(&b->out);
}

/* The validator asks; the first attribute of the answer comes back. */
static struct pa_attr ask(struct bed *b, const struct swima_request *q, const struct span *ids)
{
	struct wr message = { 0 };
	size_t begin;
	struct pa_attr a;
	struct rd r;

	pa_msg_encode(&message, 1);
	begin = pa_attr_begin(&message, 0, PEN_IETF, PA_SWIMA_REQUEST);
	assert_int_equal(swima_request_encode(&message, q, ids), 0);
	pa_attr_end(&message, begin);
	wr_truncate(&b->out, 0);
	assert_int_equal(load_swima_receive(&b->swima, VALIDATOR, wr_span(&message), &b->out),
			 0);
	wr_reset(&message);
	r = rd_over(wr_span(&b->out));
	assert_int_equal(pa_attr_next(&r, &a), 1);
	return a;
}

static unsigned records(const struct pa_attr *a, struct swima_record *last)
{
	struct swima_list l;
	unsigned n = 0;

	assert_int_equal(swima_list_begin(&l, a), 0);
	assert_int_equal(l.head.epoch, 0x1234);
	while (swima_next(&l, last) > 0)
		n++;
	assert_int_equal(l.rd.err, 0);
	assert_int_equal(n, l.head.count);
	return n;
}

static unsigned events(const struct pa_attr *a, struct swima_head *head, uint32_t first)
{
	struct swima_event_list l;
	struct swima_event ev;
	unsigned n = 0;

	assert_int_equal(swima_event_list_begin(&l, a), 0);
	*head = l.head;
	while (swima_event_next(&l, &ev) > 0)
		assert_int_equal(ev.eid, first + n++);
	assert_int_equal(l.rd.err, 0);
	return n;
}

static void test_inventory(void **state)
{
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS, .request_id = 9 };
	struct swima_record rec;
	struct bed b;
	struct pa_attr a;

	(void)state;
	bed_open(&b, 0);
	a = ask(&b, &q, NULL);
	assert_int_equal(a.type, PA_SW_ID_INVENTORY);
	assert_int_equal(records(&a, &rec), PACKAGES);
	assert_int_equal(rec.record.n, 0);
	bed_close(&b);
}

static void test_targeted(void **state)
{
	struct swima_request q = { .request_id = 9, .count = 3 };
	struct span ids[3] = { { 0 },
			       span_str("load.invalid__nothing_1_all"),
			       span_str("foreign") };
	struct arena arena = { 0 };
	struct swid_info info;
	struct swima_record rec;
	struct wr id = { 0 };
	struct pa_attr a;
	struct bed b;

	(void)state;
	bed_open(&b, 0);
	assert_int_equal(package_image_identifier(&b.image, 17, 0, &id), 0);
	ids[0] = wr_span(&id);
	a = ask(&b, &q, ids);
	assert_int_equal(a.type, PA_SW_INVENTORY);
	assert_int_equal(records(&a, &rec), 1);
	assert_true(span_eq(rec.id, ids[0]));
	assert_int_equal(swid_xml_read(rec.record, 65536, &arena, &info), 0);
	assert_true(span_eq(info.id, ids[0])); /* the tag says the same identifier */
	assert_true(span_eq(info.name, b.image.packages[17].name));
	/* once it is upgraded there is no such software any more */
	assert_int_equal(endpoint_software_change(&b.software, 17, false, 0), 2);
	a = ask(&b, &q, ids);
	assert_int_equal(records(&a, &rec), 0);
	arena_reset(&arena);
	wr_reset(&id);
	bed_close(&b);
}

static void test_events(void **state)
{
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS, .earliest_eid = 2 };
	struct swima_head head;
	struct pa_attr a;
	struct bed b;

	(void)state;
	bed_open(&b, 20);
	assert_int_equal(endpoint_software_change(&b.software, 1, false, 0), 2);
	assert_int_equal(endpoint_software_change(&b.software, 1, true, 0), 1);
	assert_int_equal(endpoint_software_change(&b.software, 1, false, 0),
			 1); /* back again */
	a = ask(&b, &q, NULL);
	assert_int_equal(a.type, PA_SW_ID_EVENTS);
	assert_int_equal(events(&a, &head, 2), 3);
	assert_int_equal(head.last_eid, 4);
	assert_int_equal(head.last_consulted_eid, 4);
	/* what is too old is a hole that can be seen */
	for (unsigned i = 0; i < 2 * SOFTWARE_EVENTS; i++)
		endpoint_software_change(&b.software, i % PACKAGES, false, 0);
	assert_null(endpoint_software_event(&b.software, 1));
	a = ask(&b, &q, NULL);
	assert_int_equal(events(&a, &head, b.software.last_eid - SOFTWARE_EVENTS + 1),
			 SOFTWARE_EVENTS);
	bed_close(&b);
}

static void test_subscription(void **state)
{
	struct swima_request q = { .flags = SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS,
				   .request_id = 5,
				   .earliest_eid = 1 };
	struct swima_head head;
	struct pa_attr a;
	struct bed b;
	struct rd r;

	(void)state;
	bed_open(&b, 0);
	a = ask(&b, &q, NULL);
	assert_int_equal(events(&a, &head, 1), 0);
	assert_int_equal(b.swima.n, 1);
	/* nothing is owed */
	wr_truncate(&b.out, 0);
	assert_int_equal(load_swima_fulfil(&b.swima, 0, &b.out), 0);
	assert_int_equal(b.out.len, 0);
	for (int round = 0; round < 2; round++) {
		endpoint_software_change(&b.software, 4, false, 0);
		wr_truncate(&b.out, 0);
		assert_int_equal(load_swima_fulfil(&b.swima, 0, &b.out), 0);
		r = rd_over(wr_span(&b.out));
		assert_int_equal(pa_attr_next(&r, &a), 1);
		/* the first time it got lost: said again with what came after it */
		assert_int_equal(events(&a, &head, 1), 2 + 2 * round);
		assert_int_equal(head.flags, SWIMA_FULFILLMENT);
		assert_int_equal(head.request_id, 5);
		load_swima_settle(&b.swima, round == 1);
	}
	wr_truncate(&b.out, 0);
	assert_int_equal(load_swima_fulfil(&b.swima, 0, &b.out), 0);
	assert_int_equal(b.out.len, 0);
	/* its id is taken, until it is cleared */
	a = ask(&b, &q, NULL);
	assert_int_equal(a.type, PA_ERROR);
	q.flags |= SWIMA_CLEAR;
	a = ask(&b, &q, NULL);
	assert_int_equal(a.type, PA_SW_ID_EVENTS);
	assert_int_equal(b.swima.n, 1);
	bed_close(&b);
}

static void test_drift(void **state)
{
	unsigned differ = 0, again = 0;
	struct bed b;

	(void)state;
	bed_open(&b, 30);
	for (uint32_t number = 0; number < 40; number++)
		for (uint32_t k = 0; k < PACKAGES; k++) {
			uint16_t revision = package_image_revision(&b.image, number, k);

			assert_true(revision < IMAGE_DRIFTED);
			differ += revision != 0;
			again += revision == package_image_revision(&b.image, number, k);
		}
	assert_int_equal(again, 40 * PACKAGES);
	assert_in_range(differ, 40 * PACKAGES / 4, 40 * PACKAGES * 2 / 5);
	bed_close(&b);
}

static void test_dpkg(void **state)
{
	static const char text[] =
		"Package: zz\nStatus: install ok installed\nVersion: 1:2-3\n"
		"Architecture: amd64\n\n"
		"Package: gone\nStatus: deinstall ok config-files\n"
		"Version: 1\nArchitecture: all\n\n"
		"Package: aa\nDescription: x\n Status: no\n"
		"Status: install ok installed\nVersion: 4\n"
		"Architecture: all\n";
	FILE *f = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");
	struct package_image image = { 0 };
	uint32_t k = 9;

	(void)state;
	assert_non_null(f);
	assert_int_equal(package_image_read_dpkg(&image, f, 0), 0);
	fclose(f);
	assert_int_equal(image.n, 2);
	assert_true(span_eq(image.packages[0].name, span_str("aa")));
	assert_true(package_image_find(&image, span_str("load.invalid__zz_1:2-3_amd64"), &k));
	assert_int_equal(k, 1);
	assert_false(package_image_find(&image, span_str("load.invalid__zz_amd64"), &k));
	assert_false(package_image_find(&image, span_str("load.invalid__"), &k));
	package_image_reset(&image);
}

/* Whatever a manager sends is refused or answered, nothing worse. */
static void test_cut_short(void **state)
{
	struct swima_request q = { .flags = SWIMA_SUBSCRIBE, .request_id = 1, .count = 1 };
	struct span id = span_str("load.invalid__package-000001_1_all");
	struct wr message = { 0 };
	struct bed b;
	size_t begin;

	(void)state;
	bed_open(&b, 0);
	pa_msg_encode(&message, 1);
	begin = pa_attr_begin(&message, 0, PEN_IETF, PA_SWIMA_REQUEST);
	swima_request_encode(&message, &q, &id);
	pa_attr_end(&message, begin);
	for (size_t n = 0; n < message.len; n++) {
		int err =
			load_swima_receive(&b.swima, VALIDATOR, span_of(message.p, n), &b.out);

		assert_true(n == PA_MSG_HDR ? err == 0 : err < 0);
	}
	assert_int_equal(b.swima.n, 0);
	wr_reset(&message);
	bed_close(&b);
}

UNIT_GROUP(endpoint_swima)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inventory), cmocka_unit_test(test_targeted),
		cmocka_unit_test(test_events),    cmocka_unit_test(test_subscription),
		cmocka_unit_test(test_drift),     cmocka_unit_test(test_dpkg),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
