/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: facts, results, assessments and notices. Writer thread.
 * Private to src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_FACTS_H
#define STANCE_POSTURE_COMMIT_STAGE_FACTS_H

#include "posture/commit/commit.h"

int facts_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it);

#endif
