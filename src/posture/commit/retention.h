/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints that have been silent for too long. Private to src/posture. */
#ifndef STANCE_POSTURE_COMMIT_RETENTION_H
#define STANCE_POSTURE_COMMIT_RETENTION_H

struct posture;

/* Forgets endpoints that have been silent for conf.forget_after days, a limited number at a
 * time, and reports those that have been silent for half of that (posture_on_absence). Only
 * time during which the manager ran counts as silence. Writer thread. */
void retention_forget_silent(struct posture *p);

/* posture_forget. */
int retention_forget(struct posture *p, const char *key, const char *by);

#endif
