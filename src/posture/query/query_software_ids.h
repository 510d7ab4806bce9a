/* SPDX-License-Identifier: BSD-2-Clause */
/* From a question to the dictionary ids of its software. Private to src/posture. */
#ifndef STANCE_POSTURE_QUERY_QUERY_SOFTWARE_IDS_H
#define STANCE_POSTURE_QUERY_QUERY_SOFTWARE_IDS_H

#include "posture/query/history.h"

/* Fills wanted with the software of q, and unordered with software whose name matches but
 * whose version cannot be compared with q->range. unordered may be NULL if q->range is. Takes
 * the read lock. */
int query_software_ids(struct posture_read *p, const struct software_query *q,
		       struct id_list *wanted, struct id_list *unordered);

#endif
