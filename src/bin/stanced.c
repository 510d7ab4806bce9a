/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/daemon.h"
#include "daemon/options.h"
#include "manager/manager.h"
#include "base/err.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STOP_S 60 /* seconds for an orderly stop */

enum exit_code { EXIT_OK = OPTIONS_DONE, EXIT_FAILED = 1, EXIT_USAGE = OPTIONS_USAGE };

struct run {
	uv_loop_t loop;
	uv_signal_t term, intr, hup;
	struct manager manager;
};

static void on_stop(uv_signal_t *signal, int number)
{
	struct run *run = signal->data;

	log_info(NULL, "stopping: signal=%d", number);
	uv_stop(&run->loop);
}

static void on_reload(uv_signal_t *signal, int number)
{
	struct run *run = signal->data;

	(void)number;
	daemon_reloading();
	(void)manager_reload(&run->manager);
	daemon_ready("running");
}

static void watch(struct run *run, uv_signal_t *signal, int number, uv_signal_cb cb)
{
	uv_signal_init(&run->loop, signal);
	signal->data = run;
	uv_signal_start(signal, cb, number);
}

static void serve(struct run *run)
{
	log_info(NULL, "running: port=%u threads=%u validators=%zu", run->manager.conf.port,
		 run->manager.n_workers, imv_host_count(run->manager.shared.host));
	daemon_ready("running");
	uv_run(&run->loop, UV_RUN_DEFAULT);
	daemon_stopping();
	alarm(STOP_S); /* the default action of SIGALRM ends the process */
	manager_close(&run->manager);
	log_info(NULL, "stopped");
}

/* Takes conf. */
static int run_daemon(struct manager_conf *conf)
{
	struct run run = { 0 };
	struct conf_error e;
	int err;

	if (uv_loop_init(&run.loop) < 0)
		return EXIT_FAILED;
	watch(&run, &run.term, SIGTERM, on_stop);
	watch(&run, &run.intr, SIGINT, on_stop);
	watch(&run, &run.hup, SIGHUP, on_reload);
	if ((err = manager_open(&run.manager, conf, &e)) == 0)
		serve(&run);
	else
		log_error(NULL, "cannot start: %s", e.text);
	uv_close((uv_handle_t *)&run.term, NULL);
	uv_close((uv_handle_t *)&run.intr, NULL);
	uv_close((uv_handle_t *)&run.hup, NULL);
	uv_run(&run.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&run.loop);
	return err ? EXIT_FAILED : EXIT_OK;
}

static const struct options_program program = {
	.name = "stanced",
	.usage = "usage: stanced [-t] [-f file] [-l level]\n"
		 "       stanced -V | -h\n",
	.file = "stance.conf",
};

int main(int argc, char **argv)
{
	struct options o;
	struct conf_error e = { 0 };
	struct manager_conf conf;
	int status;

	if (!options_read(&program, argc, argv, &o, &status))
		return status;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* the write fails with EFBIG instead */
	if (manager_conf_read(o.file, &conf, &e) < 0) {
		fprintf(stderr, "stanced: %s\n", e.text);
		return EXIT_USAGE;
	}
	options_set_dirs(conf.file, conf.state_dir);
	log_set_level(o.level >= 0 ? (enum log_level)o.level : conf.log_level);
	if (!o.check)
		return run_daemon(&conf);
	status = manager_check(&conf, &e) < 0 ? EXIT_USAGE : EXIT_OK;
	fprintf(status ? stderr : stdout, status ? "stanced: %s\n" : "%s: configuration OK\n",
		status ? e.text : o.file);
	manager_conf_free(&conf);
	return status;
}
