/* SPDX-License-Identifier: BSD-2-Clause */
/* What endpoints tell of themselves: the facts of each, and the results of rules, as one
 * row. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_ENDPOINT_ATTRIBUTES_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_ENDPOINT_ATTRIBUTES_H

#include "sqlite_db.h"

/* Facts are a JSON object, {"name":"value",...}; results are one too, of
 * "rule":[verdict,"reason"]. NULL for none. */
int sqlite_put_told(struct repository *r, const struct repository_attributes *t);

/* Zeroed but for l and ctx; sqlite_told_reader_reset when done. */
struct told_reader {
	const struct repository_loader *l;
	void *ctx;
	struct wr name, value; /* without their escapes */
};

void sqlite_told_reader_reset(struct told_reader *t);

/* Hands each fact and each result to the loader. 0, ST_EDB, or what that returned. */
int sqlite_told_parse(struct told_reader *t, uint32_t endpoint, struct span facts,
		      struct span results);

#endif
