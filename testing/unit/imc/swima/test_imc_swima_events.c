/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of the software as a TNC client sees them: requests for events, and
 * subscriptions. */
#define _GNU_SOURCE /* memmem */
#include "unit.h"

#include "imc_swima_lab.h"

#include "base/clock.h"
#include "tncif/tncifimc.h"
#include "wire/swid_xml.h"
#include "wire/swima_events.h"

#include <stdio.h>
#include <unistd.h>

#define QUICK "settle_ms = 10\n"

/* The i-th attribute sent, its receiver, and its list of events. */
static struct swima_event_list sent_events(size_t i, uint32_t type)
{
	struct swima_event_list l;
	struct pa_attr a;

	assert_true(tncc_attr(i, &a));
	assert_int_equal(a.type, type);
	assert_int_equal(swima_event_list_begin(&l, &a), 0);
	return l;
}

static size_t sent_count(void)
{
	struct pa_attr a;
	size_t n = 0;

	while (tncc_attr(n, &a))
		n++;
	return n;
}

static void next_is(struct swima_event_list *l, uint32_t eid, uint8_t action, struct span id)
{
	struct swima_event ev;

	assert_int_equal(swima_event_next(l, &ev), 1);
	assert_int_equal(ev.eid, eid);
	assert_int_equal(ev.action, action);
	assert_true(span_eq(ev.rec.id, id));
	assert_true(ev.rec.record_id > 0);
	assert_int_equal(ev.rec.source, 1);
}

static void end_is(struct swima_event_list *l, uint32_t consulted, uint32_t last)
{
	struct swima_event ev;

	assert_int_equal(swima_event_next(l, &ev), 0);
	assert_int_equal(l->head.last_consulted_eid, consulted);
	assert_int_equal(l->head.last_eid, last);
}

static void request_events(uint32_t flags, uint32_t id, uint32_t from)
{
	send_request(TNCC_VALIDATOR, (uint8_t)flags, id, from, NULL, 0);
}

/* An upgrade and a new package, requested from every EID. */
static void test_history(void **state)
{
	struct swima_event_list l;

	(void)state;
	INSTALL("a", "1", "b", "1");
	start(own_root, QUICK);
	request_events(SWIMA_IDENTIFIERS, 1, 0);
	INSTALL("a", "2", "b", "1", "c", "1");
	request_events(SWIMA_IDENTIFIERS, 2, 1);
	(void)only_response(PA_SW_ID_EVENTS);
	l = sent_events(0, PA_SW_ID_EVENTS);
	assert_int_equal(l.head.flags, 0);
	assert_int_equal(l.head.request_id, 2);
	next_is(&l, 1, SWIMA_DELETION, package_id("a", "1"));
	next_is(&l, 2, SWIMA_CREATION, package_id("a", "2"));
	next_is(&l, 3, SWIMA_CREATION, package_id("c", "1"));
	end_is(&l, 3, 3);
	request_events(SWIMA_IDENTIFIERS, 3, 3);
	l = sent_events(0, PA_SW_ID_EVENTS);
	next_is(&l, 3, SWIMA_CREATION, package_id("c", "1"));
	end_is(&l, 3, 3);
	request_events(SWIMA_IDENTIFIERS, 4, 4);
	l = sent_events(0, PA_SW_ID_EVENTS);
	end_is(&l, 3, 3);
	request_events(SWIMA_IDENTIFIERS, 5, UINT32_MAX);
	l = sent_events(0, PA_SW_ID_EVENTS);
	end_is(&l, 3, 3);
}

static void check_tag(struct span record, const char *version)
{
	struct arena arena = { 0 };
	struct swid_info info;

	assert_int_equal(swid_xml_read(record, 65536, &arena, &info), 0);
	assert_true(span_eq(info.name, span_str("a")));
	assert_true(span_eq(info.version, span_str(version)));
	arena_reset(&arena);
}

/* With records: a removed package has the kept copy, also in its creation event. */
static void test_records(void **state)
{
	static const char *const versions[] = { "1", "2", "2", "3" };
	struct swima_event_list l;
	struct swima_event ev;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	request_events(SWIMA_IDENTIFIERS, 1, 0);
	INSTALL("a", "2");
	request_events(SWIMA_IDENTIFIERS, 2, 0);
	INSTALL("a", "3");
	request_events(0, 3, 1);
	l = sent_events(0, PA_SW_EVENTS);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(swima_event_next(&l, &ev), 1);
		assert_int_equal(ev.eid, i + 1);
		check_tag(ev.rec.record, versions[i]);
	}
	end_is(&l, 4, 4);
}

/* Only the requested software; Last Consulted EID covers all events. */
static void test_targeted(void **state)
{
	struct span ids[] = { package_id("b", "1"), package_id("z", "1"),
			      package_id("c", "1") };
	struct swima_event_list l;

	(void)state;
	INSTALL("a", "1", "b", "1");
	start(own_root, QUICK);
	request_events(SWIMA_IDENTIFIERS, 1, 0);
	INSTALL("c", "1", "d", "1");
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 1, ids, 3);
	l = sent_events(0, PA_SW_ID_EVENTS);
	next_is(&l, 2, SWIMA_DELETION, package_id("b", "1"));
	next_is(&l, 3, SWIMA_CREATION, package_id("c", "1"));
	end_is(&l, 4, 4);
	send_request(TNCC_VALIDATOR, 0, 3, 4, ids, 3);
	l = sent_events(0, PA_SW_EVENTS);
	end_is(&l, 4, 4);
}

/* Thirty packages more. */
static void install_many(const char *version)
{
	const char *software[64] = { "a", "1" };
	char names[30][16];
	size_t n = 2;

	for (int i = 0; i < 30; i++) {
		snprintf(names[i], sizeof(names[i]), "x%d", i);
		software[n++] = names[i];
		software[n++] = version;
	}
	software[n] = NULL;
	install(software);
}

/* Too long for one attribute: in parts, each event once. */
static void test_partial(void **state)
{
	uint32_t eid = 1, parts = 0;
	struct swima_event ev;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK "max_response = 1024\n");
	request_events(SWIMA_IDENTIFIERS, 1, 0);
	install_many("1");
	for (bool more = true; more; parts++) {
		struct swima_event_list l;

		request_events(SWIMA_IDENTIFIERS, 2, eid);
		l = sent_events(0, PA_SW_ID_EVENTS);
		while (swima_event_next(&l, &ev) > 0)
			assert_int_equal(ev.eid, eid++);
		assert_int_equal(l.head.last_eid, 30);
		assert_int_equal(l.head.last_consulted_eid, eid - 1);
		more = eid <= 30;
	}
	assert_true(parts > 2);
}

/* --- subscriptions --- */

/* A change causes another assessment, in which the subscriber receives it once. */
static void test_pushed(void **state)
{
	unsigned retries = tncc_retries();
	struct swima_event_list l;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	check_no_events(PA_SW_ID_EVENTS, 7);
	tncc_result(TNCC_CONNECTION);
	tncc_begin(TNCC_CONNECTION);
	assert_int_equal(sent_count(), 0); /* no delivery is pending */
	tncc_result(TNCC_CONNECTION);
	for (uint32_t i = 0; i < 3; i++) {
		if (i % 2)
			INSTALL("a", "1");
		else
			INSTALL("a", "1", "b", "1");
		assert_true(tncc_await_retry(retries) > retries);
		retries = tncc_retries();
		tncc_begin(TNCC_CONNECTION);
		(void)only_response(PA_SW_ID_EVENTS);
		l = sent_events(0, PA_SW_ID_EVENTS);
		assert_int_equal(l.head.flags, SWIMA_FULFILLMENT);
		assert_int_equal(l.head.request_id, 7);
		next_is(&l, i + 1, i % 2 ? SWIMA_DELETION : SWIMA_CREATION,
			package_id("b", "1"));
		end_is(&l, i + 1, i + 1);
		tncc_result(TNCC_CONNECTION);
		tncc_begin(TNCC_CONNECTION);
		assert_int_equal(sent_count(), 0);
		tncc_result(TNCC_CONNECTION);
	}
}

/* A request of a validator without subscription, which causes a scan. Pending deliveries are
 * sent at the end of the batch. */
static void look(void)
{
	send_request(9, SWIMA_IDENTIFIERS, 1000, UINT32_MAX, NULL, 0);
}

/* Number of fulfilments of this type, to this validator, with ids from `first` on. */
static size_t fulfilments(uint32_t validator, uint32_t type, uint32_t first, uint32_t n)
{
	size_t count = 0;

	for (size_t k = 0; k < tncc_n; k++) {
		struct rd r = rd_over(span_of(tncc_out[k].p, tncc_out[k].n));
		struct swima_head h;
		struct pa_msg m;
		struct pa_attr a;

		if (tncc_out[k].to != validator)
			continue;
		assert_int_equal(tncc_out[k].flags, TNC_MESSAGE_FLAGS_EXCLUSIVE);
		assert_int_equal(pa_msg_decode(&r, &m), 0);
		while (pa_attr_next(&r, &a) > 0) {
			if (a.vendor || a.type != type)
				continue;
			assert_int_equal(swima_head_decode(&a.value, type, &h), 0);
			if (h.flags != SWIMA_FULFILLMENT)
				continue;
			assert_int_equal(h.request_id, first + count);
			count++;
		}
	}
	assert_true(count <= n);
	return count;
}

/* Two validators, 64 subscriptions: each is fulfilled once, to its validator. */
static void test_many(void **state)
{
	(void)state;
	INSTALL("a", "1");
	start(own_root, "scan_interval_s = 0\nsettle_ms = 60000\nsettle_max_s = 3600\n");
	for (uint32_t i = 0; i < 32; i++) {
		send_request(2, SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 100 + i, 1, NULL, 0);
		send_request(3, SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 100 + i, 0, NULL, 0);
	}
	INSTALL("a", "2");
	look();
	assert_int_equal(fulfilments(2, PA_SW_ID_EVENTS, 100, 32), 32);
	assert_int_equal(fulfilments(2, PA_SW_ID_INVENTORY, 100, 0), 0);
	assert_int_equal(fulfilments(3, PA_SW_ID_INVENTORY, 100, 32), 32);
	look();
	assert_int_equal(sent_count(), 1);
	INSTALL("a", "3");
	tncc_begin(TNCC_CONNECTION);
	assert_int_equal(sent_count(), 0); /* no scan yet */
	look();
	assert_int_equal(sent_count(), 65);
}

/* A targeted subscription receives only matching events. */
static void test_targeted_subscription(void **state)
{
	struct span ids[] = { package_id("b", "1") };
	struct swima_event_list l;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 1, 1, ids, 1);
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 2, 0, ids, 1);
	INSTALL("a", "2");
	look();
	assert_int_equal(sent_count(), 1);
	INSTALL("a", "2", "b", "1");
	look();
	assert_int_equal(fulfilments(2, PA_SW_ID_EVENTS, 1, 1), 1);
	assert_int_equal(fulfilments(2, PA_SW_ID_INVENTORY, 2, 1), 1);
	l = sent_events(1, PA_SW_ID_EVENTS);
	next_is(&l, 3, SWIMA_CREATION, package_id("b", "1"));
	end_is(&l, 3, 3);
}

/* Too long for one attribute: several parts in one batch, each event once. */
static void test_partial_fulfilment(void **state)
{
	struct swima_event ev;
	uint32_t eid = 0;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK "max_response = 1024\n");
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	install_many("1");
	look();
	for (size_t i = 1; i < sent_count(); i++) {
		struct swima_event_list l = sent_events(i, PA_SW_ID_EVENTS);

		assert_int_equal(l.head.flags, SWIMA_FULFILLMENT);
		while (swima_event_next(&l, &ev) > 0)
			assert_int_equal(ev.eid, ++eid);
		assert_int_equal(l.head.last_consulted_eid, eid);
	}
	assert_int_equal(eid, 30);
	look();
	assert_int_equal(sent_count(), 1);
}

/* The direct response is partial: the rest follows at once as fulfilment. */
static void test_partial_establishing(void **state)
{
	struct swima_event ev;
	uint32_t eid = 0;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK "max_response = 1024\n");
	request_events(SWIMA_IDENTIFIERS, 1, 0);
	install_many("1");
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	assert_true(sent_count() > 2);
	for (size_t i = 0; i < sent_count(); i++) {
		struct swima_event_list l = sent_events(i, PA_SW_ID_EVENTS);

		assert_int_equal(l.head.flags, i ? SWIMA_FULFILLMENT : 0);
		while (swima_event_next(&l, &ev) > 0)
			assert_int_equal(ev.eid, ++eid);
	}
	assert_int_equal(eid, 30);
}

/* Earliest EID far beyond the last: the next events are still delivered. */
static void test_beyond(void **state)
{
	struct swima_event_list l;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 4711);
	INSTALL("a", "1", "b", "1");
	look();
	l = sent_events(1, PA_SW_ID_EVENTS);
	next_is(&l, 1, SWIMA_CREATION, package_id("b", "1"));
	end_is(&l, 1, 1);
}

/* Messages that the host did not take, or that the peer discarded because both sides started
 * an assessment, are sent again. */
static void test_said_again(void **state)
{
	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	INSTALL("a", "2");
	tncc_refuse(true);
	look();
	assert_int_equal(sent_count(), 0);
	tncc_refuse(false);
	tncc_begin(TNCC_CONNECTION);
	assert_int_equal(fulfilments(2, PA_SW_ID_EVENTS, 7, 1), 1);
	tncc_begin(TNCC_CONNECTION); /* crossed: nothing received in between */
	assert_int_equal(fulfilments(2, PA_SW_ID_EVENTS, 7, 1), 1);
	tncc_result(TNCC_CONNECTION);
	tncc_begin(TNCC_CONNECTION);
	assert_int_equal(sent_count(), 0);
}

/* Error 7, which contains error 6, ends one subscription; the other stays. */
static void test_failed(void **state)
{
	struct pa_error e, inner;
	struct pa_attr a;
	struct rd r;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK "max_response = 1024\n");
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 0);
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 8, 1);
	install_many("1");
	look();
	assert_true(tncc_attr(1, &a));
	assert_int_equal(a.type, PA_ERROR);
	r = a.value;
	assert_int_equal(pa_error_decode(&r, &e), 0);
	assert_int_equal(e.code, PA_E_SWIMA_FULFILLMENT);
	assert_int_equal(e.id, 7);
	r = rd_over(e.info);
	assert_int_equal(pa_error_decode(&r, &inner), 0);
	assert_int_equal(inner.code, PA_E_SWIMA_TOO_LARGE);
	assert_int_equal(inner.id, 7);
	assert_int_equal(inner.max_size, 1024);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 8 }, 1);
	INSTALL("a", "1");
	look();
	assert_true(sent_count() > 1);
}

/* The ledger is removed: a new epoch, and subscribers are notified. */
static void test_new_epoch(void **state)
{
	struct swima_event_list l;
	uint32_t epoch;
	char path[128];

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	epoch = sent_events(0, PA_SW_ID_EVENTS).head.epoch;
	INSTALL("a", "2");
	look();
	snprintf(path, sizeof(path), "%s/imc-swima.db", dir);
	assert_int_equal(unlink(path), 0);
	look();
	l = sent_events(1, PA_SW_ID_EVENTS);
	assert_int_not_equal(l.head.epoch, epoch);
	end_is(&l, 0, 0);
	INSTALL("a", "3");
	look();
	l = sent_events(1, PA_SW_ID_EVENTS);
	next_is(&l, 1, SWIMA_DELETION, package_id("a", "2"));
	next_is(&l, 2, SWIMA_CREATION, package_id("a", "3"));
	end_is(&l, 2, 2);
}

/* The oldest events are dropped during a subscription: each event is delivered once. */
static void test_window(void **state)
{
	struct swima_event_list l;
	uint32_t epoch;

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK "max_events = 4\n");
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	epoch = sent_events(0, PA_SW_ID_EVENTS).head.epoch;
	INSTALL("a", "2");
	look();
	INSTALL("a", "3");
	look();
	INSTALL("a", "4"); /* events 5 and 6: 4 is kept, they are 2 and 3 */
	look();
	l = sent_events(1, PA_SW_ID_EVENTS);
	assert_int_not_equal(l.head.epoch, epoch);
	next_is(&l, 2, SWIMA_DELETION, package_id("a", "3"));
	next_is(&l, 3, SWIMA_CREATION, package_id("a", "4"));
	end_is(&l, 3, 3);
}

/* More than one batch can hold: the rest follows in further assessments until all is
 * delivered. */
static void test_budget(void **state)
{
	uint32_t told = 0;
	unsigned retries;

	(void)state;
	install_many("1");
	start(own_root, QUICK "max_events = 4096\n");
	for (uint32_t i = 0; i < 250; i++)
		request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 100 + i, 0);
	tncc_result(TNCC_CONNECTION);
	retries = tncc_retries();
	install_many("2");
	for (int i = 0; i < 20 && told < 250; i++) {
		size_t n;

		assert_true(tncc_await_retry(retries) > retries);
		retries = tncc_retries();
		tncc_begin(TNCC_CONNECTION);
		n = fulfilments(2, PA_SW_ID_INVENTORY, 100 + told, 250);
		assert_true(n > 0 && n < 250);
		told += (uint32_t)n;
		tncc_result(TNCC_CONNECTION);
	}
	assert_int_equal(told, 250);
}

/* Without subscriptions no assessment is requested. */
static void test_nobody_subscribed(void **state)
{
	unsigned retries = tncc_retries();

	(void)state;
	INSTALL("a", "1");
	start(own_root, QUICK);
	request_events(SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 7, 1);
	request_events(SWIMA_CLEAR | SWIMA_IDENTIFIERS, 8, 1);
	INSTALL("a", "2");
	usleep(200000);
	assert_int_equal(tncc_retries(), retries);
	request_events(SWIMA_IDENTIFIERS, 9, 1);
	assert_int_equal(sent_events(0, PA_SW_ID_EVENTS).head.last_eid, 2);
}

/* Files are checked in the background: the record is altered, and subscribers receive the
 * event. */
static void test_evidence(void **state)
{
	struct swima_event_list l;
	struct swima_event ev;
	unsigned retries = tncc_retries();
	char cmd[512];

	(void)state;
	INSTALL("a", "1");
	snprintf(cmd, sizeof(cmd),
		 "cd '%s' && mkdir -p usr/bin var/lib/dpkg/info && echo x >usr/bin/a &&"
		 " echo /usr/bin/a >var/lib/dpkg/info/a.list",
		 own_root);
	assert_int_equal(system(cmd), 0);
	start(own_root, QUICK "evidence = true\n");
	request_events(SWIMA_SUBSCRIBE, 1, 1);
	tncc_result(TNCC_CONNECTION);
	assert_true(tncc_await_retry(retries) > retries);
	tncc_begin(TNCC_CONNECTION);
	l = sent_events(0, PA_SW_EVENTS);
	assert_int_equal(swima_event_next(&l, &ev), 1);
	assert_int_equal(ev.action, SWIMA_ALTERATION);
	assert_non_null(memmem(ev.rec.record.p, ev.rec.record.n, "SHA256:hash=\"73cb3858",
			       strlen("SHA256:hash=\"73cb3858")));
	assert_int_equal(swima_event_next(&l, &ev), 0);
}

UNIT_GROUP(imc_swima_events)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_history, teardown),
		cmocka_unit_test_teardown(test_records, teardown),
		cmocka_unit_test_teardown(test_targeted, teardown),
		cmocka_unit_test_teardown(test_partial, teardown),
		cmocka_unit_test_teardown(test_pushed, teardown),
		cmocka_unit_test_teardown(test_many, teardown),
		cmocka_unit_test_teardown(test_targeted_subscription, teardown),
		cmocka_unit_test_teardown(test_partial_fulfilment, teardown),
		cmocka_unit_test_teardown(test_partial_establishing, teardown),
		cmocka_unit_test_teardown(test_beyond, teardown),
		cmocka_unit_test_teardown(test_said_again, teardown),
		cmocka_unit_test_teardown(test_failed, teardown),
		cmocka_unit_test_teardown(test_new_epoch, teardown),
		cmocka_unit_test_teardown(test_window, teardown),
		cmocka_unit_test_teardown(test_budget, teardown),
		cmocka_unit_test_teardown(test_nobody_subscribed, teardown),
		cmocka_unit_test_teardown(test_evidence, teardown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
