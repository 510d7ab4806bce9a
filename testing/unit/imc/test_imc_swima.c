/* The collector as a TNC client sees it: every vector of RFC 8412 that a collector can get, and
 * what it answers. */
#include "unit.h"

#include "tncc.h"
#include "pa_recorded.h"
#include "vectors.h"

#include "base/conf.h"
#include "base/log.h"
#include "tncif/tncifimc.h"
#include "wire/swid_xml.h"
#include "wire/swima_events.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SMALL TESTING_DIR "/fixtures/dpkg/small"
#define SMALL_COUNT 8

static char dir[] = "/tmp/test_imc_swima.XXXXXX";

static void quiet(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static int make_dir(void **state)
{
	(void)state;
	log_set_sink(quiet, NULL);
	if (!mkdtemp(dir))
		return -1;
	conf_dir_set(dir);
	state_dir_set(dir);
	return 0;
}

static void clean(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'/*", dir);
	assert_int_equal(system(cmd), 0);
}

static int drop_dir(void **state)
{
	(void)state;
	clean();
	return rmdir(dir);
}

/* Starts the module with these settings and one connection. */
static void start(const char *root, const char *settings)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/imc-swima.conf", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "root = \"%s\"\n%s\n", root, settings);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(tncc_start(), TNC_RESULT_SUCCESS);
	tncc_connect(TNCC_CONNECTION);
	tncc_begin(TNCC_CONNECTION);
}

static void stop(void)
{
	tncc_disconnect(TNCC_CONNECTION);
	tncc_stop();
}

static int teardown(void **state)
{
	(void)state;
	stop();
	clean();
	return 0;
}

static void say_vector(const char *name)
{
	struct vectors v = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "swima/%s.hex", name);
	tncc_say(TNCC_CONNECTION, TNCC_VALIDATOR, vector_one(&v, path));
	vectors_free(&v);
}

/* A request of our own making. */
static void say(uint32_t validator, uint8_t flags, uint32_t id, uint32_t earliest,
		const struct span *ids, size_t n)
{
	struct swima_request q = { .flags = flags,
				   .count = (uint32_t)n,
				   .request_id = id,
				   .earliest_eid = earliest };
	struct wr w = { 0 };
	size_t begin;

	(void)pa_msg_encode(&w, 77);
	begin = pa_attr_begin(&w, 0, PEN_IETF, PA_SWIMA_REQUEST);
	(void)swima_request_encode(&w, &q, ids);
	pa_attr_end(&w, begin);
	tncc_say(TNCC_CONNECTION, validator, wr_span(&w));
	wr_reset(&w);
}

/* Exactly one attribute came back, exclusively for who asked. */
static struct pa_attr only_answer(uint32_t type)
{
	struct pa_attr a, more;

	assert_true(tncc_attr(0, &a));
	assert_int_equal(a.vendor, PEN_IETF);
	assert_int_equal(a.type, type);
	assert_false(tncc_attr(1, &more));
	assert_int_equal(tncc_n, 1);
	assert_int_equal(tncc_out[0].flags, TNC_MESSAGE_FLAGS_EXCLUSIVE);
	assert_int_equal(tncc_out[0].to, TNCC_VALIDATOR);
	return a;
}

static struct pa_error only_error(uint32_t code, uint32_t id)
{
	struct pa_attr a = only_answer(PA_ERROR);
	struct rd r = a.value;
	struct pa_error e;

	assert_int_equal(pa_error_decode(&r, &e), 0);
	assert_int_equal(e.vendor, PEN_IETF);
	assert_int_equal(e.code, code);
	assert_int_equal(e.id, id);
	return e;
}

static struct swima_head inventory(uint32_t type, uint32_t id, uint32_t count)
{
	struct pa_attr a = only_answer(type);
	struct swima_record rec;
	struct swima_list l;
	uint32_t n = 0;

	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(l.head.flags, 0);
	assert_int_equal(l.head.request_id, id);
	assert_int_equal(l.head.last_eid, 0);
	assert_int_equal(l.head.count, count);
	while (swima_next(&l, &rec) > 0) {
		n++;
		assert_in_range(rec.record_id, 1, SMALL_COUNT);
		assert_int_equal(rec.source, 1);
		assert_int_equal(rec.model_pen, 0);
		assert_int_equal(rec.model, SWIMA_MODEL_SWID_2015);
		assert_true(rec.id.n > 0);
		assert_int_equal(rec.record.n > 0, type == PA_SW_INVENTORY);
	}
	assert_int_equal(l.rd.err, 0);
	assert_int_equal(n, count);
	return l.head;
}

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
	say_vector("request-identifiers");
	h = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
	assert_in_range(h.epoch, 1, 0x7fffffff);
	say_vector("request-inventory");
	assert_int_equal(inventory(PA_SW_INVENTORY, 1, SMALL_COUNT).epoch, h.epoch);
}

/* The record is a tag that says what dpkg says, and names the identifier it came with. */
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
	say(TNCC_VALIDATOR, 0, 9, 0, &id, 1);
	a = only_answer(PA_SW_INVENTORY);
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

/* Named software only; the same twice is once; what is not here adds nothing. */
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
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 9, 0, ids, 5);
	(void)inventory(PA_SW_ID_INVENTORY, 9, 2);
	say(TNCC_VALIDATOR, 0, 10, 0, ids + 2, 1);
	(void)inventory(PA_SW_INVENTORY, 10, 0);
}

/* The vector names bash as other collectors do. */
static void test_targeted_vector(void **state)
{
	struct utsname u;

	(void)state;
	start(SMALL, "identifiers = \"compatible\"\nregid = \"strongswan.org\"");
	say_vector("request-targeted");
	assert_int_equal(uname(&u), 0);
	(void)inventory(PA_SW_INVENTORY, 3, strcmp(u.machine, "x86_64") == 0 ? 1 : 0);
}

static void check_no_events(uint32_t type, uint32_t id)
{
	struct pa_attr a = only_answer(type);
	struct swima_event_list l;
	struct swima_event ev;

	assert_int_equal(swima_event_list_begin(&l, &a), 0);
	assert_int_equal(l.head.flags, 0);
	assert_int_equal(l.head.request_id, id);
	assert_int_equal(l.head.count, 0);
	assert_int_equal(l.head.last_eid, 0);
	assert_int_equal(l.head.last_consulted_eid, 0);
	assert_int_equal(swima_event_next(&l, &ev), 0);
}

static void test_events(void **state)
{
	struct span id = SPAN_LIT("anything");

	(void)state;
	start(SMALL, "");
	say_vector("request-subscribe-events");
	check_no_events(PA_SW_ID_EVENTS, 4);
	say(TNCC_VALIDATOR, 0, 20, 1, NULL, 0);
	check_no_events(PA_SW_EVENTS, 20);
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 21, UINT32_MAX, &id, 1);
	check_no_events(PA_SW_ID_EVENTS, 21);
}

/* What a Subscription Status Request gets. */
static void check_subscriptions(uint32_t validator, const uint32_t *want, size_t n)
{
	struct swima_subscriptions l;
	struct swima_request q;
	struct pa_attr a;
	struct vectors v = { 0 };

	tncc_say(TNCC_CONNECTION, validator, vector_one(&v, "swima/subscription-request.hex"));
	vectors_free(&v);
	assert_true(tncc_attr(0, &a));
	assert_int_equal(a.type, PA_SUBSCRIPTION_RESPONSE);
	assert_int_equal(tncc_out[0].to, validator);
	assert_int_equal(swima_subscriptions_begin(&l, &a), 0);
	assert_int_equal(l.count, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(swima_subscriptions_next(&l, &q), 1);
		assert_int_equal(q.request_id, want[i]);
	}
	assert_int_equal(swima_subscriptions_next(&l, &q), 0);
}

static void check_value(const char *name)
{
	struct vectors v = { 0 };
	char path[64];
	struct span want;
	struct pa_attr a;

	snprintf(path, sizeof(path), "swima/%s.hex", name);
	want = vector_one(&v, path);
	assert_true(tncc_attr(0, &a));
	assert_true(span_eq(pa_attr_value(&a), span_of(want.p + 20, want.n - 20)));
	vectors_free(&v);
}

static void test_subscriptions(void **state)
{
	(void)state;
	start(SMALL, "");
	say_vector("subscription-request");
	check_value("subscription-response-none");
	/* Clear, then the one; then another beside it: as in the vector, in another order. */
	say_vector("request-clear-subscribe-targeted");
	say_vector("request-subscribe-events");
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5, 4 }, 2);
	/* Another validator has none, and clears nothing of ours. */
	check_subscriptions(9, NULL, 0);
	say(9, SWIMA_CLEAR | SWIMA_IDENTIFIERS, 30, 0, NULL, 0);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5, 4 }, 2);
	say(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 31, 0, NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 31, SMALL_COUNT);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 31 }, 1);
	say(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_IDENTIFIERS, 32, 0, NULL, 0);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
}

static void test_subscription_vector(void **state)
{
	(void)state;
	start(SMALL, "");
	say_vector("request-subscribe-events");
	say(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_IDENTIFIERS, 99, 0, NULL, 0);
	say_vector("request-subscribe-events");
	/* the vector's second record is verbatim the value of its request, C flag and all */
	say_vector("subscription-request");
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
}

/* They go with their connection. */
static void test_subscriptions_end(void **state)
{
	(void)state;
	start(SMALL, "max_subscriptions = 1");
	say_vector("request-subscribe-events");
	check_no_events(PA_SW_ID_EVENTS, 4);
	tncc_disconnect(TNCC_CONNECTION);
	tncc_connect(TNCC_CONNECTION);
	tncc_begin(TNCC_CONNECTION);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
	say_vector("request-subscribe-events");
	check_no_events(PA_SW_ID_EVENTS, 4);
}

static void test_many_subscriptions(void **state)
{
	uint32_t ids[64];

	(void)state;
	start(SMALL, "");
	for (uint32_t i = 0; i < 64; i++) {
		ids[i] = 100 + i;
		say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, ids[i], i % 2, NULL,
		    0);
	}
	check_subscriptions(TNCC_VALIDATOR, ids, 64);
}

/* Error 8: nothing else happens, whatever else the request wants. */
static void test_id_reuse(void **state)
{
	static const uint8_t flags[] = { SWIMA_IDENTIFIERS, 0, SWIMA_SUBSCRIBE, SWIMA_CLEAR };

	(void)state;
	start(SMALL, "");
	say_vector("request-subscribe-events");
	for (size_t i = 0; i < sizeof(flags); i++) {
		say(TNCC_VALIDATOR, flags[i], 4, 0, NULL, 0);
		(void)only_error(PA_E_SWIMA_SUBSCRIPTION_REUSE, 4);
		check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
	}
	say(9, SWIMA_IDENTIFIERS, 4, 0, NULL, 0); /* another validator's ids are its own */
	assert_int_equal(tncc_out[0].to, 9);
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL,
	    0); /* no subscription: twice is fine */
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
}

static void test_id_reuse_allowed(void **state)
{
	(void)state;
	start(SMALL, "reuse_request_ids = true");
	say_vector("request-subscribe-events");
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 4, 0, NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 4, SMALL_COUNT);
	say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 4, 0, NULL, 0);
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION_REUSE, 4);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
}

/* Error 5: full, by number and by octets; clearing in the same request makes room. */
static void test_subscription_denied(void **state)
{
	struct span big = { calloc(1, 200), 200 };

	(void)state;
	assert_non_null(big.p);
	memset((void *)(uintptr_t)big.p, 'x', big.n);
	start(SMALL, "max_subscriptions = 2\nmax_subscription_octets = 100");
	say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 1, 1, NULL, 0);
	say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 2, 1, NULL, 0);
	say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 3, 1, NULL, 0);
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION, 3);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 1, 2 }, 2);
	say(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_SUBSCRIBE, 4, 1, &big, 1);
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION, 4);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 1, 2 }, 2);
	say(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_SUBSCRIBE, 5, 1, NULL, 0);
	check_no_events(PA_SW_EVENTS, 5);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5 }, 1);
	free((void *)(uintptr_t)big.p);
}

/* Error 6: and the subscription that came with it is not made. */
static void test_too_large(void **state)
{
	struct pa_error e;

	(void)state;
	start(SMALL, "max_answer = 1024");
	say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 1, 0, NULL, 0);
	e = only_error(PA_E_SWIMA_TOO_LARGE, 1);
	assert_int_equal(e.max_size, 1024);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL, 0); /* identifiers fit */
	(void)inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
}

/* The same when it is the connection that takes no more, and no segments are agreed on. */
static void test_too_large_for_connection(void **state)
{
	struct pa_error e;

	(void)state;
	tncc_max_message = 600;
	start(SMALL, "");
	say(TNCC_VALIDATOR, 0, 1, 0, NULL, 0);
	e = only_error(PA_E_SWIMA_TOO_LARGE, 1);
	assert_in_range(e.max_size, 400, 600);
	tncc_max_message = UINT32_MAX;
}

/* Error 4: the database cannot be read, now; later it can again. */
static void test_unreadable(void **state)
{
	char root[160], cmd[400];

	(void)state;
	snprintf(root, sizeof(root), "%s/root", dir);
	snprintf(cmd, sizeof(cmd), "cp -r '%s' '%s' && chmod -R u+w '%s'", SMALL, root, root);
	assert_int_equal(system(cmd), 0);
	start(root, "max_subscriptions = 1");
	snprintf(cmd, sizeof(cmd), "mv '%s/var/lib/dpkg' '%s/away'", root, root);
	assert_int_equal(system(cmd), 0);
	say(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 1, 0, NULL, 0);
	(void)only_error(PA_E_SWIMA, 1);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
	snprintf(cmd, sizeof(cmd), "mv '%s/away' '%s/var/lib/dpkg'", root, root);
	assert_int_equal(system(cmd), 0);
	say(TNCC_VALIDATOR, 0, 1, 0, NULL, 0);
	(void)inventory(PA_SW_INVENTORY, 1, SMALL_COUNT);
}

static void test_too_many(void **state)
{
	struct span ids[] = { SPAN_LIT("a"), SPAN_LIT("b"), SPAN_LIT("c") };

	(void)state;
	start(SMALL, "max_identifiers = 2\nmax_records = 7");
	say(TNCC_VALIDATOR, 0, 1, 0, ids, 3);
	(void)only_error(PA_E_SWIMA, 1);
	say(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL, 0);
	(void)only_error(PA_E_SWIMA, 2);
}

static void test_sources(void **state)
{
	struct swima_sources l;
	struct swima_source s;
	struct pa_attr a;

	(void)state;
	start(SMALL, "");
	say_vector("source-request");
	a = only_answer(PA_SOURCE_RESPONSE);
	assert_int_equal(swima_sources_begin(&l, &a), 0);
	assert_int_equal(swima_sources_next(&l, &s), 1);
	assert_int_equal(s.number, 1);
	assert_true(span_eq(s.metadata, span_str("dpkg " SMALL "/var/lib/dpkg")));
	assert_int_equal(swima_sources_next(&l, &s), 0);
}

/* The malformed requests: octet for octet the error that the vectors demand, but for the offset
 * of the first, where any is right. */
static void test_malformed(void **state)
{
	static const char *const names[] = { "bad-request-short",    "bad-request-count",
					     "bad-request-overrun",  "bad-request-trailing",
					     "bad-attribute-length", "bad-unknown-noskip" };

	(void)state;
	start(SMALL, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char reply[64], path[80];
		struct vectors v = { 0 };
		struct span want;
		struct pa_attr a;

		say_vector(names[i]);
		a = only_answer(PA_ERROR);
		snprintf(reply, sizeof(reply), "%s-reply", names[i]);
		snprintf(path, sizeof(path), "swima/%s.hex", reply);
		want = vector_one(&v, path);
		if (i == 0)
			assert_memory_equal(pa_attr_value(&a).p, want.p + 20, 16);
		else
			check_value(reply);
		vectors_free(&v);
	}
}

/* A collector says nothing to what only validators should get. */
static void test_ignored(void **state)
{
	static const char *const names[] = { "id-inventory",    "id-events-upgrade",
					     "inventory-swid",  "events-deletion-no-record",
					     "error-swima",     "error-fulfillment",
					     "source-response", "subscription-response",
					     "error-too-large", "inventory-coswid" };

	(void)state;
	start(SMALL, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct pa_attr a;

		say_vector(names[i]);
		assert_false(tncc_attr(0, &a));
	}
}

/* Two requests in one message: two answers. */
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
	tncc_say(TNCC_CONNECTION, TNCC_VALIDATOR, wr_span(&w));
	for (size_t i = 0; i < 2; i++) {
		assert_true(tncc_attr(i, &a));
		assert_int_equal(a.type, PA_SW_ID_INVENTORY);
	}
	assert_false(tncc_attr(2, &a));
	wr_reset(&w);
}

/* The same numbers and epoch after a restart; new ones when something changed. */
static void test_restart(void **state)
{
	struct swima_head before, after;
	char root[160], cmd[500];

	(void)state;
	snprintf(root, sizeof(root), "%s/root", dir);
	snprintf(cmd, sizeof(cmd), "cp -r '%s' '%s' && chmod -R u+w '%s'", SMALL, root, root);
	assert_int_equal(system(cmd), 0);
	start(root, "");
	say_vector("request-identifiers");
	before = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
	stop();
	start(root, "");
	say_vector("request-identifiers");
	after = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
	assert_int_equal(before.epoch, after.epoch);
	snprintf(cmd, sizeof(cmd),
		 "cd '%s/var/lib/dpkg' && sed 's/^Status: install ok unpacked/"
		 "Status: purge ok not-installed/' status >s && mv s status",
		 root);
	assert_int_equal(system(cmd), 0);
	say_vector("request-identifiers");
	after = inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT - 1);
	assert_int_not_equal(before.epoch, after.epoch);
}

/* The sample file is what a start without any file does. */
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
		"identifiers = \"other\"", "regid = \"a__b\"", "regid = \"\"",
		"sources = {\"nosuch\"}",  "root = \"here\"",  "max_answer = 1",
		"no_such_key = 1",
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

/* What another implementation's validator was recorded to say. Each request has its answer. */
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
	tncc_say(TNCC_CONNECTION, TNCC_VALIDATOR, msg);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_says_nothing_first, teardown),
		cmocka_unit_test_teardown(test_inventories, teardown),
		cmocka_unit_test_teardown(test_record, teardown),
		cmocka_unit_test_teardown(test_targeted, teardown),
		cmocka_unit_test_teardown(test_targeted_vector, teardown),
		cmocka_unit_test_teardown(test_events, teardown),
		cmocka_unit_test_teardown(test_subscriptions, teardown),
		cmocka_unit_test_teardown(test_subscription_vector, teardown),
		cmocka_unit_test_teardown(test_subscriptions_end, teardown),
		cmocka_unit_test_teardown(test_many_subscriptions, teardown),
		cmocka_unit_test_teardown(test_id_reuse, teardown),
		cmocka_unit_test_teardown(test_id_reuse_allowed, teardown),
		cmocka_unit_test_teardown(test_subscription_denied, teardown),
		cmocka_unit_test_teardown(test_too_large, teardown),
		cmocka_unit_test_teardown(test_too_large_for_connection, teardown),
		cmocka_unit_test_teardown(test_unreadable, teardown),
		cmocka_unit_test_teardown(test_too_many, teardown),
		cmocka_unit_test_teardown(test_sources, teardown),
		cmocka_unit_test_teardown(test_malformed, teardown),
		cmocka_unit_test_teardown(test_ignored, teardown),
		cmocka_unit_test_teardown(test_two_requests, teardown),
		cmocka_unit_test_teardown(test_restart, teardown),
		cmocka_unit_test(test_sample_settings),
		cmocka_unit_test(test_bad_settings),
		cmocka_unit_test_teardown(test_recorded, teardown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
