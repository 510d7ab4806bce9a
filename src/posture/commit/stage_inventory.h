/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: whole inventories, compared with what is known. Writer
 * thread. Private to src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_INVENTORY_H
#define STANCE_POSTURE_COMMIT_STAGE_INVENTORY_H

#include "posture/commit/commit.h"

int inventory_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it);

/* Records that the software of s is complete as of the begin of `it`, unless FACT_INCOMPLETE
 * says otherwise. */
int commit_confirm(struct commit *j, struct staged_endpoint *s, const struct report_item *it,
		   const struct inventory_head *h);

/* Sets FACT_INCOMPLETE to it->lacks, or removes it when that is empty. */
int commit_incomplete(struct commit *j, struct staged_endpoint *s,
		      const struct report_item *it);

/* The software of s becomes j->now, stored as a difference to the set *base. Uses j->added and
 * j->removed. */
int commit_set_software(struct commit *j, struct staged_endpoint *s,
			const struct software_set **base);

#endif
