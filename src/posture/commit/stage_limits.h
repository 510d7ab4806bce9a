/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: the daily limits of an endpoint. Writer thread. Private to
 * src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_LIMITS_H
#define STANCE_POSTURE_COMMIT_STAGE_LIMITS_H

#include "posture/commit/commit.h"

/* Whether r may be staged: 0, ST_ELIMIT or ST_ENOMEM. An endpoint over its limit gets one
 * notice and one log line a day. */
int limits_check(struct commit *j, struct staged_endpoint *s, const struct report *r);

/* Charges a staged report. software and changes: j->n_software and j->n_changes before it. */
void limits_charge(struct commit *j, struct staged_endpoint *s, uint32_t software,
		   size_t changes);

#endif
