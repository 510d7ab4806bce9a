/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: the events of an endpoint: what was installed and removed,
 * one by one. Writer thread. Private to src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_EVENTS_H
#define STANCE_POSTURE_COMMIT_STAGE_EVENTS_H

#include "posture/commit/commit.h"

int events_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it);

#endif
