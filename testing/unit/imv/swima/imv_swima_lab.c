/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_lab.h"

#include "base/conf.h"
#include "base/log.h"
#include "tncif/tncifimv.h"
#include "wire/coswid.h"

#include <stdio.h>
#include <unistd.h>

char dir[] = "/tmp/test_imv_swima.XXXXXX";

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
	fake_forget();
	return 0;
}

int drop_dir(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/imv-swima.conf", dir);
	(void)unlink(path);
	free(fake_log);
	fake_log = NULL;
	return rmdir(dir);
}

void settings(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/imv-swima.conf", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

void start(const char *conf, bool posture)
{
	char text[1024];

	snprintf(text, sizeof(text), "events = no\n%s", conf);
	start_following(text, posture);
}

void start_following(const char *conf, bool posture)
{
	settings(conf);
	fake_forget();
	fake_present = posture;
	fake_state_err = ST_ENOENT;
	tncs_endpoint = "host.example";
	assert_int_equal(tncs_start(), TNC_RESULT_SUCCESS);
	tncs_connect(TNCS_CONNECTION);
	tncs_begin(TNCS_CONNECTION);
}

int teardown(void **state)
{
	(void)state;
	tncs_disconnect(TNCS_CONNECTION);
	tncs_stop();
	return 0;
}

/* The SWIMA Request among what was sent; 0 when there is none. */
uint32_t asked(struct swima_request *q)
{
	struct pa_attr a;

	for (size_t i = 0; tncs_attr(i, &a); i++)
		if (pa_attr_is(&a, PEN_IETF, PA_SWIMA_REQUEST)) {
			struct rd r = a.value;

			assert_int_equal(swima_request_decode(&r, q), 0);
			return q->request_id;
		}
	return 0;
}

uint32_t must_ask_inventory(void)
{
	struct swima_request q;
	uint32_t id;

	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, (struct span){ 0 }); /* the client's first */
	id = asked(&q);
	assert_true(id > 0);
	assert_int_equal(q.flags, SWIMA_IDENTIFIERS);
	assert_int_equal(q.count, 0);
	assert_int_equal(q.earliest_eid, 0);
	return id;
}

void must_not_ask(void)
{
	struct swima_request q;

	assert_int_equal(asked(&q), 0);
}

static struct span id_of(const struct item *it, char *buf, size_t size)
{
	int n = snprintf(buf, size, "lab.example__%s-%s", it->name, it->version);

	return span_of(buf, (size_t)n);
}

static void write_tag(struct wr *w, const struct item *it)
{
	char tag_id[128];
	struct swid_tag tag = {
		.name = span_str(it->name),
		.version = span_str(it->version),
		.version_scheme = span_str("alphanumeric"),
		.creator = span_str("Lab"),
		.regid = span_str("lab.example"),
		.arch = span_str("amd64"),
		.purl = span_str("pkg:deb/debian/x"),
		.source = span_str("src"),
		.source_version = span_str("0"),
	};

	if (it->tag) {
		wr_str(w, it->tag);
		return;
	}
	snprintf(tag_id, sizeof(tag_id), "%s-%s", it->name, it->version);
	tag.tag_id = span_str(tag_id);
	if (it->model == SWIMA_MODEL_COSWID)
		assert_int_equal(coswid_write(w, &tag), 0);
	else
		assert_int_equal(swid_xml_write(w, &tag), 0);
}

void write_answer(struct wr *w, uint32_t type, const struct swima_head *h,
		  const struct item *have, size_t n)
{
	struct swima_writer sw;
	struct wr tag = { 0 };
	char buf[128];

	(void)pa_msg_encode(w, 7);
	assert_int_equal(swima_writer_begin(&sw, w, type, h), 0);
	for (size_t i = 0; i < n; i++) {
		struct swima_record rec = { .record_id = (uint32_t)i + 1,
					    .model = have[i].model,
					    .source = 1,
					    .id = id_of(&have[i], buf, sizeof(buf)) };

		wr_truncate(&tag, 0);
		if (type == PA_SW_INVENTORY) {
			write_tag(&tag, &have[i]);
			rec.record = wr_span(&tag);
		}
		assert_int_equal(swima_writer_record(&sw, &rec), 0);
	}
	assert_int_equal(swima_writer_end(&sw), 0);
	wr_reset(&tag);
}

void answer_as(uint32_t collector, uint32_t type, uint32_t id, const struct item *have,
	       size_t n)
{
	struct swima_head h = { .request_id = id, .epoch = 0x5a5a5a5a, .last_eid = 12 };
	struct wr w = { 0 };

	write_answer(&w, type, &h, have, n);
	tncs_say(TNCS_CONNECTION, collector, wr_span(&w));
	wr_reset(&w);
}

void answer(uint32_t type, uint32_t id, const struct item *have, size_t n)
{
	answer_as(TNCS_COLLECTOR, type, id, have, n);
}

void complain(enum pa_error_code code, uint32_t id)
{
	struct pa_error e = pa_error_swima(code, id, 100, "no, sorry");
	struct wr w = { 0 };

	(void)pa_msg_encode(&w, 7);
	(void)pa_error_attr_encode(&w, &e);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
}

void must_recommend(unsigned long action, unsigned long evaluation)
{
	assert_true(tncs_recommended);
	assert_int_equal(tncs_action, action);
	assert_int_equal(tncs_evaluation, evaluation);
}

const struct item items[3] = {
	{ "bash", "5.2", 0, NULL },
	{ "telnetd", "0.17", 0, NULL },
	{ "openssl", "3.0", 0, NULL },
};
