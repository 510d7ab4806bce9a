/* SPDX-License-Identifier: BSD-2-Clause */
/* Building the index when the repository is opened. Private to src/posture. */
#ifndef STANCE_POSTURE_STATE_INDEX_LOAD_H
#define STANCE_POSTURE_STATE_INDEX_LOAD_H

#include "posture/state/index.h"

/* Fills an empty index from the repository. On failure err_msg says what is inconsistent. */
int index_load(struct index *ix, const struct repository_plugin *pl, struct repository *repo,
	       char *err_msg, size_t err_msg_len);

#endif
