/* SPDX-License-Identifier: BSD-2-Clause */
/* CSV output (RFC 4180): a header line, CRLF, quotes where needed. A row with a list becomes
 * one line for each item. */
#include "admin/text.h"
#include "admin/client/writer.h"

static void csv_field(struct writer *w, const char *p, size_t n)
{
	bool quote = n && (memchr(p, '"', n) || memchr(p, ',', n) || memchr(p, '\n', n) ||
			   memchr(p, '\r', n));

	if (!quote) {
		fwrite(p, 1, n, w->conf.out);
		return;
	}
	fputc('"', w->conf.out);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			fputc('"', w->conf.out);
		fputc(p[i], w->conf.out);
	}
	fputc('"', w->conf.out);
}

static void csv_text(struct writer *w, const json_t *v)
{
	struct wr clean = { 0 };

	if (!w->conf.terminal) {
		csv_field(w, json_string_value(v), json_string_length(v));
		return;
	}
	text_put_clean(&clean, span_of(json_string_value(v), json_string_length(v)), false);
	csv_field(w, (const char *)clean.p, clean.len);
	wr_reset(&clean);
}

static void csv_value(struct writer *w, const json_t *v)
{
	if (json_is_string(v))
		csv_text(w, v);
	else if (json_is_integer(v))
		fprintf(w->conf.out, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		fputs(json_is_true(v) ? "true" : "false", w->conf.out);
}

/* One line of the row, with item (or NULL) in place of the list. */
static void csv_line(struct writer *w, const json_t *item)
{
	for (size_t i = 0; i < w->n_columns; i++) {
		if (i)
			fputc(',', w->conf.out);
		csv_value(w, (int)i == w->list ? item : w->row[i]);
	}
	fputs("\r\n", w->conf.out);
}

static bool csv_begin(struct writer *w)
{
	for (size_t i = 0; i < w->n_columns; i++)
		fprintf(w->conf.out, "%s%s", i ? "," : "", w->view->columns[i].key);
	fputs("\r\n", w->conf.out);
	return true;
}

static void csv_row(struct writer *w)
{
	if (w->list < 0)
		csv_line(w, NULL);
}

static void csv_items(struct writer *w, json_t *list)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		csv_line(w, v);
	}
}

static void csv_row_end(struct writer *w)
{
	if (w->list >= 0 && !w->items)
		csv_line(w, NULL);
}

static void csv_end(struct writer *w)
{
	(void)w;
}

const struct writer_ops writer_csv = { csv_begin,   csv_row, csv_items,
				       csv_row_end, csv_end, NULL };
