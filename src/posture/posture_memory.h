/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that the present state takes, by use. */
#ifndef STANCE_POSTURE_POSTURE_MEMORY_H
#define STANCE_POSTURE_POSTURE_MEMORY_H

#include "base/api.h"

#include <stdint.h>

ST_API_BEGIN

struct posture;

/* Octets, approximately. */
struct posture_memory {
	uint64_t dictionary; /* software */
	uint64_t sets;       /* inventories */
	uint64_t bitmaps;    /* software -> endpoints */
	uint64_t endpoints;
	uint64_t texts; /* facts, results, descriptions; equal ones are stored once */
};

/* Any thread. Takes the read lock in short steps. */
void posture_memory(struct posture *p, struct posture_memory *m);

ST_API_END

#endif
