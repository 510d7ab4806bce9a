/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts and results of endpoints: one row of table `told` for each endpoint. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_ENDPOINT_ATTRIBUTES_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_ENDPOINT_ATTRIBUTES_H

#include "sqlite_db.h"

/* Stores t. Facts are a JSON object {"name":"value",...}; results are a JSON object
 * {"rule":[verdict,"reason"],...}. NULL: none. */
int sqlite_put_told(struct repository *r, const struct repository_attributes *t);

/* Set l and ctx, zero the rest; sqlite_told_reader_reset when done. */
struct told_reader {
	const struct repository_loader *l;
	void *ctx;
	struct wr name, value; /* with escapes decoded */
};

void sqlite_told_reader_reset(struct told_reader *t);

/* Passes each fact and each result to the loader. Returns 0, ST_EDB (not as sqlite_put_told
 * writes it), or the value that the loader returned. */
int sqlite_told_parse(struct told_reader *t, uint32_t endpoint, struct span facts,
		      struct span results);

#endif
