/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of one value in tables. */
#ifndef STANCE_ADMIN_CLIENT_CELL_FORMAT_H
#define STANCE_ADMIN_CLIENT_CELL_FORMAT_H

#include "admin/client/writer.h"

/* v as clean text: "-" for null, sizes and durations with units, times in whole seconds. The
 * caller frees it. NULL: out of memory. */
char *cell_format(const struct writer_conf *conf, const struct command_column *c,
		  const json_t *v);

/* Likewise column i of the current row, or of its column `instead` if it is null. Has a
 * leading '~' if the time is inexact (COL_AFTER). */
char *cell_format_row(const struct writer *w, size_t i);

#endif
