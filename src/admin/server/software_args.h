/* SPDX-License-Identifier: BSD-2-Clause */
/* The software arguments of a question: PATTERN, which may end in a version range, and
 * --version. */
#ifndef STANCE_ADMIN_SERVER_SOFTWARE_ARGS_H
#define STANCE_ADMIN_SERVER_SOFTWARE_ARGS_H

#include "admin/server/question.h"

/* Fills q, which borrows from response; the query fills *freshness. ST_EVALUE (the end of the
 * answer is set) or ST_ENOMEM. */
int software_args_read(struct response *response, const struct question *question,
		       struct software_query *q, struct freshness *freshness);

/* Sets the end of the answer to ADMIN_STALE if unordered, the number of versions that could
 * not be compared, is not 0 and no endpoint in f is stale. Returns 0. */
int software_args_unordered(struct response *response, const struct answer_freshness *f,
			    uint64_t unordered);

#endif
