/* SPDX-License-Identifier: BSD-2-Clause */
/* A posture that writes down what is reported, line by line, for a validator's unit test. */
#ifndef STANCE_TESTING_IMV_FAKE_POSTURE_H
#define STANCE_TESTING_IMV_FAKE_POSTURE_H

#include "posture/posture.h"
#include "posture/query.h"
#include "posture/report.h"

/* false: the host has no posture. */
extern bool fake_present;

/* What posture_known answers; ST_ENOENT while known_err is that. */
extern struct endpoint_state fake_state;
extern int fake_state_err;

/* The one fact that is known, if it has a name. */
extern struct fact_row fake_fact;

/* What query_inventory answers. */
extern const struct software_row *fake_rows;
extern size_t fake_n_rows;

/* The submitted reports, one fact, software, ... a line, and "submit NAME" at the end of each.
 * A report that is not submitted leaves nothing. */
extern char *fake_log;

/* From now on nothing was reported and nothing is described. */
void fake_forget(void);

bool fake_has(const char *line);
size_t fake_count(const char *prefix);

#endif
