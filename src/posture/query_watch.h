/* SPDX-License-Identifier: BSD-2-Clause */
/* Ending a query early, although it may not pass a row for a long time. */
#ifndef STANCE_POSTURE_QUERY_WATCH_H
#define STANCE_POSTURE_QUERY_WATCH_H

#include "base/api.h"

ST_API_BEGIN

/* From now on every query of this thread calls look(ctx) now and then while it reads the
 * journal, and ends with look's return value if that is not 0. look NULL: no longer. */
void query_watch(int (*look)(void *ctx), void *ctx);

/* What look returns: 0, or the value with which the running query is to end. 0 without look.
 * For code that reads a lot of the journal. */
int query_interrupted(void);

ST_API_END

#endif
