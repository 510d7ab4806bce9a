/* SPDX-License-Identifier: BSD-2-Clause */
/* An answer on its way to a person or a program: the same rows as one JSON document, as CSV
 * (RFC 4180), or as a table. Rows are JSON values in the order of the view's columns and are
 * written as they come, so that a million of them need no memory; only a table looks at its
 * first rows before it decides how wide its columns are. */
#ifndef STANCE_ADMIN_CLIENT_WRITER_H
#define STANCE_ADMIN_CLIENT_WRITER_H

#include "admin/command.h"

#include <jansson.h>
#include <stdio.h>

enum writer_form { WRITER_TABLE, WRITER_JSON, WRITER_CSV, WRITER_N };

struct writer_conf {
	FILE *out;     /* borrowed */
	size_t width;  /* columns of the terminal; 0: lines may be as long as they want */
	bool terminal; /* a person reads: nothing that could move the cursor gets through, and
			* what a row says is not said again beside each item of its list */
	bool wide;     /* show COL_DETAIL too */
	bool ascii;    /* the terminal knows nothing else */
	bool bold;     /* heads */
};

struct writer;

/* What a form does. Only its beginning can fail, out of memory; FILE remembers the rest. */
struct writer_ops {
	bool (*begin)(struct writer *w);
	void (*row)(struct writer *w); /* writes w->row without its list */
	void (*items)(struct writer *w,
		      json_t *list); /* items of its list, may be many times */
	void (*row_end)(struct writer *w);
	void (*end)(struct writer *w);
	void (*flush)(struct writer *w); /* writes what it has kept back; may be NULL */
};

struct writer {
	const struct writer_ops *ops;
	const struct command_view *view;
	struct writer_conf conf;
	size_t n_columns;
	int list;                      /* index of the view's list column, or -1 */
	json_t *row[VIEW_COLUMNS_MAX]; /* the row that is being written */
	bool in_row;
	uint64_t rows, items; /* begun so far; items of this row */
	void *form;           /* what the form needs: a table's lines */
};

/* NULL when out of memory. */
struct writer *writer_open(enum writer_form form, const struct writer_conf *conf,
			   const struct command_view *view);

/* One row; the cells are borrowed, NULL stands for null. */
void writer_row(struct writer *w, json_t *const cells[]);

/* More items for the list of the last row. */
void writer_more(struct writer *w, json_t *list);

/* Shows the rows of a stream so far; other answers may wait until they are worth a write. */
void writer_flush(struct writer *w);

/* Completes the document and frees w: 0, or ST_EIO when the output could not be written. NULL
 * is fine. */
int writer_close(struct writer *w);

extern const struct writer_ops writer_json, writer_csv, writer_table, writer_record;

#endif
