/* SPDX-License-Identifier: BSD-2-Clause */
/* The command table, the man page against it, and the completion against it. */
#include "unit.h"
#include "admin/client/cli.h"

#include <ctype.h>
#include <stdio.h>

static char *manual, *completion;

static char *load(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(f);
	assert_true(getdelim(&text, &size, '\0', f) > 0);
	fclose(f);
	return text;
}

static int load_texts(void **state)
{
	(void)state;
	manual = load(TESTING_DIR "/../src/bin/stancectl.1");
	completion = load(TESTING_DIR "/../conf/stancectl.bash");
	return 0;
}

static int drop_texts(void **state)
{
	(void)state;
	free(manual);
	free(completion);
	return 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether a manual line that begins with macro contains the word. */
static bool manual_says(const char *macro, const char *word)
{
	for (const char *line = manual; line; line = strchr(line, '\n')) {
		size_t n;

		line += *line == '\n';
		if (!*line)
			break;
		n = strcspn(line, "\n");
		if (strncmp(line, macro, strlen(macro)) != 0)
			continue;
		for (const char *p = line; (p = strstr(p, word)) && p < line + n; p++)
			if (!is_word(p[-1]) && !is_word(p[strlen(word)]))
				return true;
	}
	return false;
}

static void check_args(const struct command_arg *args)
{
	bool optional = false;

	for (const struct command_arg *a = args; a->type; a++) {
		char option[80];

		assert_true(a->key && *a->key && a->help && *a->help);
		assert_int_equal(a->type == ARG_FLAG, !a->meta);
		if (a->flags & ARG_POSITIONAL) {
			/* required arguments come before optional ones */
			assert_false(optional && (a->flags & ARG_REQUIRED));
			optional |= !(a->flags & ARG_REQUIRED);
			continue;
		}
		command_arg_label(a, option, sizeof(option));
		if (!manual_says(".It Fl", option + 1) && !manual_says(".Op Fl", option + 1))
			fail_msg("stancectl.1 does not document %s", option);
	}
}

static void check_columns(const struct command_view *v)
{
	size_t n = view_columns(v), tables = 0;

	assert_in_range(n, 1, VIEW_COLUMNS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct command_column *c = &v->columns[i];

		assert_true(c->key && c->title && c->help && *c->help);
		assert_int_equal(view_column_find(v, c->key), (int)i); /* no key twice */
		if (c->type == COL_LIST)
			assert_int_equal(i, n - 1);
		if (c->instead)
			assert_true(view_column_find(v, c->instead) >= 0);
		tables += !(c->flags & COL_DETAIL);
		if (!manual_says(".It Li", c->key) && !manual_says(".Li", c->key))
			fail_msg("stancectl.1 does not document the key %s", c->key);
	}
	assert_true(tables > 0);
}

static void test_table(void **state)
{
	(void)state;
	for (const struct command *c = admin_commands; c->name; c++) {
		assert_ptr_equal(command_find(c->name), c);
		assert_true(c->help && *c->help);
		assert_true(c->role > ADMIN_NOBODY);
		assert_in_range(command_args(c), 0, COMMAND_ARGS_MAX);
		check_args(c->args);
		if (!manual_says(".Ss", c->name))
			fail_msg("stancectl.1 does not document %s", c->name);
		for (const struct command_view *v = c->views; v->columns; v++) {
			assert_true(v->help && *v->help);
			check_columns(v);
			if (v->option)
				assert_non_null(command_arg_find(c, v->option));
			if (v->word && !manual_says(".Ss", v->word))
				fail_msg("stancectl.1 does not document %s %s", c->name,
					 v->word);
		}
		assert_null(c->views[0].word); /* the first is the default */
		assert_null(c->views[0].option);
	}
	check_args(cli_options);
}

/* Whether any view has a column of this key. */
static bool table_has_key(const char *key)
{
	for (const struct command *c = admin_commands; c->name; c++)
		for (const struct command_view *v = c->views; v->columns; v++)
			if (view_column_find(v, key) >= 0)
				return true;
	return false;
}

/* Each key that the manual lists exists. */
static void test_manual(void **state)
{
	(void)state;
	for (char *p = manual; (p = strstr(p, "\n.It Li ")); p++) {
		char line[200], *save, *word;

		(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(p + 8, "\n"), p + 8);
		for (word = strtok_r(line, " ,", &save); word;
		     word = strtok_r(NULL, " ,", &save))
			if (!table_has_key(word))
				fail_msg("stancectl.1 documents a key that is not there: %s",
					 word);
	}
}

/* Examples come first in the manual, and stancectl accepts them. */
static void test_manual_examples(void **state)
{
	char *first = strstr(manual, "\n.Ss "), *p = manual;
	size_t examples = 0;

	(void)state;
	assert_int_equal(strncmp(first, "\n.Ss Examples\n", 14), 0);
	for (; (p = strstr(p, "\n.Dl stancectl ")); p++, examples++) {
		char line[200], *argv[12], *save, *quoted, *range;
		struct admin_fault f;
		struct cli cli;
		int argc = 0;

		(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(p + 5, "\n"), p + 5);
		if ((quoted = strstr(line, "\\(aq")) && (range = strstr(quoted + 4, "\\(aq")))
			*quoted = *range = '\0';
		for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
			argv[argc++] = w;
		if (quoted)
			argv[argc++] = quoted + 4;
		if (cli_parse(&cli, argc, argv, &f) < 0)
			fail_msg("stancectl.1 has a wrong example: %s: %s", line, f.text);
		cli_reset(&cli);
	}
	assert_in_range(examples, 5, 20);
}

/* The completion has each option with a value. It reads the others from the help. */
static void test_completion(void **state)
{
	char pattern[100], label[80];

	(void)state;
	for (const struct command *c = admin_commands; c->name; c++)
		for (const struct command_arg *a = c->args; a->type; a++) {
			command_arg_label(a, label, sizeof(label));
			(void)snprintf(pattern, sizeof(pattern), "%s,*", label);
			if (a->type != ARG_FLAG && !(a->flags & ARG_POSITIONAL) &&
			    !strstr(completion, pattern))
				fail_msg("stancectl.bash does not know %s", label);
		}
}

static bool table_has_option(const char *label)
{
	char option[80];

	for (const struct command_arg *a = cli_options; a->type; a++) {
		command_arg_label(a, option, sizeof(option));
		if (strcmp(option, label) == 0)
			return true;
	}
	for (const struct command *c = admin_commands; c->name; c++)
		for (const struct command_arg *a = c->args; a->type; a++) {
			command_arg_label(a, option, sizeof(option));
			if (strcmp(option, label) == 0)
				return true;
		}
	return false;
}

/* Each option in the completion exists. */
static void test_completion_options(void **state)
{
	(void)state;
	for (char *p = completion; (p = strstr(p, "--")); p += 2) {
		size_t n = 2 + strcspn(p + 2, ",| \n");
		char label[80];

		if (p[n] != ',' || !isalpha((unsigned char)p[2]))
			continue;
		(void)snprintf(label, sizeof(label), "%.*s", (int)n, p);
		if (!table_has_option(label))
			fail_msg("stancectl.bash has an option that does not exist: %s",
				 label);
	}
}

static void test_find(void **state)
{
	(void)state;
	assert_null(command_find("nothing"));
	assert_null(command_find(""));
	assert_null(command_view_find(command_find("endpoint"), "nothing"));
	assert_non_null(command_view_find(command_find("endpoint"), "software"));
	assert_null(command_arg_find(command_find("software"), "nothing"));
	assert_int_equal(view_column_find(command_find("status")->views, "nothing"), -1);
}

UNIT_GROUP(command)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_manual_examples),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_completion_options),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, load_texts, drop_texts);
}
