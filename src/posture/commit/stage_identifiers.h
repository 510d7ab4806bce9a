/* SPDX-License-Identifier: BSD-2-Clause */
/* A stage of preparing a commit: from software identifiers to dictionary ids. Writer thread.
 * Private to src/posture. Functions return 0 or ST_E.... */
#ifndef STANCE_POSTURE_COMMIT_STAGE_IDENTIFIERS_H
#define STANCE_POSTURE_COMMIT_STAGE_IDENTIFIERS_H

#include "posture/commit/commit.h"

/* The entry of an identifier, committed or staged; NULL when there is none. */
struct dictionary_entry *commit_find(const struct commit *j, struct span identifier);

/* Sets *id to the dictionary id of sw; stages a new entry if there is none. */
int commit_resolve(struct commit *j, const struct item_software *sw, uint32_t *id);

/* The entry of an id, committed or staged. */
struct dictionary_entry *commit_software(const struct commit *j, uint32_t id);

/* Makes room for n entries in j->reported. */
int commit_reported(struct commit *j, size_t n);

#endif
