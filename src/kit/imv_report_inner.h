/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of the posture in a validator. Private to the kit. */
#ifndef STANCE_KIT_IMV_REPORT_INNER_H
#define STANCE_KIT_IMV_REPORT_INNER_H

#include "kit/imv_side.h"

/* Take and drop a reference to the process's posture: from load to unload. */
void imv_report_open(void);
void imv_report_close(void);

/* Submits the report and forgets the identity of the endpoint. */
void imv_report_end(struct imv *imv);

#endif
