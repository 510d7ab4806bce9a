/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/print.h"

#include "base/err.h"
#include "load/hostile_peers.h"

#include <jansson.h>
#include <unistd.h>

static const char *const span_names[FLEET_N_PHASES] = {
	[FLEET_ARRIVING] = "arriving",
	[FLEET_STAYING] = "staying",
};

static const char *const kind_names[SIM_N_KINDS] = {
	[SIM_FIRST] = "first",
	[SIM_AGAIN] = "again",
	[SIM_ASKED] = "asked",
	[SIM_CHANGE] = "change",
};

static double seconds(const struct run_report_span *s)
{
	return (double)(s->to - s->from) / 1e6;
}

static double per_second(const struct run_report_span *s)
{
	return s->to > s->from ? (double)s->assessments / seconds(s) : 0;
}

static double events_per_second(const struct run_report_span *s)
{
	return s->to > s->from ? (double)s->events / seconds(s) : 0;
}

/* Of one and the same process. */
static bool manager_known(const struct run_report_span *s)
{
	return s->manager_from.known && s->manager_to.known &&
	       s->manager_from.pid == s->manager_to.pid;
}

static double used(const struct usage *from, const struct usage *to)
{
	return to->cpu_ms - from->cpu_ms;
}

/* --- text -------------------------------------------------------------------------------- */

static void print_span(FILE *to, const char *name, const struct run_report_span *s,
		       double tls_baseline_ms)
{
	double n = s->assessments ? (double)s->assessments : 1;

	if (!s->ended)
		return;
	fprintf(to, "%-10s %.3f s, %llu assessments, %.1f/s; own CPU %.0f ms", name,
		seconds(s), (unsigned long long)s->assessments, per_second(s),
		used(&s->own_from, &s->own_to));
	if (manager_known(s))
		fprintf(to, "; manager CPU %.0f ms, %.3f ms each, PSS %ld kB",
			used(&s->manager_from, &s->manager_to),
			used(&s->manager_from, &s->manager_to) / n, s->manager_to.pss_kb);
	if (manager_known(s) && tls_baseline_ms > 0 && s->assessments)
		fprintf(to, ", %.2f x TLS",
			used(&s->manager_from, &s->manager_to) / n / tls_baseline_ms);
	fputc('\n', to);
}

static void print_latency(FILE *to, const char *name, const struct latency *l)
{
	if (l->n)
		fprintf(to,
			"%-10s n %llu, p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, max %.2f ms\n",
			name, (unsigned long long)l->n, latency_percentile(l, 50) / 1e3,
			latency_percentile(l, 90) / 1e3, latency_percentile(l, 99) / 1e3,
			l->max / 1e3);
}

static void print_recoveries(FILE *to, const struct run_report *r)
{
	for (uint32_t i = 0; i < r->n_recoveries; i++) {
		const struct run_report_recovery *one = &r->recoveries[i];

		fprintf(to, "%-10s %u were lost, all back after ", "recovery", one->lost);
		if (one->to)
			fprintf(to, "%.3f s\n", (double)(one->to - one->from) / 1e6);
		else
			fprintf(to, "never\n");
	}
}

static void print_verify(FILE *to, const struct run_report_verify *v)
{
	if (v->err)
		fprintf(to, "%-10s the manager cannot be asked: %s\n", "verify",
			st_strerror(v->err));
	if (v->endpoints)
		fprintf(to,
			"%-10s of %llu endpoints the manager knows %llu, %llu completely, "
			"%llu "
			"up to the last event; %llu of %llu compared piece by piece are the "
			"same\n",
			"verify", (unsigned long long)v->endpoints,
			(unsigned long long)v->known, (unsigned long long)v->complete,
			(unsigned long long)v->current, (unsigned long long)v->same,
			(unsigned long long)v->compared);
	if (v->example[0])
		fprintf(to, "%-10s %s\n", "verify", v->example);
}

static void print_misdeeds(FILE *to, const struct run_report *r)
{
	for (unsigned i = 0; hostile_name(i); i++) {
		const struct run_report_misdeed *m = &r->misdeeds[i];

		if (m->opened)
			fprintf(to,
				"%-28s %llu connections, %llu refused, %llu ended after "
				"p50 %.2f s, max %.2f s, %llu held\n",
				hostile_name(i), (unsigned long long)m->opened,
				(unsigned long long)m->refused, (unsigned long long)m->ended,
				latency_percentile(&m->lived, 50) / 1e6, m->lived.max / 1e6,
				(unsigned long long)m->held);
	}
}

void load_print(FILE *to, const struct load_conf *conf, uint32_t packages,
		const struct run_report *r)
{
	fprintf(to, "%s: %llu endpoints, %u packages, drift %llu%%, seed %llu: %s\n",
		conf->mode->name, (unsigned long long)conf->endpoints, packages,
		(unsigned long long)conf->drift, (unsigned long long)conf->seed,
		r->complete ? "complete" : "INCOMPLETE");
	for (unsigned i = 0; i < FLEET_N_PHASES; i++)
		print_span(to, span_names[i], &r->spans[i], r->tls_baseline_ms);
	if (r->tls_baseline_ms > 0)
		fprintf(to, "%-10s %.3f ms of manager CPU for a bare handshake\n", "TLS",
			r->tls_baseline_ms);
	print_latency(to, "connect", &r->connect);
	for (unsigned i = 0; i < SIM_N_KINDS; i++)
		print_latency(to, kind_names[i], &r->assessed[i]);
	if (r->events)
		fprintf(to, "%-10s %llu software events; %.0f/s were stored\n", "changes",
			(unsigned long long)r->events,
			events_per_second(&r->spans[FLEET_STAYING]));
	print_latency(to, "visible", &r->visible);
	if (r->invisible)
		fprintf(to, "%-10s %llu changes\n", "not seen",
			(unsigned long long)r->invisible);
	print_recoveries(to, r);
	print_verify(to, &r->verify);
	print_misdeeds(to, r);
	for (uint32_t i = 0; i < r->n_errors; i++)
		fprintf(to, "%-10s %llu times: %s: %s\n", "error",
			(unsigned long long)r->errors[i].n, st_strerror(r->errors[i].err),
			r->errors[i].example);
}

/* --- JSON -------------------------------------------------------------------------------- */

static json_t *json_span(const struct run_report_span *s)
{
	json_t *o = json_pack("{s:f, s:I, s:f, s:I, s:f, s:f}", "seconds", seconds(s),
			      "assessments", (json_int_t)s->assessments, "per_second",
			      per_second(s), "events_stored", (json_int_t)s->events,
			      "events_per_second", events_per_second(s), "own_cpu_ms",
			      used(&s->own_from, &s->own_to));

	if (o && manager_known(s)) {
		json_object_set_new(o, "manager_cpu_ms",
				    json_real(used(&s->manager_from, &s->manager_to)));
		json_object_set_new(o, "manager_pss_kb_before",
				    json_integer(s->manager_from.pss_kb));
		json_object_set_new(o, "manager_pss_kb", json_integer(s->manager_to.pss_kb));
	}
	return o;
}

static json_t *json_latency(const struct latency *l)
{
	return json_pack("{s:I, s:f, s:f, s:f, s:f}", "n", (json_int_t)l->n, "p50",
			 latency_percentile(l, 50) / 1e3, "p90",
			 latency_percentile(l, 90) / 1e3, "p99",
			 latency_percentile(l, 99) / 1e3, "max", l->max / 1e3);
}

static json_t *json_verify(const struct run_report_verify *v)
{
	if (!v->endpoints && !v->err)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}", "endpoints",
			 (json_int_t)v->endpoints, "known", (json_int_t)v->known, "complete",
			 (json_int_t)v->complete, "current", (json_int_t)v->current,
			 "compared", (json_int_t)v->compared, "same", (json_int_t)v->same,
			 "error", v->err ? st_strerror(v->err) : "", "example", v->example);
}

static json_t *json_misdeeds(const struct run_report *r)
{
	json_t *all = json_object();

	for (unsigned i = 0; hostile_name(i); i++) {
		const struct run_report_misdeed *m = &r->misdeeds[i];

		if (m->opened)
			json_object_set_new(all, hostile_name(i),
					    json_pack("{s:I, s:I, s:I, s:I, s:o}", "opened",
						      (json_int_t)m->opened, "refused",
						      (json_int_t)m->refused, "ended",
						      (json_int_t)m->ended, "held",
						      (json_int_t)m->held, "lived_ms",
						      json_latency(&m->lived)));
	}
	return all;
}

static json_t *json_results(const struct run_report *r)
{
	json_t *spans = json_object(), *latency = json_object(), *recoveries = json_array(),
	       *errors = json_array();

	for (unsigned i = 0; i < FLEET_N_PHASES; i++)
		if (r->spans[i].ended)
			json_object_set_new(spans, span_names[i], json_span(&r->spans[i]));
	json_object_set_new(latency, "connect", json_latency(&r->connect));
	for (unsigned i = 0; i < SIM_N_KINDS; i++)
		if (r->assessed[i].n)
			json_object_set_new(latency, kind_names[i],
					    json_latency(&r->assessed[i]));
	if (r->visible.n)
		json_object_set_new(latency, "visible", json_latency(&r->visible));
	for (uint32_t i = 0; i < r->n_recoveries; i++) {
		const struct run_report_recovery *one = &r->recoveries[i];

		json_array_append_new(
			recoveries,
			json_pack("{s:I, s:o}", "lost", (json_int_t)one->lost, "seconds",
				  one->to ? json_real((double)(one->to - one->from) / 1e6)
					  : json_null()));
	}
	for (uint32_t i = 0; i < r->n_errors; i++)
		json_array_append_new(errors, json_pack("{s:s, s:I, s:s}", "error",
							st_strerror(r->errors[i].err), "count",
							(json_int_t)r->errors[i].n, "example",
							r->errors[i].example));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "spans", spans, "latency_ms",
			 latency, "verify", json_verify(&r->verify), "recoveries", recoveries,
			 "hostile", json_misdeeds(r), "errors", errors);
}

int load_print_json(FILE *to, const struct load_conf *conf, uint32_t packages,
		    const struct run_report *r)
{
	json_t *o =
		json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "mode",
			  conf->mode->name, "complete", r->complete, "endpoints",
			  (json_int_t)conf->endpoints, "packages", (json_int_t)packages,
			  "drift", (json_int_t)conf->drift, "seed", (json_int_t)conf->seed,
			  "events", (json_int_t)r->events, "lost", (json_int_t)r->lost,
			  "failed", (json_int_t)r->failed, "not_seen",
			  (json_int_t)r->invisible, "handshake_cpu_ms", r->tls_baseline_ms);
	json_t *results = json_results(r);
	int err = ST_ENOMEM;

	if (o && results && json_object_update(o, results) == 0 &&
	    json_dumpf(o, to, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0) {
		fputc('\n', to);
		err = 0;
	}
	json_decref(results);
	json_decref(o);
	return err;
}
