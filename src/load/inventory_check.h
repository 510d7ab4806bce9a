/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the manager knows what the simulated endpoints have. */
#ifndef STANCE_LOAD_INVENTORY_CHECK_H
#define STANCE_LOAD_INVENTORY_CHECK_H

#include "load/fleet.h"

/* Compares what the manager's administrator is told with the endpoints of f: how many pieces
 * of software and how far their ledgers are known of each, and the software of n of them piece
 * by piece. Fills report->verify; blocks. 0, ST_EIO, ST_ECLOSED, ST_ENOMEM. */
int inventory_check(const struct fleet *f, uint32_t n);

#endif
