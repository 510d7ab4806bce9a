/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/options.h"
#include "daemon/settings.h"

#include <getopt.h>
#include <stdio.h>

static int usage(const struct options_program *program, FILE *to)
{
	fputs(program->usage, to);
	return OPTIONS_USAGE;
}

/* False: the program exits with *status. */
static bool read_one(const struct options_program *program, int c, struct options *o,
		     int *status)
{
	switch (c) {
	case 'f':
		o->file = optarg;
		return true;
	case 'l':
		o->level = log_level_of(optarg);
		if (o->level >= 0)
			return true;
		fprintf(stderr,
			"%s: -l: '%s' is not a level; use error, warn, info or debug\n",
			program->name, optarg);
		break;
	case 't':
		o->check = true;
		return true;
	case 'o':
		o->once = true;
		return true;
	case 'd': /* foreground, the only mode */
		return true;
	case 'V':
		printf("%s %s\n", program->name, PACKAGE_VERSION);
		return false;
	case 'h':
		(void)usage(program, stdout);
		return false;
	}
	*status = usage(program, stderr);
	return false;
}

bool options_read(const struct options_program *program, int argc, char **argv,
		  struct options *o, int *status)
{
	const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ program->once ? "once" : NULL, no_argument, NULL, 'o' },
		{ 0 },
	};
	int c;

	*o = (struct options){ .level = -1 };
	*status = OPTIONS_DONE;
	while ((c = getopt_long(argc, argv, program->once ? "f:l:todVh" : "f:l:tdVh", names,
				NULL)) != -1)
		if (!read_one(program, c, o, status))
			return false;
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument '%s'\n", program->name, argv[optind]);
		*status = usage(program, stderr);
		return false;
	}
	if (!o->file) {
		(void)snprintf(o->standard, sizeof(o->standard), "%s/%s", conf_dir(),
			       program->file);
		o->file = o->standard;
	}
	return true;
}

void options_set_dirs(const char *conf_file, const char *state_dir)
{
	char dir[PATH_MAX];

	settings_dir(conf_file, dir);
	conf_dir_set(dir);
	if (state_dir)
		state_dir_set(state_dir);
}
