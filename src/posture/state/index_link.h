/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has what, at a start. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_INDEX_LINK_H
#define STANCE_POSTURE_STATE_INDEX_LINK_H

#include "posture/state/index.h"

/* Zero-initialise. */
struct index_linker {
	struct index *ix;
	pthread_t thread;
	bool running;
	uint32_t bad; /* the endpoint that does not fit */
	int err;
};

/* Begins, once: dictionary, sets and endpoints are all there. */
void index_link_start(struct index_linker *l, struct index *ix);

/* Waits. 0, ST_EDB (l->bad) or ST_ENOMEM. */
int index_link_end(struct index_linker *l);

/* Ids of the dictionary, ascending. */
bool index_members_fit(const struct index *ix, const uint32_t *v, size_t n);

#endif
