/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/inventory_check.h"

#include "load/admin_query.h"

#include <stdlib.h>

/* FNV-1a */
static uint64_t verify_hash(struct span s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(0x100000001b3);
	return package_image_mix(h, s.n);
}

/* A set of identifiers in whatever order. */
struct tally {
	uint64_t n, sum;
};

static int verify_ours(const struct endpoint_software *have, struct tally *t)
{
	struct wr id = { 0 };
	int err = 0;

	for (uint32_t k = 0; k < have->image->n && !err; k++) {
		uint16_t revision = endpoint_software_revision(have, k);

		if (revision & SOFTWARE_GONE)
			continue;
		wr_truncate(&id, 0);
		err = package_image_identifier(have->image, k, revision, &id);
		t->n++;
		t->sum += verify_hash(wr_span(&id));
	}
	wr_reset(&id);
	return err;
}

static int verify_theirs(const struct fleet *f, const char *name, struct tally *t)
{
	struct admin_query a = { 0 };
	int err = admin_query_open(&a, f->conf->socket, "endpoint", "software", name, NULL);

	while (!err && (err = admin_query_next(&a)) > 0) {
		const char *id = json_string_value(admin_query_cell(&a, "identifier"));

		err = 0;
		t->n++;
		t->sum += verify_hash(span_str(id ? id : ""));
	}
	admin_query_close(&a);
	return err;
}

static void verify_example(struct run_report_verify *v, const char *name, const char *what)
{
	if (!v->example[0])
		(void)snprintf(v->example, sizeof(v->example), "%s: %s", name, what);
}

static int verify_software(const struct fleet *f, const struct load_endpoint *s)
{
	struct tally ours = { 0 }, theirs = { 0 };
	char name[LOAD_NAME];
	int err;

	load_pki_name(f->pki, s->number, name);
	if ((err = verify_ours(&s->installed, &ours)) < 0 ||
	    (err = verify_theirs(f, name, &theirs)) < 0)
		return err;
	f->report->verify.compared++;
	if (ours.n == theirs.n && ours.sum == theirs.sum)
		f->report->verify.same++;
	else
		verify_example(&f->report->verify, name, "has other software");
	return 0;
}

static bool verify_is(const struct admin_query *a, const char *key, uint64_t want)
{
	json_t *cell = admin_query_cell(a, key);

	return json_is_integer(cell) && (uint64_t)json_integer_value(cell) == want;
}

static uint32_t verify_count(const struct endpoint_software *s)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < s->image->n; k++)
		n += !(endpoint_software_revision(s, k) & SOFTWARE_GONE);
	return n;
}

static void verify_row(const struct fleet *f, const struct admin_query *a)
{
	const char *name = json_string_value(admin_query_cell(a, "name"));
	struct run_report_verify *v = &f->report->verify;
	const struct load_endpoint *s;
	uint32_t number;

	if (!name || !load_pki_number(f->pki, name, &number) || number < f->first ||
	    number - f->first >= f->n)
		return;
	s = &f->sims[number - f->first];
	v->known++;
	if (admin_query_cell(a, "complete_through") &&
	    json_is_false(admin_query_cell(a, "gap")))
		v->complete++;
	else
		verify_example(v, name, "is not complete");
	if (!f->conf->no_software && verify_is(a, "epoch", s->installed.epoch) &&
	    verify_is(a, "eid", s->installed.last_eid) &&
	    verify_is(a, "software_count", verify_count(&s->installed)))
		v->current++;
	else
		verify_example(v, name, "its ledger is not known as it is");
}

static int verify_ledgers(const struct fleet *f)
{
	struct admin_query a = { 0 };
	int err = admin_query_open(&a, f->conf->socket, "endpoints", NULL, NULL, NULL);

	f->report->verify.endpoints = f->n;
	while (!err && (err = admin_query_next(&a)) > 0) {
		err = 0;
		verify_row(f, &a);
	}
	admin_query_close(&a);
	return err;
}

int inventory_check(const struct fleet *f, uint32_t n)
{
	int err = verify_ledgers(f);

	n = n < f->n ? n : f->n;
	for (uint32_t i = 0; i < n && !err; i++)
		err = verify_software(f, &f->sims[(uint64_t)i * f->n / n]);
	return err;
}
