/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer.h"
#include "base/clock.h"
#include "base/err.h"
#include "unit/admin/fake_posture.h"

struct admin_env env;

int take(void *ctx, struct span bytes)
{
	struct got *g = ctx;

	if (g->fail_after && g->pieces + 1 == g->fail_after)
		return ST_ECLOSED;
	g->pieces++;
	wr_bytes(&g->text, bytes);
	return 0;
}

static void take_more(struct got *g, json_t *more)
{
	json_t *row = json_array_get(g->rows, json_array_size(g->rows) - 1);

	json_array_extend(json_array_get(row, json_array_size(row) - 1), more);
}

static void take_line(struct got *g, const char *line, size_t n)
{
	json_t *v = json_loadb(line, n, JSON_ALLOW_NUL, NULL), *part;

	assert_non_null(v);
	assert_null(g->end); /* no line after the end */
	if (json_is_array(v)) {
		assert_int_equal(json_array_size(v), json_array_size(g->keys));
		json_array_append(g->rows, v);
	} else if ((part = json_object_get(v, "keys"))) {
		g->keys = json_incref(part);
	} else if (json_object_get(v, "alive")) {
		g->alive++;
	} else if ((part = json_object_get(v, "more"))) {
		take_more(g, part);
	} else {
		g->end = json_incref(v);
	}
	json_decref(v);
}

int answer(struct got *g, enum admin_role role, const char *line)
{
	struct admin_sink sink = { .send = take, .ctx = g };
	size_t fail_after = g->fail_after;
	int err;

	*g = (struct got){ .rows = json_array(), .fail_after = fail_after };
	err = admin_answer(&env, role, span_str(line), &sink);
	if (!err)
		for (char *p = (char *)g->text.p, *end = p + g->text.len, *nl; p < end;
		     p = nl + 1) {
			nl = memchr(p, '\n', (size_t)(end - p));
			assert_non_null(nl);
			take_line(g, p, (size_t)(nl - p));
		}
	return err;
}

void drop(struct got *g)
{
	json_decref(g->keys);
	json_decref(g->rows);
	json_decref(g->end);
	wr_reset(&g->text);
}

int end_exit(const struct got *g)
{
	return (int)json_integer_value(json_object_get(g->end, "exit"));
}

const char *end_text(const struct got *g)
{
	const char *text = json_string_value(json_object_get(g->end, "text"));

	return text ? text : "";
}

/* The cell of a row by its key. */
json_t *cell(const struct got *g, size_t row, const char *key)
{
	json_t *k;
	size_t i;

	json_array_foreach(g->keys, i, k)
	{
		if (strcmp(json_string_value(k), key) == 0)
			return json_array_get(json_array_get(g->rows, row), i);
	}
	fail_msg("no key %s", key);
	return NULL;
}

const char *text(const struct got *g, size_t row, const char *key)
{
	const char *s = json_string_value(cell(g, row, key));

	return s ? s : "(null)";
}

void check(const char *line, int exit, size_t rows, const char *err_msg)
{
	struct got g = { 0 };

	assert_int_equal(answer(&g, ADMIN_READ, line), 0);
	if (end_exit(&g) != exit || json_array_size(g.rows) != rows ||
	    !strstr(end_text(&g), err_msg))
		fail_msg("'%s': exit %d, %zu rows, '%s'", line, end_exit(&g),
			 json_array_size(g.rows), end_text(&g));
	assert_int_equal(json_integer_value(json_object_get(g.end, "rows")), rows);
	drop(&g);
}

int answer_setup(void **state)
{
	(void)state;
	env = (struct admin_env){ .posture = fake_posture_open() };
	clock_fake(INT64_C(1795300000000000));
	return 0;
}
