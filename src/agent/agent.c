/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/agent.h"
#include "agent/link.h"
#include "agent/print.h"
#include "base/err.h"
#include "daemon/daemon.h"
#include "daemon/modules.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define STOP_S 60 /* seconds for an orderly stop */

struct agent {
	struct net_loop loop;
	struct agent_conf conf;
	struct tls_ctx *tls;
	struct tls_memory resume; /* TLS session of the last connection */
	struct imc_host *host;
	struct link *link;
	uv_timer_t next; /* the next assessment, or the next attempt to connect */
	uv_signal_t term, intr, hup;
	uint32_t backoff_s;
	bool once, stopping, reload;
	bool assessed; /* on this link */
	int status;
};

static void agent_connect(struct agent *a);

/* --- timers ------------------------------------------------------------------------------ */

static void agent_on_interval(uv_timer_t *timer)
{
	struct agent *a = timer->data;

	if (a->link)
		(void)link_assess(a->link); /* a failure closes the link */
}

static void agent_on_retry(uv_timer_t *timer)
{
	agent_connect(timer->data);
}

/* A uniform random number from 0 to most. */
static uint64_t random_ms(uint64_t most)
{
	uint32_t random = 0;

	(void)!getrandom(&random, sizeof(random), 0);
	return most * random / UINT32_MAX;
}

/* Spreads the reconnects of a fleet after a restart of the manager. After an assessed
 * connection the agent waits for a random part of `spread`. After a failure it waits between
 * half and all of a time that doubles. */
static void agent_back_off(struct agent *a, bool was_connected)
{
	uint64_t half_ms, wait_ms;

	if (!a->backoff_s)
		a->backoff_s = a->conf.backoff_min_s;
	half_ms = (uint64_t)a->backoff_s * 500;
	wait_ms = half_ms + random_ms(half_ms);
	if (was_connected && a->conf.spread_s)
		wait_ms = random_ms((uint64_t)a->conf.spread_s * 1000);
	else
		a->backoff_s *= 2;
	if (a->backoff_s > a->conf.backoff_max_s)
		a->backoff_s = a->conf.backoff_max_s;
	log_info(NULL, "reconnect: seconds=%.1f", (double)wait_ms / 1000);
	uv_timer_start(&a->next, agent_on_retry, wait_ms, 0);
}

/* --- a link ------------------------------------------------------------------------------ */

/* --once: the result is printed. */
static void agent_on_done(uv_timer_t *timer)
{
	struct agent *a = timer->data;

	if (a->link)
		link_close(a->link);
}

static void agent_on_result(void *ctx, const struct imc_result *r)
{
	struct agent *a = ctx;

	a->assessed = true;
	a->backoff_s = 0;
	log_info(NULL, "assessment: manager=%s result=\"%s\" access=\"%s\"", a->conf.server,
		 agent_evaluation_name(r->evaluation), agent_access_name(r->access));
	if (a->once) {
		agent_print(stdout, a->conf.server, r);
		a->status = agent_accepted(r) ? AGENT_EXIT_ACCEPTED : AGENT_EXIT_NOT_COMPLIANT;
		uv_timer_start(&a->next, agent_on_done, 0, 0); /* later: the host is calling */
		return;
	}
	daemon_memory_trim();
	if (a->conf.interval_s)
		uv_timer_start(&a->next, agent_on_interval,
			       (uint64_t)a->conf.interval_s * 1000, 0);
}

static void agent_finish(struct agent *a)
{
	uv_close((uv_handle_t *)&a->next, NULL);
	uv_close((uv_handle_t *)&a->term, NULL);
	uv_close((uv_handle_t *)&a->intr, NULL);
	uv_close((uv_handle_t *)&a->hup, NULL);
}

static void agent_on_closed(void *ctx, int err, const char *err_msg, bool reached)
{
	struct agent *a = ctx;

	(void)err_msg, (void)reached;
	a->link = NULL;
	uv_timer_stop(&a->next);
	if (a->once && !a->assessed)
		a->status = err == ST_EAUTH || err == ST_EDENIED ? AGENT_EXIT_DENIED
								 : AGENT_EXIT_UNREACHABLE;
	if (a->once || a->stopping)
		agent_finish(a);
	else if (a->reload)
		agent_connect(a);
	else
		agent_back_off(a, a->assessed);
}

static const struct link_ops link_ops = {
	.result = agent_on_result,
	.closed = agent_on_closed,
};

static void agent_reload(struct agent *a);

static void agent_connect(struct agent *a)
{
	if (a->reload)
		agent_reload(a);
	a->assessed = false;
	if (link_open(&a->loop, a->host, &a->conf, a->tls, &a->resume, &link_ops, a,
		      &a->link) < 0)
		agent_back_off(a, false);
}

/* --- configuration ----------------------------------------------------------------------- */

/* Called between two links, because a link borrows the configuration. On failure the old
 * configuration is kept. */
static void agent_reload(struct agent *a)
{
	struct conf_error e = { 0 };
	struct agent_conf conf;
	struct tls_ctx *tls = NULL;
	int err = agent_conf_read(a->conf.file, &conf, &e);

	a->reload = false;
	if (!err && (err = agent_conf_tls(&conf, &tls, &e)) < 0)
		agent_conf_free(&conf);
	if (err) {
		log_error(NULL, "reload failed, old configuration kept: error=\"%s\"",
			  e.text[0] ? e.text : st_strerror(err));
	} else {
		tls_ctx_free(a->tls);
		agent_conf_free(&a->conf);
		a->tls = tls;
		a->conf = conf;
		a->backoff_s = 0;
		log_set_level(conf.log_level);
		log_info(NULL, "configuration reloaded: file=%s", a->conf.file);
	}
	daemon_ready("running");
}

static void agent_on_reload(uv_signal_t *signal, int number)
{
	struct agent *a = signal->data;

	(void)number;
	if (a->stopping || a->once)
		return;
	daemon_reloading();
	a->reload = true;
	if (a->link)
		link_close(a->link);
	else
		agent_connect(a);
}

static void agent_on_stop(uv_signal_t *signal, int number)
{
	struct agent *a = signal->data;

	if (a->stopping)
		return;
	log_info(NULL, "stopping: signal=%d", number);
	daemon_stopping();
	alarm(STOP_S); /* the default action of SIGALRM ends the process */
	a->stopping = true;
	if (a->link)
		link_close(a->link);
	else
		agent_finish(a);
}

/* --- life -------------------------------------------------------------------------------- */

static void agent_watch(struct agent *a, uv_signal_t *signal, int number, uv_signal_cb cb)
{
	uv_signal_init(&a->loop.uv, signal);
	signal->data = a;
	uv_signal_start(signal, cb, number);
}

static int agent_open(struct agent *a, struct conf_error *e)
{
	const struct imc_host_conf host = { .tnc_config = a->conf.tnc_config };
	int err;

	if ((err = agent_conf_tls(&a->conf, &a->tls, e)) < 0)
		return err;
	if (a->conf.state_dir && daemon_mkdir(a->conf.state_dir) < 0)
		return settings_fail(e, a->conf.file, "%s: %s", a->conf.state_dir,
				     strerror(errno));
	if ((err = imc_host_open(&host, &a->host)) < 0)
		return settings_fail(e, a->conf.file, "%s: %s", a->conf.tnc_config,
				     st_strerror(err));
	if (!imc_host_count(a->host))
		log_warn(NULL, "no collectors loaded, nothing is reported: tnc_config=%s",
			 a->conf.tnc_config);
	if (!a->once && daemon_pid_write(a->conf.pid_file) < 0)
		return settings_fail(e, a->conf.file, "%s: %s", a->conf.pid_file,
				     strerror(errno));
	return net_loop_init(&a->loop);
}

static void agent_close(struct agent *a)
{
	if (a->host)
		imc_host_close(a->host);
	if (!a->once)
		daemon_pid_remove(a->conf.pid_file);
	tls_memory_reset(&a->resume);
	tls_ctx_free(a->tls);
	agent_conf_free(&a->conf);
}

int agent_run(struct agent_conf *conf, bool once)
{
	struct agent agent = { .conf = *conf, .once = once }, *a = &agent;
	struct conf_error e = { 0 };
	int err = agent_open(a, &e);

	if (err) {
		log_error(NULL, "cannot start: %s", e.text[0] ? e.text : st_strerror(err));
		agent_close(a);
		return AGENT_EXIT_USAGE;
	}
	uv_timer_init(&a->loop.uv, &a->next);
	a->next.data = a;
	agent_watch(a, &a->term, SIGTERM, agent_on_stop);
	agent_watch(a, &a->intr, SIGINT, agent_on_stop);
	agent_watch(a, &a->hup, SIGHUP, agent_on_reload);
	agent_connect(a);
	daemon_ready("running");
	uv_run(&a->loop.uv, UV_RUN_DEFAULT);
	(void)net_loop_reset(&a->loop);
	agent_close(a);
	return a->status;
}

/* --- checking ---------------------------------------------------------------------------- */

int agent_check(const struct agent_conf *conf, struct conf_error *e)
{
	struct tls_ctx *tls = NULL;
	int err = agent_conf_tls(conf, &tls, e);

	if (!err)
		err = modules_check(conf->file, conf->tnc_config, TNC_KIND_IMC, e);
	tls_ctx_free(tls);
	return err;
}
