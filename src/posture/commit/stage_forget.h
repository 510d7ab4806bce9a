/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: endpoints that leave the present. Writer thread. Private to
 * src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_FORGET_H
#define STANCE_POSTURE_COMMIT_STAGE_FORGET_H

#include "posture/commit/commit.h"

/* The endpoint leaves the present; s gets another key. */
int forget_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it);

/* True when this commit forgets the endpoint `old`. */
bool forget_staged(const struct commit *j, const struct endpoint *old);

#endif
