/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/posture_read.h"
#include "posture/core.h"

struct posture_read *posture_read(struct posture *p)
{
	return &p->read;
}
