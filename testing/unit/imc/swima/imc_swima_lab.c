/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imc_swima_lab.h"
#include "vectors.h"

#include "base/conf.h"
#include "base/log.h"
#include "tncif/tncifimc.h"
#include "wire/swima_events.h"

#include <stdio.h>
#include <unistd.h>

char dir[] = "/tmp/test_imc_swima.XXXXXX";

char own_root[64];

static void quiet(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

int make_dir(void **state)
{
	(void)state;
	log_set_sink(quiet, NULL);
	if (!mkdtemp(dir))
		return -1;
	conf_dir_set(dir);
	state_dir_set(dir);
	snprintf(own_root, sizeof(own_root), "%s/root", dir);
	return 0;
}

void clean(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'/*", dir);
	assert_int_equal(system(cmd), 0);
}

int drop_dir(void **state)
{
	(void)state;
	clean();
	return rmdir(dir);
}

void install(const char *const *software)
{
	char path[160], cmd[400];
	FILE *f;

	snprintf(cmd, sizeof(cmd), "mkdir -p '%s/var/lib/dpkg/updates' '%s/etc'", own_root,
		 own_root);
	assert_int_equal(system(cmd), 0);
	snprintf(path, sizeof(path), "%s/var/lib/dpkg/status-new", own_root);
	f = fopen(path, "w");
	assert_non_null(f);
	for (; *software; software += 2)
		fprintf(f,
			"Package: %s\nStatus: install ok installed\nArchitecture: all\n"
			"Version: %s\nMaintainer: Lab\n\n",
			software[0], software[1]);
	assert_int_equal(fclose(f), 0);
	snprintf(cmd, sizeof(cmd),
		 "cd '%s' && printf 'ID=lab\\nVERSION_ID=1\\n' >etc/os-release &&"
		 " mv var/lib/dpkg/status-new var/lib/dpkg/status",
		 own_root);
	assert_int_equal(system(cmd), 0);
}

struct span package_id(const char *name, const char *version)
{
	static char id[8][128];
	static unsigned next;
	char *to = id[next++ % 8];

	snprintf(to, sizeof(id[0]), "stance.invalid__lab-1-all-%s@%s", name, version);
	return span_str(to);
}

/* Starts the module with these settings and one connection. */
void start(const char *root, const char *settings)
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

void stop(void)
{
	tncc_disconnect(TNCC_CONNECTION);
	tncc_stop();
}

int teardown(void **state)
{
	(void)state;
	stop();
	clean();
	return 0;
}

void send_vector(const char *name)
{
	struct vectors v = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "swima/%s.hex", name);
	tncc_deliver(TNCC_CONNECTION, TNCC_VALIDATOR, vector_one(&v, path));
	vectors_free(&v);
}

/* Sends a request made by the test. */
void send_request(uint32_t validator, uint8_t flags, uint32_t id, uint32_t earliest,
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
	tncc_deliver(TNCC_CONNECTION, validator, wr_span(&w));
	wr_reset(&w);
}

/* Exactly one attribute was sent, exclusively to the requester. */
struct pa_attr only_response(uint32_t type)
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

struct pa_error only_error(uint32_t code, uint32_t id)
{
	struct pa_attr a = only_response(PA_ERROR);
	struct rd r = a.value;
	struct pa_error e;

	assert_int_equal(pa_error_decode(&r, &e), 0);
	assert_int_equal(e.vendor, PEN_IETF);
	assert_int_equal(e.code, code);
	assert_int_equal(e.id, id);
	return e;
}

struct swima_head inventory(uint32_t type, uint32_t id, uint32_t count)
{
	struct pa_attr a = only_response(type);
	struct swima_record rec;
	struct swima_list l;
	uint32_t n = 0;

	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(l.head.flags, 0);
	assert_int_equal(l.head.request_id, id);
	assert_int_equal(l.head.count, count);
	while (swima_next(&l, &rec) > 0) {
		n++;
		assert_true(rec.record_id > 0);
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

void check_no_events(uint32_t type, uint32_t id)
{
	struct pa_attr a = only_response(type);
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

/* Checks the response to a Subscription Status Request. */
void check_subscriptions(uint32_t validator, const uint32_t *want, size_t n)
{
	struct swima_subscriptions l;
	struct swima_request q;
	struct pa_attr a;
	struct vectors v = { 0 };

	tncc_deliver(TNCC_CONNECTION, validator,
		     vector_one(&v, "swima/subscription-request.hex"));
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

void check_value(const char *name)
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
