/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows about software, and counts of the endpoints that have it. Private to src/posture.
 * Functions take the read lock if nothing else is said. */
#ifndef STANCE_POSTURE_QUERY_SOFTWARE_ROWS_H
#define STANCE_POSTURE_QUERY_SOFTWARE_ROWS_H

#include "posture/query/history.h"

struct dictionary_entry;

/* Counts for the rows, one for each id. NULL: the row has 0. */
struct software_numbers {
	const uint64_t *endpoints; /* an id with 0 gets no row */
	const uint32_t *instances;
};

/* Fills r, which is zeroed, with e; its texts are copied to a. Under the read lock. */
int software_row_copy(struct arena *a, const struct dictionary_entry *e,
		      struct software_row *r);

/* Passes a row for each id to fn, by name, version, identifier. */
int software_rows_emit(struct posture_read *p, const struct id_list *ids,
		       const struct software_numbers *numbers,
		       int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* The same without numbers: installed or not. */
int software_rows_emit_all(struct posture_read *p, const struct id_list *ids,
			   int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* Sets counts[i] to the number of endpoints (of the filter; NULL: all) that have ids[i] at m.
 * Adds endpoints whose state at m is uncertain to d, which may be NULL. */
int software_rows_count(struct posture_read *p, const struct moment *m,
			const struct id_list *ids, const struct endpoint_filter *filter,
			uint64_t *counts, struct uncertainty *d);

/* Sets *n to how many of the ids at least one endpoint has at m. */
int software_rows_present(struct posture_read *p, const struct moment *m,
			  const struct id_list *software, const struct endpoint_filter *filter,
			  uint64_t *n);

#endif
