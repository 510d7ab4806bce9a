/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine's software takes on the wire: the octets of the attributes that imc-swima
 * answers with, for each form of identifier and record.
 * Usage: bench_swima_sizes [ROOT] */
#include "imc/swima/collection.h"
#include "imc/swima/response.h"

#include "wire/swima_events.h"

#include <stdio.h>
#include <time.h>

static double cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* One answer: its octets, all of them and for each record. */
static int show(const struct collection_conf *conf, const char *name, uint8_t flags)
{
	struct swima_request q = { .flags = flags };
	struct response_params how = { 0 };
	struct collection *c = NULL;
	struct wr w = { 0 };
	const char *err_msg = NULL;
	double begin = cpu_ms(), collected;
	size_t n;
	int err = collection_open(conf, &c);

	if (!err)
		err = collection_refresh(c, &err_msg);
	collected = cpu_ms();
	if (!err)
		err = response_write(&w, c, &q, &how);
	if (!err) {
		n = collection_count(c);
		printf("%-34s %8zu %10zu %7.1f %10.2f %9.2f\n", name, n, w.len,
		       n ? (double)w.len / (double)n : 0, collected - begin,
		       cpu_ms() - collected);
	} else {
		fprintf(stderr, "%s: %s\n", name, err_msg ? err_msg : st_strerror(err));
	}
	collection_close(c);
	wr_reset(&w);
	return err;
}

/* The same with one event, as a subscriber gets it. */
static int show_event(const char *name, uint32_t type, struct span id, struct span record)
{
	const struct swima_event event = { .eid = 1,
					   .time = span_str("2026-11-21T19:26:55Z"),
					   .action = SWIMA_CREATION,
					   .rec = { .id = id, .record = record } };
	struct swima_head head = { .last_eid = 1, .last_consulted_eid = 1 };
	struct swima_writer sw;
	struct wr w = { 0 };
	int err = swima_writer_begin(&sw, &w, type, &head);

	if (!err)
		err = swima_writer_event(&sw, &event);
	if (!err)
		err = swima_writer_end(&sw);
	if (!err)
		printf("%-34s %8d %10zu\n", name, 1, w.len);
	wr_reset(&w);
	return err;
}

/* Of the first package. */
static int show_events(const struct collection_conf *conf)
{
	struct swima_record rec;
	struct collection *c = NULL;
	struct wr w = { 0 };
	const char *err_msg = NULL;
	int err = collection_open(conf, &c);

	if (!err)
		err = collection_refresh(c, &err_msg);
	if (!err && collection_count(c) && (err = collection_describe(c, 0, &w)) == 0) {
		collection_record(c, 0, &rec);
		err = show_event("one event, identifier", PA_SW_ID_EVENTS, rec.id,
				 (struct span){ 0 });
		if (!err)
			err = show_event("one event, SWID record", PA_SW_EVENTS, rec.id,
					 wr_span(&w));
	}
	collection_close(c);
	wr_reset(&w);
	return err;
}

int main(int argc, char **argv)
{
	static const char *const sources[] = { "dpkg", NULL };
	const struct log log = { .ctx = "bench" };
	struct collection_conf conf = {
		.source = { .root = argc > 1 ? argv[1] : "",
			    .max_octets = 1 << 28,
			    .max_tag = 1 << 20,
			    .log = &log },
		.rules = { .scheme = IDENTIFIER_UNIQUE, .regid = "stance.invalid" },
		.maker = "Stance",
		.sources = sources,
		.ledger = "",
		.max_records = 1 << 20,
		.max_events = 1 << 20,
	};
	struct collection_conf compatible = conf, coswid = conf;
	int err;

	log_set_level(LOG_L_WARN);
	platform_read(conf.source.root, &conf.rules.platform);
	compatible.rules = coswid.rules = conf.rules;
	compatible.rules.scheme = IDENTIFIER_COMPATIBLE;
	compatible.rules.regid = "strongswan.org";
	coswid.rules.model = SWIMA_MODEL_COSWID;
	printf("%-34s %8s %10s %7s %10s %9s\n", "", "records", "octets", "each", "collect ms",
	       "answer ms");
	if ((err = show(&conf, "identifiers", SWIMA_IDENTIFIERS)) == 0 &&
	    (err = show(&compatible, "identifiers, compatible", SWIMA_IDENTIFIERS)) == 0 &&
	    (err = show(&conf, "SWID records", 0)) == 0 &&
	    (err = show(&coswid, "CoSWID records", 0)) == 0)
		err = show_events(&conf);
	return err < 0;
}
