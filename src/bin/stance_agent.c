/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/daemon.h"
#include "daemon/options.h"
#include "agent/agent.h"

#include <signal.h>
#include <stdio.h>

static const struct options_program program = {
	.name = "stance-agent",
	.usage = "usage: stance-agent [-t] [-f file] [-l level] [--once]\n"
		 "       stance-agent -V | -h\n",
	.file = "agent.conf",
	.once = true,
};

static int check(struct agent_conf *conf)
{
	struct conf_error e = { 0 };
	int err = agent_check(conf, &e);

	if (err)
		fprintf(stderr, "stance-agent: %s\n", e.text);
	else
		printf("%s: configuration OK\n", conf->file);
	agent_conf_free(conf);
	return err ? AGENT_EXIT_USAGE : AGENT_EXIT_ACCEPTED;
}

int main(int argc, char **argv)
{
	struct agent_conf conf;
	struct options o;
	struct conf_error e = { 0 };
	int status;

	if (!options_read(&program, argc, argv, &o, &status))
		return status;
	daemon_memory_frugal();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* the write fails with EFBIG instead */
	if (agent_conf_read(o.file, &conf, &e) < 0) {
		fprintf(stderr, "stance-agent: %s\n", e.text);
		return AGENT_EXIT_USAGE;
	}
	options_set_dirs(conf.file, conf.state_dir);
	/* --once is interactive: only warnings and errors are logged besides the result */
	log_set_level(o.level >= 0 ? (enum log_level)o.level
		      : o.once     ? LOG_L_WARN
				   : conf.log_level);
	return o.check ? check(&conf) : agent_run(&conf, o.once);
}
