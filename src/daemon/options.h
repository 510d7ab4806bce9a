/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of the daemons, and where what they start looks for its files. */
#ifndef STANCE_DAEMON_OPTIONS_H
#define STANCE_DAEMON_OPTIONS_H

#include "base/log.h"

#include <limits.h>
#include <stdbool.h>

enum { OPTIONS_DONE = 0, OPTIONS_USAGE = 2 }; /* exit statuses */

/* What is particular about a program. */
struct options_of {
	const char *program, *usage; /* the whole text */
	const char *file;            /* the configuration's name in conf_dir() */
	bool once;                   /* it knows --once */
};

struct options {
	const char *file; /* the configuration: as given, or `standard` */
	char standard[PATH_MAX];
	int level; /* enum log_level; -1: as the configuration says */
	bool check, once;
};

/* Whether to go on; otherwise *status is the exit status, and everything is said. */
bool options_read(const struct options_of *of, int argc, char **argv, struct options *o,
		  int *status);

/* Modules and plugins look for their files beside this configuration, and keep state in
 * state_dir (NULL: where they do without). */
void options_places(const char *conf_file, const char *state_dir);

#endif
