/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: what endpoints report about the identity of software: name,
 * version, supplier. Writer thread. Private to src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_DESCRIPTIONS_H
#define STANCE_POSTURE_COMMIT_STAGE_DESCRIPTIONS_H

#include "posture/commit/commit.h"

/* Applies the descriptions of the report that is being staged; its changes begin with index
 * `first`. Called after everything else of the report.
 *
 *   - An endpoint describes only software that it has.
 *   - Unknown fields are filled in.
 *   - A known description is replaced only while no other endpoint has the software.
 *   - A refused description becomes a notice "software.description". */
int descriptions_stage(struct commit *j, struct staged_endpoint *s, size_t first);

/* Keeps the description of sw for software id (0: to be looked up) until descriptions_stage. 0
 * or ST_ENOMEM. */
int commit_described(struct commit *j, uint32_t id, const struct item_software *sw);

#endif
