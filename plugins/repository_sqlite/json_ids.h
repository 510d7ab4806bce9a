/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of ids, and of pairs, as JSON arrays, which plain SQL can read (json_each). */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_JSON_IDS_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_JSON_IDS_H

#include "base/span.h"
#include "base/wr.h"

/* Writes v as [1,5,9]; the text lives in w. */
struct span sqlite_ids_text(struct wr *w, const uint32_t *v, size_t n);

/* Reads such a list into *v, which grows as needed (*cap elements). 0, ST_EDB or ST_ENOMEM. */
int sqlite_ids_parse(struct span text, uint32_t **v, size_t *cap, size_t *n);

/* Writes pairs as [[1,5],[9,9]]: one call for each pair, then the end. */
void sqlite_pair_text(struct wr *w, bool first, int64_t a, int64_t b);
void sqlite_pairs_end(struct wr *w);

/* Passes each pair to fn. 0, ST_EDB, or what fn returned. An empty text has no pairs. */
int sqlite_pairs_parse(struct span text, int (*fn)(void *ctx, int64_t a, int64_t b),
		       void *ctx);

#endif
