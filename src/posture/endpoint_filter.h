/* SPDX-License-Identifier: BSD-2-Clause */
/* Some of the endpoints, to which questions are narrowed: a group, a platform. */
#ifndef STANCE_POSTURE_ENDPOINT_FILTER_H
#define STANCE_POSTURE_ENDPOINT_FILTER_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

struct among;
struct posture;

/* Those for which has() is true, by what they are called and their platform (empty: not known)
 * is now. has() is called with a lock held: it is quick, and asks posture nothing. 0 or
 * ST_ENOMEM, or what query_watch's function returned. Caller: among_free. */
int among_new(struct posture *p,
	      bool (*has)(void *ctx, struct span key, struct span name, struct span platform),
	      void *ctx, struct among **a);
void among_free(struct among *a);

/* NULL has every endpoint. */
bool among_has(const struct among *a, uint32_t endpoint);

/* How many of them there are now; a is not NULL. */
uint64_t among_count(const struct among *a);

ST_API_END

#endif
