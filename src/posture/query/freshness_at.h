/* SPDX-License-Identifier: BSD-2-Clause */
/* Freshness at a moment. Private to src/posture. */
#ifndef STANCE_POSTURE_QUERY_FRESHNESS_AT_H
#define STANCE_POSTURE_QUERY_FRESHNESS_AT_H

#include "posture/query/history.h"

/* query_freshness at m. d: the uncertainty of the answer, settled; may be NULL. Takes the read
 * lock. */
int freshness_at(struct posture_read *p, const struct moment *m,
		 const struct endpoint_filter *filter, const struct uncertainty *d,
		 int64_t since, struct freshness *f);

#endif
