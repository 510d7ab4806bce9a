/* SPDX-License-Identifier: BSD-2-Clause */
/* Two hosts with a puppet each, for tests that connect their peers. */
#ifndef STANCE_TESTING_UNIT_HOST_PEERS_LAB_H
#define STANCE_TESTING_UNIT_HOST_PEERS_LAB_H

#include "host_test.h"

extern struct puppet *imc, *imv;
extern struct imc_host *ch;
extern struct imv_host *vh;

int peers_set_up(void **state);
int peers_tear_down(void **state);

#endif
