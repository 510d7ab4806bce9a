/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON output: an array with one object on each line, or a single object. A stream is JSON
 * Lines: one object on each line. */
#include "admin/text.h"
#include "admin/client/writer.h"

static bool json_is_list_form(const struct writer *w)
{
	return w->view->shape == VIEW_ROWS;
}

/* On a terminal, text that is not clean is written with \u escapes: the value does not
 * change. */
static void json_put(struct writer *w, json_t *v)
{
	struct span s = span_of(json_string_value(v), json_string_length(v));
	bool harmless = !w->conf.terminal || text_is_clean(s);

	(void)json_dumpf(v, w->conf.out,
			 JSON_COMPACT | JSON_ENCODE_ANY | (harmless ? 0 : JSON_ENSURE_ASCII));
}

static bool json_is_lines(const struct writer *w)
{
	return w->view->shape == VIEW_STREAM;
}

static bool json_begin(struct writer *w)
{
	if (json_is_list_form(w))
		fputc('[', w->conf.out);
	return true;
}

static void json_row(struct writer *w)
{
	bool one = w->view->shape == VIEW_ONE;

	fputs(!json_is_list_form(w) ? "{" : w->rows ? ",\n  {" : "\n  {", w->conf.out);
	for (size_t i = 0; i < w->n_columns; i++) {
		fputs(one ? (i ? ",\n  " : "\n  ") : (i ? ", " : ""), w->conf.out);
		fprintf(w->conf.out, "\"%s\": ", w->view->columns[i].key);
		if ((int)i == w->list)
			fputc('[', w->conf.out);
		else
			json_put(w, w->row[i]);
	}
}

static void json_items(struct writer *w, json_t *list)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		if (w->items || i)
			fputs(", ", w->conf.out);
		json_put(w, v);
	}
}

static void json_row_end(struct writer *w)
{
	if (w->list >= 0)
		fputc(']', w->conf.out);
	fputs(json_is_list_form(w) ? "}" : json_is_lines(w) ? "}\n" : "\n}\n", w->conf.out);
}

static void json_end(struct writer *w)
{
	if (json_is_list_form(w))
		fputs(w->rows ? "\n]\n" : "]\n", w->conf.out);
	else if (!w->rows && !json_is_lines(w))
		fputs("null\n", w->conf.out);
}

const struct writer_ops writer_json = { json_begin,   json_row, json_items,
					json_row_end, json_end, NULL };
