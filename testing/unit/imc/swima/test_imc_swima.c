/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector as a TNC client sees it. test_imc_swima_vectors.c tests the response to each
 * vector of RFC 8412, test_imc_swima_refusals.c subscriptions and refusals. */
#define _GNU_SOURCE /* memmem */
#include "unit.h"

#include "imc_swima_lab.h"
#include "pa_recorded.h"

#include "base/conf.h"
#include "tncif/tncifimc.h"
#include "wire/coswid.h"

#include <stdio.h>
#include <sys/utsname.h>

static void test_says_nothing_first(void **state)
{
	struct pa_attr a;

	(void)state;
	start(SMALL, "");
	assert_false(tncc_attr(0, &a));
}

static void test_inventories(void **state)
{
	struct swima_head h;

	(void)state;
	start(SMALL, "");
	send_vector("request-identifiers");
	h = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
	assert_in_range(h.epoch, 1, 0x7fffffff);
	send_vector("request-inventory");
	assert_int_equal(inventory(PA_SW_INVENTORY, 1, SMALL_COUNT).epoch, h.epoch);
}

/* The record is a tag with the fields of dpkg and the identifier of the record. */
static void test_record(void **state)
{
	struct span id = SPAN_LIT("stance.invalid__debian-12-amd64-bash@5.2.15-2%2Bb2");
	struct arena arena = { 0 };
	struct swid_info info;
	struct swima_record rec;
	struct swima_list l;
	struct pa_attr a;

	(void)state;
	start(SMALL, "");
	send_request(TNCC_VALIDATOR, 0, 9, 0, &id, 1);
	a = only_response(PA_SW_INVENTORY);
	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_true(span_eq(rec.id, id));
	assert_int_equal(rec.locator.n, 0);
	assert_int_equal(swid_xml_read(rec.record, 65536, &arena, &info), 0);
	assert_true(span_eq(info.id, id));
	assert_true(span_eq(info.name, span_str("bash")));
	assert_true(span_eq(info.version, span_str("5.2.15-2+b2")));
	assert_true(span_eq(info.arch, span_str("amd64")));
	assert_true(span_eq(info.source, span_str("bash")));
	assert_true(span_eq(info.source_version, span_str("5.2.15-2")));
	assert_true(span_eq(info.supplier, span_str("Matthias Klose <doko@debian.org>")));
	assert_true(span_eq(info.purl, span_str("pkg:deb/debian/bash@5.2.15-2%2Bb2"
						"?arch=amd64&distro=debian-12")));
	assert_int_equal(swima_next(&l, &rec), 0);
	arena_reset(&arena);
}

/* The same in CBOR, and shorter. */
static void test_coswid(void **state)
{
	struct span id = SPAN_LIT("stance.invalid__debian-12-amd64-bash@5.2.15-2%2Bb2");
	struct arena arena = { 0 };
	struct swid_info info;
	struct swima_record rec;
	struct swima_list l;
	struct pa_attr a;

	(void)state;
	start(SMALL, "records = \"coswid\"");
	send_request(TNCC_VALIDATOR, 0, 9, 0, &id, 1);
	a = only_response(PA_SW_INVENTORY);
	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_int_equal(rec.model, SWIMA_MODEL_COSWID);
	assert_true(rec.record.n < 300);
	assert_int_equal(coswid_read(rec.record, 65536, &arena, &info), 0);
	assert_true(span_eq(info.id, id));
	assert_true(span_eq(info.version, span_str("5.2.15-2+b2")));
	assert_true(span_eq(info.purl, span_str("pkg:deb/debian/bash@5.2.15-2%2Bb2"
						"?arch=amd64&distro=debian-12")));
	assert_int_equal(swima_next(&l, &rec), 0);
	arena_reset(&arena);
}

/* Requested software only; duplicates are reported once; unknown names are ignored. */
static void test_targeted(void **state)
{
	struct span ids[] = {
		SPAN_LIT("stance.invalid__debian-12-i386-libc6@2.36-9%2Bdeb12u9"),
		SPAN_LIT("stance.invalid__debian-12-amd64-bash@5.2.15-2%2Bb2"),
		SPAN_LIT("stance.invalid__debian-12-amd64-nano@7.2-1"),
		SPAN_LIT("stance.invalid__debian-12-amd64-bash@5.2.15-2%2Bb2"),
		SPAN_LIT(""),
	};

	(void)state;
	start(SMALL, "");
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 9, 0, ids, 5);
	(void)inventory(PA_SW_ID_INVENTORY, 9, 2);
	send_request(TNCC_VALIDATOR, 0, 10, 0, ids + 2, 1);
	(void)inventory(PA_SW_INVENTORY, 10, 0);
}

/* The vector names bash as other collectors do. */
static void test_targeted_vector(void **state)
{
	struct utsname u;

	(void)state;
	start(SMALL, "identifiers = \"compatible\"\nregid = \"strongswan.org\"");
	send_vector("request-targeted");
	assert_int_equal(uname(&u), 0);
	(void)inventory(PA_SW_INVENTORY, 3, strcmp(u.machine, "x86_64") == 0 ? 1 : 0);
}

static void test_events(void **state)
{
	struct span id = SPAN_LIT("anything");

	(void)state;
	start(SMALL, "");
	send_vector("request-subscribe-events");
	check_no_events(PA_SW_ID_EVENTS, 4);
	send_request(TNCC_VALIDATOR, 0, 20, 1, NULL, 0);
	check_no_events(PA_SW_EVENTS, 20);
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 21, UINT32_MAX, &id, 1);
	check_no_events(PA_SW_ID_EVENTS, 21);
}

static void test_sources(void **state)
{
	struct swima_sources l;
	struct swima_source s;
	struct pa_attr a;

	(void)state;
	start(SMALL, "");
	send_vector("source-request");
	a = only_response(PA_SOURCE_RESPONSE);
	assert_int_equal(swima_sources_begin(&l, &a), 0);
	assert_int_equal(swima_sources_next(&l, &s), 1);
	assert_int_equal(s.number, 1);
	assert_true(span_eq(s.metadata, span_str("dpkg " SMALL "/var/lib/dpkg")));
	assert_int_equal(swima_sources_next(&l, &s), 1);
	assert_int_equal(s.number, 3);
	assert_non_null(memmem(s.metadata.p, s.metadata.n, SMALL "/usr/share/*/swidtag ",
			       sizeof(SMALL "/usr/share/*/swidtag ") - 1));
	assert_int_equal(swima_sources_next(&l, &s), 0);
}

/* Two requests in one message: two responses. */
static void test_two_requests(void **state)
{
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS, .request_id = 1 };
	struct wr w = { 0 };
	struct pa_attr a;
	size_t begin;

	(void)state;
	start(SMALL, "");
	(void)pa_msg_encode(&w, 77);
	for (; q.request_id <= 2; q.request_id++) {
		begin = pa_attr_begin(&w, 0, PEN_IETF, PA_SWIMA_REQUEST);
		(void)swima_request_encode(&w, &q, NULL);
		pa_attr_end(&w, begin);
	}
	tncc_deliver(TNCC_CONNECTION, TNCC_VALIDATOR, wr_span(&w));
	for (size_t i = 0; i < 2; i++) {
		assert_true(tncc_attr(i, &a));
		assert_int_equal(a.type, PA_SW_ID_INVENTORY);
	}
	assert_false(tncc_attr(2, &a));
	wr_reset(&w);
}

/* More requests in one message than max_responses: the others are refused until the next
 * batch. */
static void test_many_requests(void **state)
{
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS, .request_id = 1 };
	struct wr w = { 0 };
	struct pa_attr a;
	size_t begin;

	(void)state;
	start(SMALL, "max_responses = 3");
	(void)pa_msg_encode(&w, 77);
	for (; q.request_id <= 6; q.request_id++) {
		begin = pa_attr_begin(&w, 0, PEN_IETF, PA_SWIMA_REQUEST);
		(void)swima_request_encode(&w, &q, NULL);
		pa_attr_end(&w, begin);
	}
	for (int batch = 0; batch < 2; batch++) {
		tncc_deliver(TNCC_CONNECTION, TNCC_VALIDATOR, wr_span(&w));
		for (size_t i = 0; i < 6; i++) {
			assert_true(tncc_attr(i, &a));
			assert_int_equal(a.type, i < 3 ? PA_SW_ID_INVENTORY : PA_ERROR);
		}
	}
	wr_reset(&w);
}

/* The same numbers and epoch after a restart; an event when something changed. */
static void test_restart(void **state)
{
	struct swima_head before, after;
	char root[160], cmd[500];

	(void)state;
	snprintf(root, sizeof(root), "%s/root", dir);
	snprintf(cmd, sizeof(cmd), "cp -r '%s' '%s' && chmod -R u+w '%s'", SMALL, root, root);
	assert_int_equal(system(cmd), 0);
	start(root, "");
	send_vector("request-identifiers");
	before = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
	stop();
	start(root, "");
	send_vector("request-identifiers");
	after = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
	assert_int_equal(before.epoch, after.epoch);
	snprintf(cmd, sizeof(cmd),
		 "cd '%s/var/lib/dpkg' && sed 's/^Status: install ok unpacked/"
		 "Status: purge ok not-installed/' status >s && mv s status",
		 root);
	assert_int_equal(system(cmd), 0);
	send_vector("request-identifiers");
	after = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT - 1);
	assert_int_equal(before.epoch, after.epoch);
	assert_int_equal(after.last_eid, 1);
}

/* The sample file has the same effect as no file. */
static void test_sample_settings(void **state)
{
	(void)state;
	conf_dir_set(TESTING_DIR "/../imc/swima");
	assert_int_equal(tncc_start(), TNC_RESULT_SUCCESS);
	tncc_stop();
	conf_dir_set(dir);
	clean();
}

static void test_bad_settings(void **state)
{
	static const char *const bad[] = {
		"identifiers = \"other\"",
		"regid = \"a__b\"",
		"regid = \"\"",
		"sources = {\"nosuch\"}",
		"root = \"here\"",
		"max_response = 1",
		"no_such_key = 1",
		"records = \"json\"",
		"swid_directories = {\"here\"}",
	};
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/imc-swima.conf", dir);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fprintf(f, "%s\n", bad[i]);
		assert_int_equal(fclose(f), 0);
		assert_int_not_equal(tncc_start(), TNC_RESULT_SUCCESS);
		tncc_stop();
	}
	clean();
}

/* Recorded requests of another implementation's validator. Each has its response. */
static void replay(void *ctx, size_t batch, struct span msg)
{
	size_t *requests = ctx, asked = 0;
	struct rd r = rd_over(msg);
	struct pa_msg m;
	struct pa_attr a;

	(void)batch;
	assert_int_equal(pa_msg_decode(&r, &m), 0);
	while (pa_attr_next(&r, &a) > 0)
		asked += pa_attr_is(&a, PEN_IETF, PA_SWIMA_REQUEST);
	tncc_deliver(TNCC_CONNECTION, TNCC_VALIDATOR, msg);
	for (size_t i = 0; i < asked; i++) {
		assert_true(tncc_attr(i, &a));
		assert_true(a.type == PA_SW_ID_INVENTORY || a.type == PA_SW_INVENTORY);
	}
	assert_false(tncc_attr(asked, &a));
	*requests += asked;
}

static void test_recorded(void **state)
{
	static const char *const names[] = { "swima-id-inventory", "swima-full-seg",
					     "swima-targeted" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t requests = 0;

		start(SMALL, "");
		assert_true(pa_recorded(names[i], 'S', PA_SUBTYPE_SWIMA, replay, &requests));
		assert_true(requests > 0);
		if (i < 2)
			stop();
	}
}

UNIT_GROUP(imc_swima)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_says_nothing_first, teardown),
		cmocka_unit_test_teardown(test_inventories, teardown),
		cmocka_unit_test_teardown(test_record, teardown),
		cmocka_unit_test_teardown(test_coswid, teardown),
		cmocka_unit_test_teardown(test_targeted, teardown),
		cmocka_unit_test_teardown(test_targeted_vector, teardown),
		cmocka_unit_test_teardown(test_events, teardown),
		cmocka_unit_test_teardown(test_sources, teardown),
		cmocka_unit_test_teardown(test_two_requests, teardown),
		cmocka_unit_test_teardown(test_many_requests, teardown),
		cmocka_unit_test_teardown(test_restart, teardown),
		cmocka_unit_test(test_sample_settings),
		cmocka_unit_test(test_bad_settings),
		cmocka_unit_test_teardown(test_recorded, teardown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
