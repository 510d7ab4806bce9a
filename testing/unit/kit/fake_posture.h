/* SPDX-License-Identifier: BSD-2-Clause */
/* The posture as a text: what a validator reports, one line each. */
#ifndef STANCE_TESTING_FAKE_POSTURE_H
#define STANCE_TESTING_FAKE_POSTURE_H

#include "posture/posture.h"
#include "posture/query.h"

#include <stdbool.h>

struct fake_posture {
	bool missing;         /* there is none in this process */
	int submit_result;    /* of report_submit */
	unsigned submitted;   /* reports taken */
	unsigned open;        /* references to the posture, reports not yet submitted */
	struct fact_row fact; /* the one that is known, if it has a name */
	char log[65536];      /* of the submitted reports */
};

extern struct fake_posture fake_posture;
void fake_posture_reset(void);

#endif
