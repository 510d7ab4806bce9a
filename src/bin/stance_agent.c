/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/daemon.h"
#include "daemon/modules.h"
#include "daemon/options.h"
#include "agent/link.h"
#include "agent/print.h"
#include "base/err.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define STOP_S 60 /* after which an orderly stop has failed */

enum exit_code {
	EXIT_ACCEPTED = OPTIONS_DONE,
	EXIT_NOT_COMPLIANT = 1,
	EXIT_USAGE = OPTIONS_USAGE,
	EXIT_DENIED = 3,
	EXIT_UNREACHABLE = 4
};

struct agent {
	struct net_loop loop;
	struct agent_conf conf;
	struct tls_ctx *tls;
	struct tls_memory resume; /* what the manager gave for the next connection */
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

/* --- when -------------------------------------------------------------------------------- */

static void agent_on_interval(uv_timer_t *timer)
{
	struct agent *a = timer->data;

	if (a->link)
		(void)link_assess(a->link); /* a failure closes the link, and we come back */
}

static void agent_on_retry(uv_timer_t *timer)
{
	agent_connect(timer->data);
}

/* Between 0 and most, evenly. */
static uint64_t random_ms(uint64_t most)
{
	uint32_t random = 0;

	(void)!getrandom(&random, sizeof(random), 0);
	return most * random / UINT32_MAX;
}

/* A fleet that lost its manager does not come back in one moment. Who was connected waits for
 * a moment of its own within `spread`; who does not reach the manager waits between half and
 * all of a time that doubles. */
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
	log_info(NULL, "next attempt: seconds=%.1f", (double)wait_ms / 1000);
	uv_timer_start(&a->next, agent_on_retry, wait_ms, 0);
}

/* --- a link ------------------------------------------------------------------------------ */

/* --once has what it came for. */
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
		a->status = agent_accepted(r) ? EXIT_ACCEPTED : EXIT_NOT_COMPLIANT;
		uv_timer_start(&a->next, agent_on_done, 0, 0); /* not from inside the host */
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
		a->status =
			err == ST_EAUTH || err == ST_EDENIED ? EXIT_DENIED : EXIT_UNREACHABLE;
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

/* Between two links, so that nobody holds the old one. What is wrong leaves it as it is. */
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
		log_error(NULL, "reload failed, the old configuration stays: error=\"%s\"",
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
	alarm(STOP_S); /* the default action ends us when something does not let go */
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
		log_warn(NULL, "no collector is loaded: nothing will be told: tnc_config=%s",
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

static int agent_run(struct agent *a)
{
	struct conf_error e = { 0 };
	int err = agent_open(a, &e);

	if (err) {
		log_error(NULL, "cannot start: %s", e.text[0] ? e.text : st_strerror(err));
		agent_close(a);
		return EXIT_USAGE;
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

/* --- the beginning ------------------------------------------------------------------------ */

static const struct options_of options_of = {
	.program = "stance-agent",
	.usage = "usage: stance-agent [-t] [-f file] [-l level] [--once]\n"
		 "       stance-agent -V | -h\n",
	.file = "agent.conf",
	.once = true,
};

static int check(struct agent *a)
{
	struct conf_error e;
	int err = agent_conf_tls(&a->conf, &a->tls, &e);

	if (!err)
		err = modules_check(a->conf.file, a->conf.tnc_config, TNC_KIND_IMC, &e);
	if (err)
		fprintf(stderr, "stance-agent: %s\n", e.text);
	else
		printf("%s: right\n", a->conf.file);
	agent_close(a);
	return err ? EXIT_USAGE : EXIT_ACCEPTED;
}

int main(int argc, char **argv)
{
	struct agent agent = { 0 };
	struct options o;
	struct conf_error e = { 0 };
	int status;

	if (!options_read(&options_of, argc, argv, &o, &status))
		return status;
	daemon_memory_frugal();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* the write fails, as it does on a full disk */
	if (agent_conf_read(o.file, &agent.conf, &e) < 0) {
		fprintf(stderr, "stance-agent: %s\n", e.text);
		return EXIT_USAGE;
	}
	options_places(agent.conf.file, agent.conf.state_dir);
	agent.once = o.once;
	/* a person looks at --once: the result is what matters, and what goes wrong */
	log_set_level(o.level >= 0 ? (enum log_level)o.level
		      : o.once     ? LOG_L_WARN
				   : agent.conf.log_level);
	return o.check ? check(&agent) : agent_run(&agent);
}
