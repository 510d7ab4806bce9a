/* SPDX-License-Identifier: BSD-2-Clause */
/* From a member to the struct that it is embedded in. */
#ifndef STANCE_BASE_CONTAINER_OF_H
#define STANCE_BASE_CONTAINER_OF_H

#include <stddef.h>

/* member_ptr points to the member `member` of a `type`; the result points to that `type`. */
#define container_of(member_ptr, type, member)                                                \
	((type *)(void *)((char *)(member_ptr)-offsetof(type, member)))

#endif
