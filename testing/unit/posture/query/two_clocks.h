/* SPDX-License-Identifier: BSD-2-Clause */
/* All questions about a moment on both clocks, against a simple replay of the journal. The
 * endpoints are called "host0.example" and so on, their software "id-0" to "id-31". */
#ifndef STANCE_TESTING_UNIT_POSTURE_QUERY_TWO_CLOCKS_H
#define STANCE_TESTING_UNIT_POSTURE_QUERY_TWO_CLOCKS_H

#include "posture/fixture.h"

#define TWO_CLOCKS_ENDPOINTS 8

/* Both moments are given. present: what each endpoint has now, a bit for each software. */
void two_clocks_check(struct fixture *f, struct when when, const uint32_t *present);

#endif
