/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the kit: a collector's connection. */
#ifndef STANCE_KIT_IMC_SIDE_H
#define STANCE_KIT_IMC_SIDE_H

#include "kit/core.h"
#include "kit/imc.h"

struct imc {
	struct kit_conn conn; /* first */
};

extern const struct kit_side imc_side;

#endif
