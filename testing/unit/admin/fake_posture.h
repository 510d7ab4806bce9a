/* SPDX-License-Identifier: BSD-2-Clause */
/* A posture without a repository, for tests of queries: a small fleet, some names hostile. */
#ifndef STANCE_TESTING_FAKE_POSTURE_H
#define STANCE_TESTING_FAKE_POSTURE_H

#include "posture/query.h"

struct fake_posture {
	bool empty;            /* no endpoint is known */
	bool gap;              /* events of the first endpoint are missing */
	bool fresh;            /* only the endpoint that has reported its software */
	int err;               /* queries return this after their first row */
	size_t many;           /* number of further endpoints, all with openssl */
	_Atomic int64_t as_of; /* of the last query */
	_Atomic int64_t known_at;
	_Atomic int64_t until; /* of the last query for changes */
	int last_error;        /* of the repository */
	int64_t oldest;
	char forgot[256]; /* key of the last forgotten endpoint */
	int forget_error;
	bool endless;          /* query_changes has no row and does not end */
	_Atomic int followers; /* current number */
};

extern struct fake_posture fake_posture;

/* The posture that tests pass to the server. */
struct posture *fake_posture_open(void);

#endif
