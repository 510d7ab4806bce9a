/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "load/load_conf.h"

#include "load/processes.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define USAGE 2

static const struct load_mode modes[] = {
	{ "storm", "all connect at once", LOAD_HOLD, 0, 0, 0 },
	{ "idle", "connect one after the other, then stay silent", LOAD_HOLD, 500, 0, 0 },
	{ "steady", "stay connected and report changes", LOAD_HOLD, 500, 100, 0 },
	{ "reassess", "stay connected and be assessed again and again", LOAD_REASSESS, 500, 0,
	  0 },
	{ "reconnect", "connect, be assessed and leave, again and again", LOAD_RECONNECT, 0, 0,
	  0 },
	{ "hostile", "the same, among peers that mean harm", LOAD_RECONNECT, 0, 0, 1000 },
};
#define N_MODES (sizeof(modes) / sizeof(modes[0]))

enum kind { TEXT, COUNT, REAL, FLAG };

#define AT(field) offsetof(struct load_conf, field)

/* clang-format off */
static const struct row {
	const char *name, *arg;
	char letter; /* 0: none */
	enum kind kind;
	size_t at;
	double min, max; /* of numbers */
	const char *help;
} rows[] = {
	{ "mode",         "MODE",    'm',  TEXT,  AT(mode),         0, 0,       "what the fleet does (default: storm)" },
	{ "endpoints",    "N",       'n',  COUNT, AT(endpoints),    1, 999999,  "how many there are (100)" },
	{ "time",         "SECONDS", 't',  REAL,  AT(time_s),       0, 864000,  "how long it goes on when all are there (10)" },
	{ "timeout",      "SECONDS", 0,    REAL,  AT(timeout_s),    1, 864000,  "when it is given up, all in all (600)" },
	{ "ca",           "FILE",    0,    TEXT,  AT(ca),           0, 0,       "the trust anchors, which issue the certificates" },
	{ "ca-key",       "FILE",    0,    TEXT,  AT(ca_key),       0, 0,       "the authority's key" },
	{ "certificates", "DIR",     0,    TEXT,  AT(certificates), 0, 0,       "use NAME.crt and NAME.key of DIR instead" },
	{ "cache",        "DIR",     0,    TEXT,  AT(cache),        0, 0,       "keep the certificates there for the next time" },
	{ "domain",       "NAME",    0,    TEXT,  AT(domain),       0, 0,       "endpoints are load-NNNNNN.NAME (load.invalid)" },
	{ "name",         "NAME",    0,    TEXT,  AT(name),         0, 0,       "the manager's name in its certificate (HOST)" },
	{ "image",        "IMAGE",   0,    TEXT,  AT(image),        0, 0,       "dpkg, or a number of invented packages (dpkg)" },
	{ "packages",     "N",       0,    COUNT, AT(packages),     1, 1000000, "at most so many of the image" },
	{ "drift",        "PERCENT", 0,    COUNT, AT(drift),        0, 100,     "packages of an endpoint that differ (0)" },
	{ "seed",         "N",       0,    COUNT, AT(seed),         0, 9e15,    "repeats an earlier fleet" },
	{ "concurrency",  "N",       'c',  COUNT, AT(concurrency),  1, 999999,  "reassess, reconnect: so many at a time (16)" },
	{ "connect-rate", "R",       0,    REAL,  AT(connect_rate), 0, 1e6,     "connections per second; 0: all at once" },
	{ "changes",      "R",       'r',  REAL,  AT(changes),      0, 1e6,     "software events per second, of all together" },
	{ "churn",        "R",       0,    REAL,  AT(churn),        0, 1e6,     "the same as events per endpoint and hour" },
	{ "burst",        "N",       0,    COUNT, AT(burst),        1, 256,     "events that an endpoint tells at a time (1)" },
	{ "hostile",      "N",       0,    COUNT, AT(hostile),      0, 999999,  "so many more that mean harm (0)" },
	{ "manner",       "MANNER",  0,    TEXT,  AT(hostile_manner), 0, 0,     "they are silent, slow or malformed (all three)" },
	{ "hostile-rate", "R",       0,    REAL,  AT(hostile_rate), 0.01, 1e6,  "of which so many connect per second (200)" },
	{ "interval",     "SECONDS", 0,    REAL,  AT(hostile_interval_s), 0.001, 3600, "between two octets of a slow one (1)" },
	{ "sources",      "N",       0,    COUNT, AT(sources),      0, 65534,   "connect from so many loopback addresses" },
	{ "back-off",     "SECONDS", 0,    REAL,  AT(back_off_s),   0.01, 3600, "first wait before coming back (1)" },
	{ "processes",    "N",       0,    COUNT, AT(processes),    1, CREW_MAX, "simulate in so many processes (as few as it takes)" },
	{ "socket",       "PATH",    0,    TEXT,  AT(socket),       0, 0,       "where the manager answers its administrator" },
	{ "manager-pid",  "PID",     0,    COUNT, AT(manager_pid),  1, 4194304, "report what that process uses" },
	{ "verify",       "N",       0,    COUNT, AT(verify),       0, 999999,  "in the end, compare what the manager knows; of N piece by piece" },
	{ "probe",        "SECONDS", 0,    REAL,  AT(latency_probe_s),      0.001, 3600, "so often, see how soon a change is visible" },
	{ "no-os",        NULL,      0,    FLAG,  AT(no_os),        0, 0,       "without the operating system collector" },
	{ "no-software",  NULL,      0,    FLAG,  AT(no_software),  0, 0,       "without the software collector" },
	{ "resume",       NULL,      0,    FLAG,  AT(resume),       0, 0,       "come back with the TLS session of before" },
	{ "allow-remote", NULL,      0,    FLAG,  AT(allow_remote), 0, 0,       "HOST need not be this machine" },
	{ "json",         NULL,      'j',  FLAG,  AT(json),         0, 0,       "report in JSON" },
	{ "verbose",      NULL,      'v',  FLAG,  AT(verbose),      0, 0,       "log why connections end" },
};
/* clang-format on */
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static int usage(FILE *to)
{
	fprintf(to, "usage: stance-load --ca FILE {--ca-key FILE | --certificates DIR}"
		    " [options] HOST PORT\n       stance-load -V | -h\n\noptions:\n");
	for (size_t i = 0; i < N_ROWS; i++)
		fprintf(to, "  %c%c --%-13s %-8s %s\n", rows[i].letter ? '-' : ' ',
			rows[i].letter ? rows[i].letter : ' ', rows[i].name,
			rows[i].arg ? rows[i].arg : "", rows[i].help);
	fprintf(to, "\nmodes:\n");
	for (size_t i = 0; i < N_MODES; i++)
		fprintf(to, "  %-10s %s\n", modes[i].name, modes[i].help);
	return USAGE;
}

static bool read_number(const struct row *row, const char *text, double *v)
{
	char *end;

	errno = 0;
	*v = strtod(text, &end);
	return end != text && !*end && !errno && isfinite(*v) && *v >= row->min &&
	       *v <= row->max && (row->kind == REAL || *v == floor(*v));
}

static bool read_mode(struct load_conf *c, const char *text)
{
	for (size_t i = 0; i < N_MODES; i++)
		if (strcmp(modes[i].name, text) == 0) {
			c->mode = &modes[i];
			return true;
		}
	return false;
}

static bool read_row(struct load_conf *c, const struct row *row, const char *text)
{
	char *at = (char *)c + row->at;
	double v = 0;

	if (row->at == AT(mode))
		return read_mode(c, text);
	if ((row->kind == COUNT || row->kind == REAL) && !read_number(row, text, &v))
		return false;
	switch (row->kind) {
	case TEXT:
		*(const char **)at = text;
		break;
	case COUNT:
		*(uint64_t *)at = (uint64_t)v;
		break;
	case REAL:
		*(double *)at = v;
		break;
	case FLAG:
		*(bool *)at = true;
		break;
	}
	return true;
}

static bool manner_known(const char *manner)
{
	while (manner) {
		size_t n = strcspn(manner, ",");

		if (!(n == 6 && memcmp(manner, "silent", n) == 0) &&
		    !(n == 4 && memcmp(manner, "slow", n) == 0) &&
		    !(n == 9 && memcmp(manner, "malformed", n) == 0))
			return false;
		manner = manner[n] ? manner + n + 1 : NULL;
	}
	return true;
}

/* What is missing or does not go together; NULL: nothing. */
static const char *complaint(const struct load_conf *c)
{
	if (!c->ca)
		return "--ca is missing";
	if (!c->ca_key == !c->certificates)
		return "either --ca-key or --certificates is needed";
	if (c->cache && c->certificates)
		return "--cache is for certificates that are issued, not for --certificates";
	if (strlen(c->domain) > 200 || !*c->domain)
		return "--domain is too long or empty";
	if (c->no_os && c->no_software)
		return "--no-os and --no-software: nothing would be left";
	if (c->changes >= 0 && c->churn >= 0)
		return "--changes and --churn say the same thing in two ways";
	if (!manner_known(c->hostile_manner))
		return "--manner is silent, slow or malformed, or several of them, by commas";
	if ((c->verify >= 0 || c->latency_probe_s > 0) && !c->socket)
		return "--verify and --probe need --socket";
	if ((c->verify >= 0 || c->latency_probe_s > 0) && (c->certificates || c->no_software))
		return "--verify and --probe need --ca-key, and software";
	return NULL;
}

static bool finish(struct load_conf *c)
{
	const char *what = complaint(c);

	if (what) {
		fprintf(stderr, "stance-load: %s\n", what);
		return false;
	}
	if (c->connect_rate < 0)
		c->connect_rate = c->mode->connect_rate;
	if (c->churn >= 0)
		c->changes = c->churn * (double)c->endpoints / 3600;
	else if (c->changes < 0)
		c->changes = c->mode->changes;
	if (c->hostile < 0)
		c->hostile = (int64_t)c->mode->hostile;
	if (!c->name)
		c->name = c->host;
	return true;
}

static void say_wrong(const struct row *row, const char *text)
{
	if (row->kind == COUNT || row->kind == REAL)
		fprintf(stderr, "stance-load: --%s is from %.10g to %.10g, not '%s'\n",
			row->name, row->min, row->max, text);
	else
		fprintf(stderr, "stance-load: --%s cannot be '%s'\n", row->name, text);
}

static size_t read_options(struct load_conf *c, int argc, char **argv, int *status)
{
	struct option names[N_ROWS + 3] = { { 0 } };
	char letters[2 * N_ROWS + 4] = "Vh";
	int i, n = 2;

	for (size_t k = 0; k < N_ROWS; k++) {
		names[k] = (struct option){ rows[k].name, rows[k].arg != NULL, NULL,
					    rows[k].letter ? rows[k].letter : 256 + (int)k };
		if (rows[k].letter)
			letters[n++] = rows[k].letter;
		if (rows[k].letter && rows[k].arg)
			letters[n++] = ':';
	}
	names[N_ROWS] = (struct option){ "help", no_argument, NULL, 'h' };
	names[N_ROWS + 1] = (struct option){ "version", no_argument, NULL, 'V' };
	while ((i = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		const struct row *row = NULL;

		for (size_t k = 0; k < N_ROWS; k++)
			if (i == rows[k].letter || i == 256 + (int)k)
				row = &rows[k];
		if (row && read_row(c, row, optarg))
			continue;
		if (i == 'V')
			printf("stance-load %s\n", PACKAGE_VERSION);
		else if (row)
			say_wrong(row, optarg);
		*status = i == 'h' ? (void)usage(stdout), 0
			: i == 'V' ? 0
		  : row            ? USAGE
				   : usage(stderr);
		return 0;
	}
	return (size_t)optind;
}

bool load_conf_read(struct load_conf *c, int argc, char **argv, int *status)
{
	size_t at;

	*c = (struct load_conf){
		.mode = &modes[0],
		.domain = "load.invalid",
		.image = "dpkg",
		.endpoints = 100,
		.concurrency = 16,
		.burst = 1,
		.time_s = 10,
		.timeout_s = 600,
		.back_off_s = 1,
		.hostile = -1,
		.verify = -1,
		.hostile_rate = 200,
		.hostile_interval_s = 1,
		.connect_rate = -1,
		.changes = -1,
		.churn = -1,
	};
	*status = 0;
	if (!(at = read_options(c, argc, argv, status)))
		return false;
	*status = USAGE;
	if ((size_t)argc != at + 2) {
		(void)usage(stderr);
		return false;
	}
	c->host = argv[at];
	c->port = argv[at + 1];
	return finish(c);
}
