/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "admin/client/cli.h"
#include "base/clock.h"
#include "base/err.h"

#define ARGV_MAX 12

/* Parses words separated by blanks. */
static int parse(const char *line, struct cli *cli, struct admin_fault *f, char **hold)
{
	char *argv[ARGV_MAX] = { (char[]){ "stancectl" } }, *save;
	int argc = 1;

	*hold = strdup(line);
	for (char *w = strtok_r(*hold, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		assert_true(argc < ARGV_MAX);
		argv[argc++] = w;
	}
	return cli_parse(cli, argc, argv, f);
}

static struct cli parsed(const char *line, char **hold)
{
	struct admin_fault f;
	struct cli cli;

	if (parse(line, &cli, &f, hold) < 0)
		fail_msg("'%s' is refused: %s", line, f.text);
	return cli;
}

static void check_refused(const char *line, const char *err_msg)
{
	struct admin_fault f;
	struct cli cli;
	char *hold;

	assert_int_equal(parse(line, &cli, &f, &hold), ST_EVALUE);
	assert_int_equal(f.exit, ADMIN_USAGE);
	if (!strstr(f.text, err_msg))
		fail_msg("'%s' says '%s', not '%s'", line, f.text, err_msg);
	cli_reset(&cli);
	free(hold);
}

static void test_commands(void **state)
{
	struct cli cli;
	char *hold;

	(void)state;
	cli = parsed("endpoints", &hold);
	assert_int_equal(cli.action, CLI_ASK);
	assert_int_equal(cli.form, WRITER_TABLE);
	assert_int_equal(cli.timeout_s, CLI_TIMEOUT_S);
	assert_null(cli.socket);
	cli_reset(&cli);
	free(hold);

	cli = parsed("--json endpoint web1 --as-of=2026-11-21 facts --wide --socket /s",
		     &hold);
	assert_int_equal(cli.form, WRITER_JSON);
	assert_true(cli.wide);
	assert_string_equal(cli.socket, "/s");
	assert_string_equal(request_text(&cli.request, "name"), "web1");
	assert_string_equal(cli.request.view->word, "facts");
	assert_string_equal(request_text(&cli.request, "as_of"), "2026-11-21T00:00:00Z");
	cli_reset(&cli);
	free(hold);

	cli = parsed("software --endpoints --csv --timeout 5 -- --odd", &hold);
	assert_int_equal(cli.form, WRITER_CSV);
	assert_int_equal(cli.timeout_s, 5);
	assert_string_equal(request_text(&cli.request, "pattern"), "--odd");
	assert_string_equal(cli.request.view->option, "endpoints");
	cli_reset(&cli);
	free(hold);

	cli = parsed("assess a b --wait c", &hold);
	assert_string_equal(request_text(&cli.request, "name"), "a\nb\nc");
	assert_true(request_flag(&cli.request, "wait"));
	cli_reset(&cli);
	free(hold);

	cli = parsed("changes --since -2h --until now --endpoint a", &hold);
	assert_in_range(request_time(&cli.request, "until") -
				request_time(&cli.request, "since") - 7200 * CLOCK_SEC,
			0, CLOCK_SEC);
	cli_reset(&cli);
	free(hold);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("", "missing command (try 'stancectl --help')");
	check_refused("frobnicate", "unknown command 'frobnicate' (try 'stancectl --help')");
	check_refused("--frob", "unknown option --frob");
	check_refused("-x", "unknown option -x");
	check_refused("endpoints --frob",
		      "endpoints: unknown option --frob (try 'stancectl help endpoints')");
	check_refused("endpoints --as_of 2026-11-21", "unknown option --as_of");
	check_refused("endpoints more", "endpoints: unexpected argument 'more'");
	check_refused("endpoint", "endpoint: missing NAME");
	check_refused("endpoint a b",
		      "unexpected argument 'b' (use software, facts, results, events)");
	check_refused("endpoint a facts more", "unexpected argument 'more'");
	check_refused("software", "missing PATTERN");
	check_refused("software a b", "software: unexpected argument 'b'");
	check_refused("software a --endpoints=1", "takes no value");
	check_refused("software a --endpoints --endpoints", "--endpoints: given twice");
	check_refused("endpoints --as-of", "--as-of: missing value (T)");
	check_refused(
		"endpoints --as-of soon",
		"--as-of: 'soon' is not a time; use 2026-11-21T19:26:55Z, 2026-11-21, 2h, "
		"3d, yesterday");
	check_refused("endpoints --as-of 1y", "--as-of: '1y' is not a time");
	check_refused("--json --csv endpoints", "cannot be combined");
	check_refused("--timeout 0 endpoints", "--timeout");
	check_refused("--timeout 5s endpoints", "--timeout");
	check_refused("--timeout -1 endpoints", "--timeout");
	check_refused("--timeout 99999999999999999999 endpoints", "--timeout");
}

static void test_help(void **state)
{
	struct cli cli;
	char *hold;

	(void)state;
	cli = parsed("--help", &hold);
	assert_int_equal(cli.action, CLI_HELP);
	assert_null(cli.topic);
	free(hold);
	cli = parsed("help", &hold);
	assert_int_equal(cli.action, CLI_HELP);
	free(hold);
	cli = parsed("help software", &hold);
	assert_string_equal(cli.topic->name, "software");
	free(hold);
	cli = parsed("software -h", &hold); /* without the required PATTERN */
	assert_int_equal(cli.action, CLI_HELP);
	assert_string_equal(cli.topic->name, "software");
	free(hold);
	cli = parsed("software x --version <3", &hold);
	assert_int_equal(cli.action, CLI_ASK);
	assert_string_equal(request_text(&cli.request, "version"), "<3");
	cli_reset(&cli);
	free(hold);
	cli = parsed("--version", &hold);
	assert_int_equal(cli.action, CLI_VERSION);
	free(hold);
	check_refused("help nothing", "unknown command 'nothing'");
}

static char *help_text(const struct command *topic)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	cli_help(f, topic);
	fclose(f);
	return text;
}

/* The help has all commands, arguments and columns. */
static void test_help_is_whole(void **state)
{
	char *all = help_text(NULL), option[80];

	(void)state;
	for (const struct command *c = admin_commands; c->name; c++) {
		char *one = help_text(c);

		assert_non_null(strstr(all, c->name));
		assert_non_null(strstr(all, c->help));
		for (const struct command_arg *a = c->args; a->type; a++) {
			command_arg_label(a, option, sizeof(option));
			assert_non_null(
				strstr(one, (a->flags & ARG_POSITIONAL) ? a->meta : option));
			assert_non_null(strstr(one, a->help));
		}
		for (const struct command_view *v = c->views; v->columns; v++)
			for (const struct command_column *col = v->columns; col->type; col++)
				assert_non_null(strstr(one, col->help));
		free(one);
	}
	free(all);
}

/* Each time option accepts each form. */
static void test_time_options(void **state)
{
	static const char *const forms[] = {
		"now",        "today", "yesterday",           "90s", "5m", "2h", "3d", "1w",
		"2026-11-21", "-2h",   "2026-11-21T19:26:55Z"
	};
	char *one[] = { (char[]){ "stancectl" }, NULL, NULL, NULL }, label[80];

	(void)state;
	for (const struct command *c = admin_commands; c->name; c++)
		for (const struct command_arg *a = c->args; a->type; a++)
			for (size_t i = 0;
			     a->type == ARG_TIME && i < sizeof(forms) / sizeof(forms[0]);
			     i++) {
				struct cli cli = { .action = CLI_ASK };
				struct admin_fault f;

				command_arg_label(a, label, sizeof(label));
				one[1] = (char *)(uintptr_t)c->name;
				one[2] = label;
				one[3] = (char *)(uintptr_t)forms[i];
				if (cli_parse(&cli, 4, one, &f) < 0 &&
				    !strstr(f.text, "missing"))
					fail_msg("%s %s %s: %s", c->name, label, forms[i],
						 f.text);
				assert_true(request_time(&cli.request, a->key) > 0);
				cli_reset(&cli);
			}
}

static void test_time(void **state)
{
	int64_t us = 7;

	(void)state;
	clock_fake(1000000 * CLOCK_SEC);
	assert_int_equal(cli_time("now", &us), 0);
	assert_int_equal(us, 1000000 * CLOCK_SEC);
	assert_int_equal(cli_time("90s", &us), 0);
	assert_int_equal(us, (1000000 - 90) * CLOCK_SEC);
	assert_int_equal(cli_time("-15m", &us), 0);
	assert_int_equal(us, (1000000 - 900) * CLOCK_SEC);
	assert_int_equal(cli_time("6h", &us), 0);
	assert_int_equal(cli_time("2d", &us), 0);
	assert_int_equal(us, (1000000 - 172800) * CLOCK_SEC);
	assert_int_equal(cli_time("1w", &us), 0);
	assert_int_equal(cli_time("1970-01-02", &us), 0);
	assert_int_equal(us, 86400 * CLOCK_SEC);
	assert_int_equal(cli_time("1970-01-01T00:00:01.25Z", &us), 0);
	assert_int_equal(us, 1250000);
	clock_fake((20 * 86400 + 4711) * CLOCK_SEC + 5);
	assert_int_equal(cli_time("today", &us), 0);
	assert_int_equal(us, 20 * 86400 * CLOCK_SEC);
	assert_int_equal(cli_time("yesterday", &us), 0);
	assert_int_equal(us, 19 * 86400 * CLOCK_SEC);
	assert_int_equal(cli_time("5m", &us), 0);
	assert_int_equal(us, (20 * 86400 + 4411) * CLOCK_SEC + 5);
	clock_fake(0);
	for (const char **bad =
		     (const char *[]){ "", "-", "h", "1", "-1", "1hh", "1H", "1 h", "9999999d",
				       "--1h", "+1h", "later", "Yesterday", "tomorrow", NULL };
	     *bad; bad++)
		assert_int_equal(cli_time(*bad, &us), ST_EVALUE);
}

UNIT_GROUP(cli)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_help),     cmocka_unit_test(test_help_is_whole),
		cmocka_unit_test(test_time),     cmocka_unit_test(test_time_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
