/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/client/writer.h"
#include "base/err.h"

#include <stdlib.h>

static const struct writer_ops *const forms[WRITER_N] = {
	[WRITER_TABLE] = &writer_table,
	[WRITER_JSON] = &writer_json,
	[WRITER_CSV] = &writer_csv,
};

struct writer *writer_open(enum writer_form form, const struct writer_conf *conf,
			   const struct command_view *view)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->ops =
		form == WRITER_TABLE && view->shape == VIEW_ONE ? &writer_record : forms[form];
	w->conf = *conf;
	w->view = view;
	w->n_columns = view_columns(view);
	w->list =
		view->columns[w->n_columns - 1].type == COL_LIST ? (int)w->n_columns - 1 : -1;
	if (!w->ops->begin(w)) {
		writer_close(w);
		return NULL;
	}
	return w;
}

static void writer_row_end(struct writer *w)
{
	if (!w->in_row)
		return;
	w->ops->row_end(w);
	for (size_t i = 0; i < w->n_columns; i++) {
		json_decref(w->row[i]);
		w->row[i] = NULL;
	}
	w->in_row = false;
}

void writer_row(struct writer *w, json_t *const cells[])
{
	writer_row_end(w);
	for (size_t i = 0; i < w->n_columns; i++)
		w->row[i] = cells[i] ? json_incref(cells[i]) : json_null();
	w->in_row = true;
	w->items = 0;
	w->ops->row(w);
	w->rows++;
	if (w->list >= 0)
		writer_more(w, w->row[w->list]);
}

void writer_more(struct writer *w, json_t *list)
{
	if (w->list < 0 || !w->in_row || !json_array_size(list))
		return;
	w->ops->items(w, list);
	w->items += json_array_size(list);
}

void writer_flush(struct writer *w)
{
	if (!w || w->view->shape != VIEW_STREAM)
		return;
	writer_row_end(w);
	if (w->ops->flush)
		w->ops->flush(w);
	fflush(w->conf.out);
}

int writer_close(struct writer *w)
{
	bool bad;

	if (!w)
		return 0;
	writer_row_end(w);
	w->ops->end(w);
	bad = fflush(w->conf.out) != 0 || ferror(w->conf.out);
	free(w);
	return bad ? ST_EIO : 0;
}
