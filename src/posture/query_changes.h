/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the journal. The rules of query.h apply. */
#ifndef STANCE_POSTURE_QUERY_CHANGES_H
#define STANCE_POSTURE_QUERY_CHANGES_H

#include "base/api.h"
#include "posture/change.h"
#include "posture/query_types.h"

ST_API_BEGIN

struct posture;

/* Zero fields do not narrow. */
struct change_query {
	int64_t since, until; /* known_at > since, known_at <= until */
	int64_t as_of;        /* took effect by then */
	uint64_t after_seq;   /* seq > after_seq */
	uint32_t endpoint;
	const struct endpoint_filter *filter; /* changes of these endpoints; NULL: of all */
	uint32_t kinds;                       /* CHANGE_BIT of each kind; 0: all */
	uint64_t limit;                       /* at most so many rows */
	bool newest_first;

	/* Freshness at fresh_when, as query_freshness computes it with fresh_since. Untimed
	 * changes count if kinds include them and, with a limit, if they come before the last
	 * row. Filled after the last row. May be NULL. */
	struct freshness *fresh;
	struct when fresh_when;
	int64_t fresh_since;
};

struct change_row {
	struct change change;
	const char *endpoint_key, *endpoint_name;
	struct software_row software; /* id 0: the change is not about software */
};

int query_changes(struct posture *p, const struct change_query *q,
		  int (*fn)(void *ctx, const struct change_row *row), void *ctx);

ST_API_END

#endif
