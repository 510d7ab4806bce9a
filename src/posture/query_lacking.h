/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints that do not have some software. The rules of query.h apply. */
#ifndef STANCE_POSTURE_QUERY_LACKING_H
#define STANCE_POSTURE_QUERY_LACKING_H

#include "base/api.h"
#include "posture/query_types.h"

ST_API_BEGIN

struct posture;

/* The endpoints, by name, that have none of the software of the question. Endpoints and
 * software are of the same moment. With as_of alone rows are brief
 * (query_software_endpoints). */
int query_lacking(struct posture *p, const struct software_query *q,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

ST_API_END

#endif
