/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/fleet.h"

#include "base/clock.h"
#include "load/admin_query.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define TICK_MS 5
#define BACK_OFF_DOUBLINGS 5
#define SOURCE_BASE 0x7f010001u /* 127.1.0.1 */

static uint64_t fleet_random(struct fleet *f)
{
	return package_image_mix(f->random++, f->conf->seed);
}

/* --- spans ------------------------------------------------------------------------------- */

static void fleet_span_begin(struct fleet *f, enum fleet_phase phase)
{
	struct run_report_span *s = &f->report->spans[phase];

	f->phase = phase;
	s->begun = true;
	s->own_from = usage_of(getpid());
	s->manager_from = usage_of(load_manager_pid(f->conf));
	s->from = clock_mono_us();
}

static void fleet_span_end(struct fleet *f)
{
	struct run_report_span *s = &f->report->spans[f->phase];

	if (!s->begun || s->ended)
		return;
	s->to = clock_mono_us();
	s->ended = true;
	s->own_to = usage_of(getpid());
	s->manager_to = usage_of(load_manager_pid(f->conf));
}

/* --- the end ----------------------------------------------------------------------------- */

static void fleet_end(struct fleet *f)
{
	if (uv_is_closing((uv_handle_t *)&f->tick))
		return;
	uv_close((uv_handle_t *)&f->tick, NULL);
	uv_close((uv_handle_t *)&f->term, NULL);
	uv_close((uv_handle_t *)&f->intr, NULL);
	for (uint32_t i = 0; i < f->n; i++)
		uv_close((uv_handle_t *)&f->sims[i].timer, NULL);
}

static void fleet_stop(struct fleet *f, bool complete)
{
	if (f->stopping)
		return;
	fleet_span_end(f);
	f->stopping = true;
	latency_probe_close(f->probe, &f->report->visible, &f->report->invisible);
	f->probe = NULL;
	f->report->complete = complete;
	for (uint32_t i = 0; i < f->n; i++) {
		uv_timer_stop(&f->sims[i].timer);
		load_endpoint_close(&f->sims[i]);
	}
}

/* Nothing is under way that somebody waits for. */
static bool fleet_quiet(const struct fleet *f)
{
	if (f->conf->mode->work == LOAD_RECONNECT)
		return !f->busy;
	if (f->present != f->n)
		return false;
	for (uint32_t i = 0; i < f->n; i++)
		if (f->sims[i].state != SIM_HOLDS)
			return false;
	return true;
}

static bool fleet_time_is_over(const struct fleet *f, int64_t now)
{
	const struct run_report_span *s = &f->report->spans[FLEET_STAYING];

	return s->begun && (double)(now - s->from) >= f->conf->time_s * 1e6;
}

/* --- what there is to do ----------------------------------------------------------------- */

static void fleet_connect(struct fleet *f, struct load_endpoint *s)
{
	f->open++;
	load_endpoint_connect(s);
}

/* Gives work to as many as there should be at work. */
static void fleet_feed(struct fleet *f)
{
	enum load_work work = f->conf->mode->work;
	enum load_endpoint_state idle = work == LOAD_REASSESS ? SIM_HOLDS : SIM_AWAY;

	if (work == LOAD_HOLD || f->stopping || f->phase != FLEET_STAYING ||
	    fleet_time_is_over(f, clock_mono_us()))
		return;
	for (uint32_t tried = 0; tried < f->n && f->busy < f->conf->concurrency; tried++) {
		struct load_endpoint *s = &f->sims[f->next++ % f->n];

		if (s->state != idle || s->busy)
			continue;
		s->busy = true;
		f->busy++;
		if (work == LOAD_REASSESS)
			load_endpoint_assess(s);
		else
			fleet_connect(f, s);
	}
}

static void fleet_freed(struct fleet *f, struct load_endpoint *s)
{
	if (s->busy) {
		s->busy = false;
		f->busy--;
	}
}

static void fleet_change(struct fleet *f)
{
	uint64_t r = fleet_random(f);
	struct load_endpoint *s = &f->sims[r % f->n];
	uint32_t k = (uint32_t)((r >> 32) % f->image->n);
	int n = load_endpoint_change(s, k, (r >> 24 & 7) == 0, (uint32_t)f->conf->burst);

	f->change_credit -= n > 0 ? n : 1;
	f->report->events += n > 0 ? (uint64_t)n : 0;
}

static double credit(double have, double rate, double seconds)
{
	have += rate * seconds;
	return have < rate + 1 ? have : rate + 1; /* a second's worth at most */
}

static void fleet_progress(const struct fleet *f, const char *what, int64_t us)
{
	if (!f->conf->json)
		fprintf(stderr, "stance-load: %u %s after %.3f s\n", f->n, what,
			(double)us / 1e6);
}

/* Everybody of this part is there. */
static bool fleet_is_there(const struct fleet *f)
{
	return (f->present == f->n || f->conf->mode->work == LOAD_RECONNECT) &&
	       (!f->hostile || hostile_arrived(f->hostile));
}

/* For the first time, or again. */
static void fleet_arrived(struct fleet *f)
{
	struct run_report *r = f->report;
	struct run_report_recovery *last =
		r->n_recoveries ? &r->recoveries[r->n_recoveries - 1] : NULL;

	if (!fleet_is_there(f))
		return;
	if (f->phase == FLEET_STAYING && last && !last->to) {
		last->to = clock_mono_us();
		fleet_progress(f, "are back", last->to - last->from);
	} else if (f->phase == FLEET_ARRIVING && !f->arrived) {
		f->arrived = true;
		fleet_span_end(f);
		fleet_progress(f, "are there", r->spans[f->phase].to - f->began);
		atomic_fetch_add(&f->crew->arrived, 1);
	}
}

static void fleet_stay(struct fleet *f)
{
	char name[LOAD_NAME];
	int err;

	fleet_span_begin(f, FLEET_STAYING);
	if (f->conf->latency_probe_s <= 0 || f->first || f->conf->mode->work == LOAD_RECONNECT)
		return;
	load_pki_name(f->pki, 0, name);
	if ((err = latency_probe_open(&f->sims[0], f->conf->socket, name, &f->probe)) < 0)
		run_report_error(f->report, err, "the changes cannot be followed");
}

static void fleet_probe(struct fleet *f, int64_t now)
{
	if (!f->probe || (double)(now - f->probed) < f->conf->latency_probe_s * 1e6)
		return;
	f->probed = now;
	latency_probe_fire(f->probe, (uint32_t)(fleet_random(f) % f->image->n));
}

static void fleet_arriving(struct fleet *f, double seconds)
{
	double rate = f->conf->connect_rate;

	fleet_arrived(f); /* the hostile ones do not tell */
	if (f->arrived && atomic_load(&f->crew->arrived) == f->crew->n) {
		fleet_stay(f);
		return;
	}

	f->connect_credit = rate > 0 ? credit(f->connect_credit, rate, seconds) : f->n;
	while (f->connected < f->n && f->connect_credit >= 1 &&
	       f->conf->mode->work != LOAD_RECONNECT) {
		f->connect_credit--;
		fleet_connect(f, &f->sims[f->connected++]);
	}
}

static void fleet_staying(struct fleet *f, double seconds, int64_t now)
{
	if (fleet_time_is_over(f, now)) {
		if (fleet_quiet(f))
			fleet_stop(f, !f->report->failed);
		return;
	}
	fleet_probe(f, now);
	f->change_credit = credit(f->change_credit, f->conf->changes, seconds);
	while (f->change_credit >= 1 && f->image->n)
		fleet_change(f);
	fleet_feed(f);
}

static bool fleet_is_gone(const struct fleet *f)
{
	bool gone = !f->hostile || hostile_stop(f->hostile);

	return gone && !f->open;
}

static void fleet_on_tick(uv_timer_t *timer)
{
	struct fleet *f = timer->data;
	int64_t now = clock_mono_us();
	double seconds = (double)(now - f->ticked) / 1e6;

	f->ticked = now;
	if (now >= f->given_up)
		fleet_stop(f, false);
	if (f->stopping) {
		if (fleet_is_gone(f) || now >= f->given_up + 10 * CLOCK_SEC)
			fleet_end(f);
		return;
	}
	if (f->hostile)
		hostile_tick(f->hostile, seconds);
	if (f->phase == FLEET_ARRIVING)
		fleet_arriving(f, seconds);
	else
		fleet_staying(f, seconds, now);
}

/* --- what endpoints tell ----------------------------------------------------------------- */

static void fleet_on_ready(void *ctx, struct load_endpoint *s, int64_t us)
{
	struct fleet *f = ctx;

	(void)s;
	latency_add(&f->report->connect, us);
}

static void fleet_on_assessed(void *ctx, struct load_endpoint *s, enum load_endpoint_kind kind,
			      int64_t us)
{
	struct fleet *f = ctx;

	latency_add(&f->report->assessed[kind], us);
	f->report->spans[f->phase].assessments++;
	f->report->spans[f->phase].events += s->stored - s->counted;
	s->counted = s->stored;
	s->failures = 0;
	fleet_freed(f, s);
	if (!s->here) {
		s->here = true;
		f->present++;
		fleet_arrived(f);
	}
	if (f->conf->mode->work == LOAD_RECONNECT)
		load_endpoint_close(s);
	fleet_feed(f);
}

static void fleet_on_back_off(uv_timer_t *timer)
{
	struct load_endpoint *s = timer->data;
	struct fleet *f = s->env->ctx;

	if (!f->stopping)
		fleet_connect(f, s);
}

/* Between half and all of a wait that doubles. */
static void fleet_back_off(struct fleet *f, struct load_endpoint *s)
{
	uint32_t doublings =
		s->failures < BACK_OFF_DOUBLINGS ? s->failures : BACK_OFF_DOUBLINGS;
	double part = 0.5 + (double)(fleet_random(f) >> 32) / (2.0 * UINT32_MAX);

	s->failures++;
	uv_timer_start(&s->timer, fleet_on_back_off,
		       (uint64_t)(f->conf->back_off_s * (1u << doublings) * part * 1000), 0);
}

static void fleet_lost(struct fleet *f)
{
	struct run_report *all = f->report;
	struct run_report_recovery *r =
		all->n_recoveries ? &all->recoveries[all->n_recoveries - 1] : NULL;

	all->lost++;
	if (f->phase != FLEET_STAYING)
		return;
	if ((!r || r->to) && all->n_recoveries < REPORT_RECOVERIES) {
		r = &all->recoveries[all->n_recoveries++];
		*r = (struct run_report_recovery){ .from = clock_mono_us() };
	}
	if (r && !r->to)
		r->lost++;
}

static void fleet_on_gone(void *ctx, struct load_endpoint *s, int err, const char *reason)
{
	struct fleet *f = ctx;
	bool was_here = s->here;

	f->open--;
	f->present -= was_here;
	s->here = false;
	fleet_freed(f, s);
	if (f->stopping)
		return;
	/* whoever has mistyped something need not wait for the report */
	if (err && !f->report->n_errors && !f->first && f->phase == FLEET_ARRIVING)
		fprintf(stderr, "stance-load: %s (%s); it goes on trying, see --timeout\n",
			reason, st_strerror(err));
	if (err)
		run_report_error(f->report, err, reason);
	if (f->conf->mode->work == LOAD_RECONNECT) {
		f->report->failed += !was_here;
		return; /* the tick feeds */
	}
	if (was_here)
		fleet_lost(f);
	fleet_back_off(f, s);
}

static const struct load_endpoint_ops fleet_ops = {
	.ready = fleet_on_ready,
	.assessed = fleet_on_assessed,
	.gone = fleet_on_gone,
};

/* --- life -------------------------------------------------------------------------------- */

static void fleet_on_signal(uv_signal_t *signal, int number)
{
	struct fleet *f = signal->data;

	(void)number;
	f->interrupted = true;
	fleet_stop(f, false);
}

static int fleet_add(struct fleet *f, uint32_t number)
{
	struct load_endpoint *s = &f->sims[f->n];
	struct load_identity id;
	int err = load_pki_identity(f->pki, number, &id);

	if (err < 0)
		return err;
	load_endpoint_init(s, &f->env, number,
			   (uint32_t)package_image_mix(f->conf->seed, number) | 1, f->image,
			   &id);
	if (f->conf->sources) {
		s->source.sin_family = AF_INET;
		s->source.sin_addr.s_addr =
			htonl(SOURCE_BASE + (uint32_t)(number % f->conf->sources));
	}
	f->n++;
	return 0;
}

int fleet_open(struct fleet *f)
{
	const struct hostile_conf hostile = {
		.n = (uint32_t)f->conf->hostile,
		.first = f->hostile_first,
		.rate = f->conf->hostile_rate,
		.interval_s = f->conf->hostile_interval_s,
		.sources = (uint32_t)f->conf->sources,
		.manner = f->conf->hostile_manner,
	};
	int err = 0;

	f->random = (uint64_t)f->first << 32;
	f->env.ops = &fleet_ops;
	f->env.ctx = f;
	if (!(f->sims = calloc(f->conf->endpoints + 1, sizeof(*f->sims))))
		return ST_ENOMEM;
	while (f->n < f->conf->endpoints && !err)
		err = fleet_add(f, f->first + f->n);
	if (!err && hostile.n)
		err = hostile_open(&f->env, f->pki, &hostile, f->report, &f->hostile);
	return err;
}

void fleet_run(struct fleet *f)
{
	uv_loop_t *loop = &f->env.loop->uv;

	uv_timer_init(loop, &f->tick);
	uv_signal_init(loop, &f->term);
	uv_signal_init(loop, &f->intr);
	f->tick.data = f->term.data = f->intr.data = f;
	uv_signal_start(&f->term, fleet_on_signal, SIGTERM);
	uv_signal_start(&f->intr, fleet_on_signal, SIGINT);
	for (uint32_t i = 0; i < f->n; i++) {
		uv_timer_init(loop, &f->sims[i].timer);
		f->sims[i].timer.data = &f->sims[i];
	}
	f->began = f->ticked = clock_mono_us();
	f->given_up = f->began + (int64_t)(f->conf->timeout_s * 1e6);
	fleet_span_begin(f, f->conf->mode->work == LOAD_RECONNECT && !f->hostile
				    ? FLEET_STAYING
				    : FLEET_ARRIVING);
	uv_timer_start(&f->tick, fleet_on_tick, 0, TICK_MS);
	uv_run(loop, UV_RUN_DEFAULT);
}

void fleet_close(struct fleet *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		load_endpoint_reset(&f->sims[i]);
	free(f->sims);
	hostile_close(f->hostile);
}
