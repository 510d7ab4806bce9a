/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/options.h"
#include "daemon/settings.h"

#include <getopt.h>
#include <stdio.h>

static int usage(const struct options_of *of, FILE *to)
{
	fputs(of->usage, to);
	return OPTIONS_USAGE;
}

/* False: this is all there is to do. */
static bool read_one(const struct options_of *of, int c, struct options *o, int *status)
{
	switch (c) {
	case 'f':
		o->file = optarg;
		return true;
	case 'l':
		o->level = log_level_of(optarg);
		if (o->level >= 0)
			return true;
		fprintf(stderr, "%s: '%s' is no level: error, warn, info, debug\n",
			of->program, optarg);
		break;
	case 't':
		o->check = true;
		return true;
	case 'o':
		o->once = true;
		return true;
	case 'd': /* in the foreground, as always */
		return true;
	case 'V':
		printf("%s %s\n", of->program, PACKAGE_VERSION);
		return false;
	case 'h':
		(void)usage(of, stdout);
		return false;
	}
	*status = usage(of, stderr);
	return false;
}

bool options_read(const struct options_of *of, int argc, char **argv, struct options *o,
		  int *status)
{
	const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ of->once ? "once" : NULL, no_argument, NULL, 'o' },
		{ 0 },
	};
	int c;

	*o = (struct options){ .level = -1 };
	*status = OPTIONS_DONE;
	while ((c = getopt_long(argc, argv, of->once ? "f:l:todVh" : "f:l:tdVh", names,
				NULL)) != -1)
		if (!read_one(of, c, o, status))
			return false;
	if (optind < argc) {
		fprintf(stderr, "%s: what is '%s'?\n", of->program, argv[optind]);
		*status = usage(of, stderr);
		return false;
	}
	if (!o->file) {
		(void)snprintf(o->standard, sizeof(o->standard), "%s/%s", conf_dir(),
			       of->file);
		o->file = o->standard;
	}
	return true;
}

void options_places(const char *conf_file, const char *state_dir)
{
	char dir[PATH_MAX];

	settings_dir(conf_file, dir);
	conf_dir_set(dir);
	if (state_dir)
		state_dir_set(state_dir);
}
