#include "bin/stance_load_print.h"

#include <jansson.h>

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

static double seconds(const struct fleet_span *s)
{
	return (double)(s->to - s->from) / 1e6;
}

static double per_second(const struct fleet_span *s)
{
	return s->to > s->from ? (double)s->assessments / seconds(s) : 0;
}

static double used(const struct usage *from, const struct usage *to)
{
	return to->cpu_ms - from->cpu_ms;
}

/* --- text -------------------------------------------------------------------------------- */

static void print_span(FILE *to, const char *name, const struct fleet_span *s)
{
	double n = s->assessments ? (double)s->assessments : 1;

	if (!s->ended)
		return;
	fprintf(to, "%-10s %.3f s, %llu assessments, %.1f/s; own CPU %.0f ms", name,
		seconds(s), (unsigned long long)s->assessments, per_second(s),
		used(&s->own_from, &s->own_to));
	if (s->manager_from.known && s->manager_to.known)
		fprintf(to, "; manager CPU %.0f ms, %.3f ms each, PSS %ld kB",
			used(&s->manager_from, &s->manager_to),
			used(&s->manager_from, &s->manager_to) / n, s->manager_to.pss_kb);
	fputc('\n', to);
}

static void print_latency(FILE *to, const char *name, const struct latency *l)
{
	if (l->n)
		fprintf(to, "%-10s n %llu, p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", name,
			(unsigned long long)l->n, latency_percentile(l, 50) / 1e3,
			latency_percentile(l, 99) / 1e3, l->max / 1e3);
}

void load_print(FILE *to, const struct fleet *f)
{
	fprintf(to, "%s: %u endpoints, %u packages, drift %llu%%, seed %llu: %s\n",
		f->conf->mode->name, f->n, f->image.n, (unsigned long long)f->conf->drift,
		(unsigned long long)f->conf->seed, f->complete ? "complete" : "INCOMPLETE");
	for (unsigned i = 0; i < FLEET_N_PHASES; i++)
		print_span(to, span_names[i], &f->spans[i]);
	print_latency(to, "connect", &f->connect);
	for (unsigned i = 0; i < SIM_N_KINDS; i++)
		print_latency(to, kind_names[i], &f->assessed[i]);
	if (f->events)
		fprintf(to, "%-10s %llu software events\n", "changes",
			(unsigned long long)f->events);
	for (uint32_t i = 0; i < f->n_recoveries; i++) {
		const struct fleet_recovery *r = &f->recoveries[i];

		fprintf(to, "%-10s %u were lost, all back after ", "recovery", r->lost);
		if (r->to)
			fprintf(to, "%.3f s\n", (double)(r->to - r->from) / 1e6);
		else
			fprintf(to, "never\n");
	}
	for (uint32_t i = 0; i < f->n_errors; i++)
		fprintf(to, "%-10s %llu times: %s: %s\n", "error",
			(unsigned long long)f->errors[i].n, st_strerror(f->errors[i].err),
			f->errors[i].example);
}

/* --- JSON -------------------------------------------------------------------------------- */

static json_t *json_span(const struct fleet_span *s)
{
	json_t *o = json_pack("{s:f, s:I, s:f, s:f}", "seconds", seconds(s), "assessments",
			      (json_int_t)s->assessments, "per_second", per_second(s),
			      "own_cpu_ms", used(&s->own_from, &s->own_to));

	if (o && s->manager_from.known && s->manager_to.known) {
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
	return json_pack("{s:I, s:f, s:f, s:f}", "n", (json_int_t)l->n, "p50",
			 latency_percentile(l, 50) / 1e3, "p99",
			 latency_percentile(l, 99) / 1e3, "max", l->max / 1e3);
}

static json_t *json_results(const struct fleet *f)
{
	json_t *spans = json_object(), *latency = json_object(), *recoveries = json_array(),
	       *errors = json_array();

	for (unsigned i = 0; i < FLEET_N_PHASES; i++)
		if (f->spans[i].ended)
			json_object_set_new(spans, span_names[i], json_span(&f->spans[i]));
	json_object_set_new(latency, "connect", json_latency(&f->connect));
	for (unsigned i = 0; i < SIM_N_KINDS; i++)
		if (f->assessed[i].n)
			json_object_set_new(latency, kind_names[i],
					    json_latency(&f->assessed[i]));
	for (uint32_t i = 0; i < f->n_recoveries; i++) {
		const struct fleet_recovery *r = &f->recoveries[i];

		json_array_append_new(
			recoveries,
			json_pack("{s:I, s:o}", "lost", (json_int_t)r->lost, "seconds",
				  r->to ? json_real((double)(r->to - r->from) / 1e6)
					: json_null()));
	}
	for (uint32_t i = 0; i < f->n_errors; i++)
		json_array_append_new(errors, json_pack("{s:s, s:I, s:s}", "error",
							st_strerror(f->errors[i].err), "count",
							(json_int_t)f->errors[i].n, "example",
							f->errors[i].example));
	return json_pack("{s:o, s:o, s:o, s:o}", "spans", spans, "latency_ms", latency,
			 "recoveries", recoveries, "errors", errors);
}

int load_print_json(FILE *to, const struct fleet *f)
{
	json_t *o = json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "mode",
			      f->conf->mode->name, "complete", f->complete, "endpoints",
			      (json_int_t)f->n, "packages", (json_int_t)f->image.n, "drift",
			      (json_int_t)f->conf->drift, "seed", (json_int_t)f->conf->seed,
			      "events", (json_int_t)f->events, "lost", (json_int_t)f->lost,
			      "failed", (json_int_t)f->failed);
	json_t *results = json_results(f);
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
