/* SPDX-License-Identifier: BSD-2-Clause */
/* One value of an answer as people read it. */
#ifndef STANCE_ADMIN_CLIENT_CELL_FORMAT_H
#define STANCE_ADMIN_CLIENT_CELL_FORMAT_H

#include "admin/client/writer.h"

/* v as clean text ("-" for null), sizes and durations with their units, times to the second.
 * Caller: free. NULL when out of memory. */
char *cell_format(const struct writer_conf *conf, const struct command_column *c,
		  const json_t *v);

/* Column i of the row being written; what stands in for it when it is null; with its mark. */
char *cell_format_row(const struct writer *w, size_t i);

#endif
