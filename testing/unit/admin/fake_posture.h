/* SPDX-License-Identifier: BSD-2-Clause */
/* A posture without a repository: a small fleet with hostile names, for tests of what is asked
 * of it. */
#ifndef STANCE_TESTING_FAKE_POSTURE_H
#define STANCE_TESTING_FAKE_POSTURE_H

#include "posture/query.h"

struct fake_posture {
	bool empty;            /* no endpoint has ever come */
	bool gap;              /* events of the first one are missing */
	bool fresh;            /* only the one came that has told everything */
	int err;               /* queries return this after their first row */
	size_t many;           /* so many more endpoints, all with openssl */
	_Atomic int64_t as_of; /* of the last query */
	_Atomic int64_t known_at;
	_Atomic int64_t until; /* of the last query for changes */
	int last_error;        /* of the repository */
	int64_t oldest;
	char forgot[256]; /* key of the endpoint that was forgotten last */
	int forget_error;
	bool endless;          /* query_changes finds no row and no end */
	_Atomic int followers; /* now */
};

extern struct fake_posture fake_posture;

/* What tests hand out as a posture. */
struct posture *fake_posture_open(void);

#endif
