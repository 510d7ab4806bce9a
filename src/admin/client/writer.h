/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of an answer as one JSON document, as CSV (RFC 4180), or as a table. Cells are JSON
 * values in the order of the view's columns. Rows are written as they arrive and not kept;
 * only a table buffers its first rows, to determine the widths. */
#ifndef STANCE_ADMIN_CLIENT_WRITER_H
#define STANCE_ADMIN_CLIENT_WRITER_H

#include "admin/command.h"

#include <jansson.h>
#include <stdio.h>

enum writer_form { WRITER_TABLE, WRITER_JSON, WRITER_CSV, WRITER_N };

struct writer_conf {
	FILE *out;     /* borrowed */
	size_t width;  /* columns of the terminal; 0: unlimited */
	bool terminal; /* out is a terminal: text is cleaned, and a row is not repeated for each
			* item of its list */
	bool wide;     /* show COL_DETAIL columns */
	bool ascii;    /* the terminal is limited to ASCII */
	bool bold;     /* bold headers */
};

struct writer;

/* The operations of a form. Only begin can fail (out of memory). Write errors are kept in the
 * FILE. */
struct writer_ops {
	bool (*begin)(struct writer *w);
	void (*row)(struct writer *w);                 /* writes w->row without its list */
	void (*items)(struct writer *w, json_t *list); /* items of its list; may be repeated */
	void (*row_end)(struct writer *w);
	void (*end)(struct writer *w);
	void (*flush)(struct writer *w); /* writes buffered lines; may be NULL */
};

struct writer {
	const struct writer_ops *ops;
	const struct command_view *view;
	struct writer_conf conf;
	size_t n_columns;
	int list;                      /* index of the view's list column, or -1 */
	json_t *row[VIEW_COLUMNS_MAX]; /* the current row */
	bool in_row;
	uint64_t rows, items; /* rows so far; items of this row */
	void *form;           /* data of the form: the lines of a table */
};

/* Opens a writer; conf is copied. NULL: out of memory. */
struct writer *writer_open(enum writer_form form, const struct writer_conf *conf,
			   const struct command_view *view);

/* Writes a row. The cells are borrowed; NULL means null. */
void writer_row(struct writer *w, json_t *const cells[]);

/* Writes more items of the last row's list. */
void writer_more(struct writer *w, json_t *list);

/* Flushes the rows of a stream. Does nothing for other views. */
void writer_flush(struct writer *w);

/* Ends the document and frees w. 0, or ST_EIO after a write error. NULL is allowed. */
int writer_close(struct writer *w);

extern const struct writer_ops writer_json, writer_csv, writer_table, writer_record;

#endif
