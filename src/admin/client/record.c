/* SPDX-License-Identifier: BSD-2-Clause */
/* A single row as a record: one line "Title  value" for each column. */
#include "admin/text.h"
#include "admin/client/cell_format.h"

#include <stdlib.h>

static bool record_begin(struct writer *w)
{
	(void)w;
	return true;
}

static size_t record_width(const struct writer *w)
{
	size_t width = 0;

	for (size_t i = 0; i < w->n_columns; i++) {
		size_t n = text_width(span_str(w->view->columns[i].title));

		width = n > width ? n : width;
	}
	return width;
}

static void record_line(struct writer *w, const char *title, char *value)
{
	fprintf(w->conf.out, "%s%-*s%s  %s\n", w->conf.bold ? "\033[1m" : "",
		(int)record_width(w), title, w->conf.bold ? "\033[0m" : "",
		value ? value : "");
	free(value);
}

static void record_row(struct writer *w)
{
	for (size_t i = 0; i < w->n_columns; i++) {
		const struct command_column *c = &w->view->columns[i];

		if ((int)i != w->list && (w->conf.wide || !(c->flags & COL_DETAIL)))
			record_line(w, c->title, cell_format_row(w, i));
	}
}

static void record_items(struct writer *w, json_t *list)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		const struct command_column *c = &w->view->columns[w->list];

		record_line(w, w->items + i ? "" : c->title, cell_format(&w->conf, c, v));
	}
}

static void record_nothing(struct writer *w)
{
	(void)w;
}

const struct writer_ops writer_record = { record_begin,   record_row,     record_items,
					  record_nothing, record_nothing, NULL };
