/* SPDX-License-Identifier: BSD-2-Clause */
/* Table output. The first lines are buffered to determine the widths of the columns. Later
 * lines are written at once. */
#include "admin/text.h"
#include "admin/client/cell_format.h"

#include <ctype.h>
#include <stdlib.h>

#define TABLE_LOOKAHEAD 1000
#define TABLE_GAP 2
#define TABLE_MIN 8   /* columns are not cut below this */
#define TABLE_GOOD 12 /* nor below this while a COL_SPARE can be left out */

struct table {
	size_t n;                         /* columns shown */
	size_t columns[VIEW_COLUMNS_MAX]; /* indices of those in the view */
	size_t widest[VIEW_COLUMNS_MAX];  /* widest cell so far */
	size_t width[VIEW_COLUMNS_MAX];   /* as shown */
	bool head;                        /* the header has been written */
	bool hidden[VIEW_COLUMNS_MAX];    /* left out, too narrow */
	bool settled;                     /* widths are final */
	size_t lines;
	char **cells; /* lines * n of them; clean text */
};

static const struct command_column *table_column(const struct writer *w, size_t i)
{
	const struct table *t = w->form;

	return &w->view->columns[t->columns[i]];
}

static bool table_is_number(const struct command_column *c)
{
	return c->type == COL_COUNT || c->type == COL_OCTETS || c->type == COL_SECONDS;
}

/* --- widths -------------------------------------------------------------------------------- */

/* Total width of the shown columns if columns that may be cut are at most cut wide (0: not
 * cut). */
static size_t table_total(const struct writer *w, size_t cut)
{
	const struct table *t = w->form;
	size_t total = 0;

	for (size_t i = 0; i < t->n; i++) {
		bool may = cut && (table_column(w, i)->flags & COL_CUT);

		if (!t->hidden[i])
			total += TABLE_GAP + (may && t->width[i] > cut ? cut : t->width[i]);
	}
	return total - TABLE_GAP;
}

/* The widest column that can be cut, or t->n. */
static size_t table_widest(const struct writer *w, bool cut_only)
{
	const struct table *t = w->form;
	size_t best = t->n;

	for (size_t i = 0; i < t->n; i++) {
		const struct command_column *c = table_column(w, i);
		size_t least = strlen(c->title) > TABLE_MIN ? strlen(c->title) : TABLE_MIN;
		bool may = cut_only ? (c->flags & COL_CUT) != 0
				    : c->type == COL_TEXT || c->type == COL_LIST;

		if (may && !t->hidden[i] && t->width[i] > least &&
		    (best == t->n || t->width[i] > t->width[best]))
			best = i;
	}
	return best;
}

/* Fits the table to the width: leaves out COL_SPARE, then cuts COL_CUT, then any text. */
static void table_fit(struct writer *w)
{
	struct table *t = w->form;
	bool cut_only = true;

	for (size_t i = t->n;
	     !t->head && i-- > 0 && table_total(w, TABLE_GOOD) > w->conf.width;)
		t->hidden[i] = (table_column(w, i)->flags & COL_SPARE) != 0;
	while (table_total(w, 0) > w->conf.width) {
		size_t i = table_widest(w, cut_only);

		if (i < t->n)
			t->width[i]--;
		else if (!cut_only)
			break;
		else
			cut_only = false;
	}
}

static void table_settle(struct writer *w)
{
	struct table *t = w->form;

	for (size_t i = 0; i < t->n; i++) {
		size_t widest = strlen(table_column(w, i)->title);

		widest = t->widest[i] > widest ? t->widest[i] : widest;
		for (size_t l = 0; l < t->lines; l++) {
			const char *cell = t->cells[l * t->n + i];
			size_t width = cell ? text_width(span_str(cell)) : 0;

			widest = width > widest ? width : widest;
		}
		t->widest[i] = t->width[i] = widest;
	}
	if (w->conf.width)
		table_fit(w);
}

/* --- lines --------------------------------------------------------------------------------- */

static void table_pad(const struct writer *w, size_t n)
{
	fprintf(w->conf.out, "%*s", (int)n, "");
}

/* Writes a cell; the last column is not padded. */
static void table_write_cell(const struct writer *w, size_t i, const char *cell)
{
	const struct table *t = w->form;
	struct span s = span_str(cell);
	size_t width = text_width(s), room = t->width[i];
	bool right = table_is_number(table_column(w, i)), cut = width > room && w->conf.width;

	if (cut)
		s.n = text_cut(s, room - 1, &width);
	width += cut;
	if (right && width < room)
		table_pad(w, room - width);
	fwrite(s.p, 1, s.n, w->conf.out);
	if (cut)
		fputs(w->conf.ascii ? "~" : "\xe2\x80\xa6", w->conf.out);
	if (!right && width < room && i + 1 < t->n)
		table_pad(w, room - width);
}

static void table_write_line(const struct writer *w, char *const *cells, const char *end)
{
	const struct table *t = w->form;

	for (size_t i = 0, written = 0; i < t->n; i++) {
		if (t->hidden[i])
			continue;
		if (written++)
			table_pad(w, TABLE_GAP);
		table_write_cell(w, i, cells[i] ? cells[i] : "");
	}
	fputs(end, w->conf.out);
}

static void table_free_line(const struct table *t, char **cells)
{
	for (size_t i = 0; i < t->n; i++) {
		free(cells[i]);
		cells[i] = NULL;
	}
}

/* The header of a column, in capitals. Caller: free. */
static char *table_title(const char *title)
{
	char *copy = strdup(title);

	for (char *p = copy; p && *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return copy;
}

static void table_write_head(const struct writer *w)
{
	const struct table *t = w->form;
	char *titles[VIEW_COLUMNS_MAX];

	for (size_t i = 0; i < t->n; i++)
		titles[i] = table_title(table_column(w, i)->title);
	if (w->conf.bold)
		fputs("\033[1m", w->conf.out);
	table_write_line(w, titles, w->conf.bold ? "\033[0m\n" : "\n");
	table_free_line(t, titles);
}

/* Sets the widths and writes the buffered lines. In a stream the widths may grow later. */
static void table_release(struct writer *w)
{
	struct table *t = w->form;

	table_settle(w);
	if (t->lines && !t->head)
		table_write_head(w);
	t->head |= t->lines > 0;
	for (size_t l = 0; l < t->lines; l++) {
		table_write_line(w, t->cells + l * t->n, "\n");
		table_free_line(t, t->cells + l * t->n);
	}
	t->lines = 0;
}

/* Buffers or writes one line; takes its cells. */
static void table_add(struct writer *w, char **cells)
{
	struct table *t = w->form;

	if (t->settled) {
		table_write_line(w, cells, "\n");
		table_free_line(t, cells);
		return;
	}
	memcpy(t->cells + t->lines * t->n, cells, t->n * sizeof(*cells));
	if (++t->lines < TABLE_LOOKAHEAD)
		return;
	table_release(w);
	t->settled = w->view->shape != VIEW_STREAM;
}

/* --- the form ------------------------------------------------------------------------------ */

static bool table_begin(struct writer *w)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return false;
	for (size_t i = 0; i < w->n_columns; i++)
		if (w->conf.wide || !(w->view->columns[i].flags & COL_DETAIL))
			t->columns[t->n++] = i;
	w->form = t;
	t->cells = calloc(TABLE_LOOKAHEAD * t->n, sizeof(*t->cells));
	return t->cells != NULL;
}

/* Adds a line of the row, with item in the column of the list. After the first line of a row
 * the other columns are empty on a terminal, and repeated otherwise. */
static void table_add_line(struct writer *w, const json_t *item, bool first)
{
	struct table *t = w->form;
	char *cells[VIEW_COLUMNS_MAX];

	for (size_t i = 0; i < t->n; i++) {
		if ((int)t->columns[i] == w->list)
			cells[i] = cell_format(&w->conf, table_column(w, i), item);
		else if (first || !w->conf.terminal)
			cells[i] = cell_format_row(w, t->columns[i]);
		else
			cells[i] = NULL;
	}
	table_add(w, cells);
}

static void table_row(struct writer *w)
{
	if (w->list < 0)
		table_add_line(w, NULL, true);
}

static void table_items(struct writer *w, json_t *list)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		table_add_line(w, v, w->items + i == 0);
	}
}

static void table_row_end(struct writer *w)
{
	if (w->list >= 0 && !w->items)
		table_add_line(w, NULL, true);
}

static void table_end(struct writer *w)
{
	struct table *t = w->form;

	if (!t)
		return;
	if (t->cells && t->lines)
		table_release(w);
	free(t->cells);
	free(t);
}

const struct writer_ops writer_table = { table_begin,   table_row, table_items,
					 table_row_end, table_end, table_release };
