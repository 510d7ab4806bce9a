/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the kit: a validator's connection, and its report. */
#ifndef STANCE_KIT_IMV_SIDE_H
#define STANCE_KIT_IMV_SIDE_H

#include "kit/core.h"
#include "kit/imv.h"

struct imv {
	struct kit_conn conn; /* first */

	/* the assessment */
	bool begun, decided, recommended;
	bool overloaded; /* a report was refused: nothing may be concluded */
	enum imv_recommendation rec;
	enum pa_result evaluation;
	char *reason, *reason_lang;

	/* the endpoint and what we say about it */
	bool identified; /* asked for, whether there is one or not */
	struct identity who;
	struct report *report;
};

extern const struct kit_side imv_side;

#endif
