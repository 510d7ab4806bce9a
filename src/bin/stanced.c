#include "config.h"

#include "bin/daemon.h"
#include "bin/stanced_manager.h"
#include "base/err.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STOP_S 60 /* after which an orderly stop has failed */

enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct run {
	uv_loop_t loop;
	uv_signal_t term, intr, hup;
	struct stanced daemon;
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
	(void)stanced_reload(&run->daemon);
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
	log_info(NULL, "running: port=%u threads=%u validators=%zu", run->daemon.conf.port,
		 run->daemon.n_workers, imv_host_count(run->daemon.manager.host));
	daemon_ready("running");
	uv_run(&run->loop, UV_RUN_DEFAULT);
	daemon_stopping();
	alarm(STOP_S); /* the default action ends us when something does not let go */
	stanced_close(&run->daemon);
	log_info(NULL, "stopped");
}

/* Takes conf. */
static int run_daemon(struct stanced_conf *conf)
{
	struct run run = { 0 };
	struct conf_error e;
	int err;

	if (uv_loop_init(&run.loop) < 0)
		return EXIT_FAILED;
	watch(&run, &run.term, SIGTERM, on_stop);
	watch(&run, &run.intr, SIGINT, on_stop);
	watch(&run, &run.hup, SIGHUP, on_reload);
	if ((err = stanced_open(&run.daemon, conf, &e)) == 0)
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

static int usage(FILE *to)
{
	fprintf(to, "usage: stanced [-t] [-f file] [-l level]\n"
		    "       stanced -V | -h\n");
	return EXIT_USAGE;
}

struct options {
	const char *file, *level;
	bool check;
};

/* Whether to go on; otherwise *status is the exit status. */
static bool read_options(int argc, char **argv, struct options *o, int *status)
{
	int c;

	*status = EXIT_OK;
	while ((c = getopt(argc, argv, "f:l:tdVh")) != -1) {
		switch (c) {
		case 'f':
			o->file = optarg;
			break;
		case 'l':
			o->level = optarg;
			break;
		case 't':
			o->check = true;
			break;
		case 'd': /* in the foreground, as always */
			break;
		case 'V':
			printf("stanced %s\n", PACKAGE_VERSION);
			return false;
		case 'h':
			(void)usage(stdout);
			return false;
		default:
			*status = usage(stderr);
			return false;
		}
	}
	if (optind == argc && (!o->level || log_level_of(o->level) >= 0))
		return true;
	if (optind < argc)
		fprintf(stderr, "stanced: what is '%s'?\n", argv[optind]);
	else
		fprintf(stderr, "stanced: '%s' is no level: error, warn, info, debug\n",
			o->level);
	*status = usage(stderr);
	return false;
}

/* The directories that modules and plugins ask for. */
static void set_places(const struct stanced_conf *c)
{
	char dir[PATH_MAX];

	settings_dir(c->file, dir);
	conf_dir_set(dir);
	if (c->state_dir)
		state_dir_set(c->state_dir);
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct conf_error e = { 0 };
	struct stanced_conf conf;
	char standard[PATH_MAX];
	int status;

	if (!read_options(argc, argv, &o, &status))
		return status;
	if (!o.file) {
		(void)snprintf(standard, sizeof(standard), "%s/stance.conf", conf_dir());
		o.file = standard;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* the write fails, as it does on a full disk */
	if (stanced_conf_read(o.file, &conf, &e) < 0) {
		fprintf(stderr, "stanced: %s\n", e.text);
		return EXIT_USAGE;
	}
	set_places(&conf);
	log_set_level(o.level ? (enum log_level)log_level_of(o.level) : conf.log_level);
	if (!o.check)
		return run_daemon(&conf);
	status = stanced_check(&conf, &e) < 0 ? EXIT_USAGE : EXIT_OK;
	fprintf(status ? stderr : stdout, status ? "stanced: %s\n" : "%s: right\n",
		status ? e.text : o.file);
	stanced_conf_free(&conf);
	return status;
}
