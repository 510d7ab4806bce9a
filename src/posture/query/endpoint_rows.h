/* SPDX-License-Identifier: BSD-2-Clause */
/* Passing rows about endpoints to a caller. Private to src/posture. Both functions take the
 * read lock and release it while fn runs. */
#ifndef STANCE_POSTURE_QUERY_ENDPOINT_ROWS_H
#define STANCE_POSTURE_QUERY_ENDPOINT_ROWS_H

#include "posture/query/history.h"

/* A row at m for each endpoint in ids, in that order. Endpoints that were not known at m are
 * left out. */
int endpoint_rows_emit(struct posture_read *p, const struct moment *m,
		       const struct id_list *ids,
		       int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* The same with brief rows (history_brief). */
int endpoint_rows_emit_brief(struct posture_read *p, const struct moment *m,
			     const struct id_list *ids, const struct uncertainty *d,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

#endif
