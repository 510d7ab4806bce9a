/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds, while the index is loaded, the sets of endpoints that have each software. Inside
 * posture only. */
#ifndef STANCE_POSTURE_STATE_INDEX_LINK_H
#define STANCE_POSTURE_STATE_INDEX_LINK_H

#include "posture/state/index.h"

/* Zero-initialise. */
struct index_linker {
	struct index *ix;
	pthread_t thread;
	bool running;
	uint32_t bad; /* id of the inconsistent endpoint */
	int err;
};

/* Starts the thread; call once, after dictionary, sets and endpoints are loaded. */
void index_link_start(struct index_linker *l, struct index *ix);

/* Waits for the thread. 0, ST_EDB (l->bad is set) or ST_ENOMEM. */
int index_link_end(struct index_linker *l);

/* True if v is ascending and all are ids of the dictionary. */
bool index_members_fit(const struct index *ix, const uint32_t *v, size_t n);

#endif
