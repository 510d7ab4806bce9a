/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of the daemons, and the directories of modules and plugins. */
#ifndef STANCE_DAEMON_OPTIONS_H
#define STANCE_DAEMON_OPTIONS_H

#include "base/log.h"

#include <limits.h>
#include <stdbool.h>

enum { OPTIONS_DONE = 0, OPTIONS_USAGE = 2 }; /* exit statuses */

/* The program that reads its command line. */
struct options_program {
	const char *name, *usage; /* usage: the complete text */
	const char *file;         /* name of the configuration file in conf_dir() */
	bool once;                /* has the option --once */
};

struct options {
	const char *file; /* configuration file: from -f, or `standard` */
	char standard[PATH_MAX];
	int level; /* enum log_level; -1: from the configuration */
	bool check, once;
};

/* True: the program goes on with *o. False: everything is printed, and *status is the exit
 * status. */
bool options_read(const struct options_program *program, int argc, char **argv,
		  struct options *o, int *status);

/* Sets the directory in which modules and plugins look for their configuration files to that
 * of conf_file, and their state directory to state_dir (NULL: unchanged). */
void options_set_dirs(const char *conf_file, const char *state_dir);

#endif
