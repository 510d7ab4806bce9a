/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "admin/client/writer.h"
#include "base/err.h"

/* clang-format off */
static const struct command_column columns[] = {
	{ "name", "Name", COL_TEXT, COL_CUT, "id", "" },
	{ "count", "Count", COL_COUNT, 0, NULL, "" },
	{ "when", "When", COL_TIME, COL_SPARE, NULL, "" },
	{ "ok", "Ok", COL_BOOL, 0, NULL, "" },
	{ "id", "Id", COL_TEXT, COL_DETAIL, NULL, "" },
	{ "size", "Size", COL_OCTETS, COL_DETAIL, NULL, "" },
	{ "up", "Up", COL_SECONDS, COL_DETAIL, NULL, "" },
	{ 0 },
};
static const struct command_column list_columns[] = {
	{ "name", "Name", COL_TEXT, 0, NULL, "" },
	{ "who", "Who", COL_LIST, 0, NULL, "" },
	{ 0 },
};
/* clang-format on */
static const struct command_view rows = { NULL, NULL, VIEW_ROWS, "", columns };
static const struct command_view one = { NULL, NULL, VIEW_ONE, "", columns };
static const struct command_view lists = { NULL, NULL, VIEW_ROWS, "", list_columns };
static const struct command_view list_one = { NULL, NULL, VIEW_ONE, "", list_columns };

#define ROW "[\"web1\",7,\"2026-11-21T19:26:55.123456Z\",true,\"i\",1536,90061]"
#define NULLS "[null,null,null,null,\"only-id\",null,null]"

/* The output of a form for rows (a JSON array of arrays; an object {"more":[..]} continues the
 * list). */
static char *render(enum writer_form form, struct writer_conf conf,
		    const struct command_view *view, const char *json)
{
	json_t *all = json_loads(json, JSON_ALLOW_NUL, NULL), *row;
	struct writer *w;
	char *out = NULL;
	size_t i, size;

	assert_non_null(all);
	conf.out = open_memstream(&out, &size);
	w = writer_open(form, &conf, view);
	assert_non_null(w);
	json_array_foreach(all, i, row)
	{
		json_t *cells[VIEW_COLUMNS_MAX] = { 0 };

		if (json_is_object(row)) {
			writer_more(w, json_object_get(row, "more"));
			continue;
		}
		for (size_t c = 0; c < json_array_size(row); c++)
			cells[c] = json_array_get(row, c);
		writer_row(w, cells);
	}
	json_decref(all);
	assert_int_equal(writer_close(w), 0);
	fclose(conf.out);
	return out;
}

static void check(enum writer_form form, struct writer_conf conf,
		  const struct command_view *view, const char *json, const char *want)
{
	char *got = render(form, conf, view, json);

	assert_string_equal(got, want);
	free(got);
}

static void test_json(void **state)
{
	const struct writer_conf file = { 0 }, terminal = { .terminal = true };

	(void)state;
	check(WRITER_JSON, file, &rows, "[]", "[]\n");
	check(WRITER_JSON, file, &rows, "[" ROW "," NULLS "]",
	      "[\n"
	      "  {\"name\": \"web1\", \"count\": 7, \"when\": "
	      "\"2026-11-21T19:26:55.123456Z\", "
	      "\"ok\": true, \"id\": \"i\", \"size\": 1536, \"up\": 90061},\n"
	      "  {\"name\": null, \"count\": null, \"when\": null, \"ok\": null, "
	      "\"id\": \"only-id\", \"size\": null, \"up\": null}\n"
	      "]\n");
	check(WRITER_JSON, file, &one, "[]", "null\n");
	check(WRITER_JSON, file, &list_one, "[[\"a\",[\"x\"]]]",
	      "{\n  \"name\": \"a\",\n  \"who\": [\"x\"]\n}\n");
	check(WRITER_JSON, file, &lists,
	      "[[\"a\",[\"x\"]],{\"more\":[\"y\",\"z\"]},{\"more\":[]},[\"b\",[]],[\"c\",null]"
	      "]",
	      "[\n  {\"name\": \"a\", \"who\": [\"x\", \"y\", \"z\"]},\n"
	      "  {\"name\": \"b\", \"who\": []},\n  {\"name\": \"c\", \"who\": []}\n]\n");
	/* the same value, but without control characters on a terminal */
	check(WRITER_JSON, file, &list_one, "[[\"\\u009b\\\"\\u202e\\u0000\",[]]]",
	      "{\n  \"name\": \"\xc2\x9b\\\"\xe2\x80\xae\\u0000\",\n  \"who\": []\n}\n");
	check(WRITER_JSON, terminal, &list_one, "[[\"\\u009b\\\"\\u202e\",[]]]",
	      "{\n  \"name\": \"\\u009B\\\"\\u202E\",\n  \"who\": []\n}\n");
	check(WRITER_JSON, terminal, &list_one, "[[\"\\u6771\",[]]]",
	      "{\n  \"name\": \"\xe6\x9d\xb1\",\n  \"who\": []\n}\n");
}

static void test_csv(void **state)
{
	const struct writer_conf file = { 0 }, terminal = { .terminal = true };

	(void)state;
	check(WRITER_CSV, file, &rows, "[]", "name,count,when,ok,id,size,up\r\n");
	check(WRITER_CSV, file, &rows, "[" ROW "," NULLS "]",
	      "name,count,when,ok,id,size,up\r\n"
	      "web1,7,2026-11-21T19:26:55.123456Z,true,i,1536,90061\r\n,,,,only-id,,\r\n");
	check(WRITER_CSV, file, &lists,
	      "[[\"a,b\",[\"x\"]],{\"more\":[\"say \\\"y\\\"\"]},[\"c\\nd\",[]]]",
	      "name,who\r\n\"a,b\",x\r\n\"a,b\",\"say \"\"y\"\"\"\r\n\"c\nd\",\r\n");
	check(WRITER_CSV, file, &lists, "[[\"\\u001b[m\\r\",[]]]",
	      "name,who\r\n\"\033[m\r\",\r\n");
	check(WRITER_CSV, terminal, &lists, "[[\"\\u001b[m\\r\",[]]]",
	      "name,who\r\n\xef\xbf\xbd[m\xef\xbf\xbd,\r\n");
}

static void test_table(void **state)
{
	const struct writer_conf file = { 0 }, wide = { .wide = true };

	(void)state;
	check(WRITER_TABLE, file, &rows, "[]", "");
	check(WRITER_TABLE, file, &rows, "[" ROW "," NULLS "]",
	      "NAME     COUNT  WHEN                  OK\n"
	      "web1         7  2026-11-21T19:26:55Z  yes\n"
	      "only-id      -  -                     -\n");
	check(WRITER_TABLE, wide, &rows, "[" ROW "]",
	      "NAME  COUNT  WHEN                  OK   ID     SIZE       UP\n"
	      "web1      7  2026-11-21T19:26:55Z  yes  i   1.5 KiB  1 d 1 h\n");
	check(WRITER_TABLE, (struct writer_conf){ .bold = true }, &lists, "[[\"a\",[\"x\"]]]",
	      "\033[1mNAME  WHO\033[0m\na     x\n");
}

static void test_table_lists(void **state)
{
	const char *json = "[[\"a\",[\"x\"]],{\"more\":[\"y\"]},[\"b\",[]]]";

	(void)state;
	check(WRITER_TABLE, (struct writer_conf){ .terminal = true }, &lists, json,
	      "NAME  WHO\na     x\n      y\nb     -\n");
	check(WRITER_TABLE, (struct writer_conf){ 0 }, &lists, json,
	      "NAME  WHO\na     x\na     y\nb     -\n");
}

static void test_table_hostile(void **state)
{
	(void)state;
	check(WRITER_TABLE, (struct writer_conf){ 0 }, &lists,
	      "[[\"\\u6771\\u4eac\",[\"1\"]],[\"a\\u001b[2J\",[\"\\n\"]],[\"b\\u0000c\",[\"\"]"
	      "]]",
	      "NAME   WHO\n\xe6\x9d\xb1\xe4\xba\xac   1\na\xef\xbf\xbd[2J  \xef\xbf\xbd\n"
	      "b\xef\xbf\xbd"
	      "c    \n");
	check(WRITER_TABLE, (struct writer_conf){ .ascii = true }, &lists,
	      "[[\"\\u6771\\u4eac\",[\"1\"]]]", "NAME  WHO\n??    1\n");
}

#define LONG "a-name-that-takes-thirty-colums"

static void test_table_fits(void **state)
{
	struct writer_conf conf = { .terminal = true, .width = 46 };
	const char *json = "[[\"" LONG "\",7,\"2026-11-21T19:26:55Z\",true,\"i\",1,1]]";

	(void)state;
	/* first COL_CUT is cut */
	conf.width = 54;
	check(WRITER_TABLE, conf, &rows, json,
	      "NAME                  COUNT  WHEN                  OK\n"
	      "a-name-that-takes-t\xe2\x80\xa6      7  2026-11-21T19:26:55Z  yes\n");
	/* then COL_SPARE is left out */
	conf.width = 40;
	check(WRITER_TABLE, conf, &rows, json,
	      "NAME                          COUNT  OK\n"
	      "a-name-that-takes-thirty-co\xe2\x80\xa6      7  yes\n");
	conf.width = 20;
	conf.ascii = true;
	check(WRITER_TABLE, conf, &rows, json, "NAME      COUNT  OK\na-name-~      7  yes\n");
	/* if that is not enough, lines are too long but complete */
	conf.width = 4;
	check(WRITER_TABLE, conf, &rows, json, "NAME      COUNT  OK\na-name-~      7  yes\n");
	/* a wide character is not cut in half */
	conf = (struct writer_conf){ .terminal = true, .width = 13 };
	check(WRITER_TABLE, conf, &lists,
	      "[[\"\\u6771\\u6771\\u6771\\u6771\\u6771\\u6771\",[\"x\"]]]",
	      "NAME      WHO\n\xe6\x9d\xb1\xe6\x9d\xb1\xe6\x9d\xb1\xe2\x80\xa6   x\n");
}

/* Rows after the look-ahead are written, each complete. */
static void test_table_many(void **state)
{
	json_t *all = json_array();
	size_t lines = 0, n = 2500;
	char *json, *out;

	(void)state;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_pack("[s,[s]]", i < n - 1 ? "a" : LONG, "x"));
	json = json_dumps(all, 0);
	out = render(WRITER_TABLE, (struct writer_conf){ 0 }, &lists, json);
	for (const char *p = out; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, n + 1);
	assert_non_null(strstr(out, LONG "  x\n"));
	free(out);
	free(json);
	json_decref(all);
}

static const struct command_view stream = { NULL, NULL, VIEW_STREAM, "", columns };

/* The output after each row. */
static void check_stream(enum writer_form form, size_t width, const char *const want[])
{
	struct writer_conf conf = { .width = width };
	json_t *cells[VIEW_COLUMNS_MAX] = { 0 };
	struct writer *w;
	char *out = NULL;
	size_t size, at = 0;

	conf.out = open_memstream(&out, &size);
	w = writer_open(form, &conf, &stream);
	assert_non_null(w);
	for (size_t i = 0; want[i]; i++) {
		static const char *const names[] = { "a", "a-long-name", "b" };

		cells[0] = json_string(names[i]);
		writer_row(w, cells);
		json_decref(cells[0]);
		writer_flush(w);
		assert_string_equal(out + at, want[i]);
		at = size;
	}
	assert_int_equal(writer_close(w), 0);
	assert_int_equal(size, at); /* no further output */
	fclose(conf.out);
	free(out);
}

/* Rows of a stream are flushed. The columns of its table grow and do not shrink. */
static void test_stream(void **state)
{
#define TAIL                                                                                  \
	", \"count\": null, \"when\": null, \"ok\": null, \"id\": null, "                     \
	"\"size\": null, \"up\": null}\n"
	(void)state;
	check_stream(WRITER_JSON, 0,
		     (const char *const[]){ "{\"name\": \"a\"" TAIL,
					    "{\"name\": \"a-long-name\"" TAIL, NULL });
	check_stream(WRITER_CSV, 0,
		     (const char *const[]){ "name,count,when,ok,id,size,up\r\na,,,,,,\r\n",
					    "a-long-name,,,,,,\r\n", NULL });
	check_stream(WRITER_TABLE, 0,
		     (const char *const[]){ "NAME  COUNT  WHEN  OK\na         -  -     -\n",
					    "a-long-name      -  -     -\n",
					    "b                -  -     -\n", NULL });
	check(WRITER_JSON, (struct writer_conf){ 0 }, &stream, "[]", "");
}

static void test_card(void **state)
{
	(void)state;
	check(WRITER_TABLE, (struct writer_conf){ 0 }, &one, "[" NULLS "]",
	      "Name   only-id\nCount  -\nWhen   -\nOk     -\n");
	check(WRITER_TABLE, (struct writer_conf){ .wide = true }, &one, "[" ROW "]",
	      "Name   web1\nCount  7\nWhen   2026-11-21T19:26:55Z\nOk     yes\nId     i\n"
	      "Size   1.5 KiB\nUp     1 d 1 h\n");
	check(WRITER_TABLE, (struct writer_conf){ 0 }, &list_one,
	      "[[\"a\\u001b\",[\"x\",\"y\"]],{\"more\":[\"z\"]}]",
	      "Name  a\xef\xbf\xbd\nWho   x\n      y\n      z\n");
	check(WRITER_TABLE, (struct writer_conf){ .bold = true }, &list_one, "[[\"a\",[]]]",
	      "\033[1mName\033[0m  a\n");
}

static void test_units(void **state)
{
	(void)state;
	check(WRITER_TABLE, (struct writer_conf){ .wide = true }, &rows,
	      "[[\"a\",1,null,false,\"i\",1023,59],[\"a\",1,null,false,\"i\",3221225472,3599],"
	      "[\"a\",1,null,false,\"i\",-1,7260]]",
	      "NAME  COUNT  WHEN  OK  ID     SIZE           UP\n"
	      "a         1  -     no  i    1023 B         59 s\n"
	      "a         1  -     no  i   3.0 GiB  59 min 59 s\n"
	      "a         1  -     no  i      -1 B    2 h 1 min\n");
}

/* Unexpected values from the manager do no harm. */
static void test_wrong_types(void **state)
{
	const char *json = "[[{\"a\":1},\"x\",5,[],1.5,\"y\",null],[]]";

	(void)state;
	for (int form = 0; form < WRITER_N; form++) {
		free(render((enum writer_form)form, (struct writer_conf){ .wide = true },
			    &rows, json));
		free(render((enum writer_form)form, (struct writer_conf){ .wide = true },
			    &lists,
			    "[[1,\"no "
			    "list\"],[2,{\"a\":1}],{\"more\":\"x\"},[3,[[],{},7,null]]]"));
	}
}

static void test_full_disk(void **state)
{
	struct writer_conf conf = { .out = fopen("/dev/full", "w") };
	struct writer *w;

	(void)state;
	if (!conf.out)
		skip();
	w = writer_open(WRITER_JSON, &conf, &rows);
	assert_non_null(w);
	assert_int_equal(writer_close(w), ST_EIO);
	fclose(conf.out);
	assert_int_equal(writer_close(NULL), 0);
}

UNIT_GROUP(writer)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),          cmocka_unit_test(test_csv),
		cmocka_unit_test(test_table),         cmocka_unit_test(test_table_lists),
		cmocka_unit_test(test_table_hostile), cmocka_unit_test(test_table_fits),
		cmocka_unit_test(test_table_many),    cmocka_unit_test(test_card),
		cmocka_unit_test(test_units),         cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_stream),        cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
