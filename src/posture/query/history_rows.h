/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows about endpoints at a moment. Private to src/posture. */
#ifndef STANCE_POSTURE_QUERY_HISTORY_ROWS_H
#define STANCE_POSTURE_QUERY_HISTORY_ROWS_H

#include "posture/query/history.h"

/* Sets *rows to an array in `a` with a row at m for each endpoint in ids, in that order.
 * Endpoints that were not known at m are left out. Takes the read lock. */
int history_rows(struct posture_read *p, const struct moment *m, const struct id_list *ids,
		 struct arena *a, struct endpoint_row **rows, size_t *n);

/* Fills the fields of a row that need no journal: id, key, name, first_seen, has_inventory,
 * and has_gap and complete_through as known now, with the uncertainty d (may be NULL). Under
 * the read lock. */
int history_brief(const struct moment *m, const struct endpoint *e,
		  const struct uncertainty *d, struct arena *a, struct endpoint_row *row);

#endif
