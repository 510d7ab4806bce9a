/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/run_report.h"

#include <stdio.h>
#include <string.h>

static struct run_report_error *run_report_kind(struct run_report *r, int err,
						const char *reason)
{
	uint32_t i = 0;

	while (i < r->n_errors && r->errors[i].err != err)
		i++;
	if (i == REPORT_ERRORS)
		return NULL;
	if (i == r->n_errors) {
		r->n_errors++;
		r->errors[i] = (struct run_report_error){ .err = err };
		(void)snprintf(r->errors[i].example, sizeof(r->errors[i].example), "%s",
			       reason);
	}
	return &r->errors[i];
}

void run_report_error(struct run_report *r, int err, const char *reason)
{
	struct run_report_error *e = run_report_kind(r, err, reason);

	if (e)
		e->n++;
}

static void merge_errors(struct run_report *r, const struct run_report *other)
{
	for (uint32_t i = 0; i < other->n_errors; i++) {
		const struct run_report_error *from = &other->errors[i];
		struct run_report_error *to = run_report_kind(r, from->err, from->example);

		if (to)
			to->n += from->n;
	}
}

static void merge_span(struct run_report_span *s, const struct run_report_span *other)
{
	if (!other->begun)
		return;
	if (!s->begun || other->from < s->from) {
		s->from = other->from;
		s->manager_from = other->manager_from;
	}
	if (!s->begun || other->to > s->to) {
		s->to = other->to;
		s->manager_to = other->manager_to;
	}
	s->ended = other->ended && (!s->begun || s->ended);
	s->begun = true;
	usage_add(&s->own_from, &other->own_from);
	usage_add(&s->own_to, &other->own_to);
	s->assessments += other->assessments;
	s->events += other->events;
}

/* The n-th time that a part lost somebody is the n-th time that the fleet did: what ends
 * connections ends those of all parts. */
static void merge_recovery(struct run_report_recovery *r,
			   const struct run_report_recovery *other)
{
	bool lasts = (r->from && !r->to) || !other->to;

	r->from = !r->from || other->from < r->from ? other->from : r->from;
	r->to = lasts ? 0 : other->to > r->to ? other->to : r->to;
	r->lost += other->lost;
}

static void merge_misdeed(struct run_report_misdeed *m, const struct run_report_misdeed *other)
{
	m->opened += other->opened;
	m->refused += other->refused;
	m->ended += other->ended;
	m->held += other->held;
	latency_merge(&m->lived, &other->lived);
}

static void merge_verify(struct run_report_verify *v, const struct run_report_verify *other)
{
	v->endpoints += other->endpoints;
	v->known += other->known;
	v->complete += other->complete;
	v->current += other->current;
	v->compared += other->compared;
	v->same += other->same;
	if (!v->err)
		v->err = other->err;
	if (!v->example[0])
		memcpy(v->example, other->example, sizeof(v->example));
}

bool run_report_verified(const struct run_report *r)
{
	const struct run_report_verify *v = &r->verify;

	return !v->err && v->complete == v->endpoints && v->current == v->endpoints &&
	       v->same == v->compared;
}

void run_report_merge(struct run_report *r, const struct run_report *other)
{
	r->complete = r->complete && other->complete;
	for (unsigned i = 0; i < FLEET_N_PHASES; i++)
		merge_span(&r->spans[i], &other->spans[i]);
	latency_merge(&r->connect, &other->connect);
	for (unsigned i = 0; i < SIM_N_KINDS; i++)
		latency_merge(&r->assessed[i], &other->assessed[i]);
	latency_merge(&r->visible, &other->visible);
	r->invisible += other->invisible;
	merge_verify(&r->verify, &other->verify);
	r->events += other->events;
	r->lost += other->lost;
	r->failed += other->failed;
	for (unsigned i = 0; i < REPORT_MISDEEDS; i++)
		merge_misdeed(&r->misdeeds[i], &other->misdeeds[i]);
	for (uint32_t i = 0; i < other->n_recoveries; i++)
		merge_recovery(&r->recoveries[i], &other->recoveries[i]);
	if (r->n_recoveries < other->n_recoveries)
		r->n_recoveries = other->n_recoveries;
	merge_errors(r, other);
}
