/* SPDX-License-Identifier: BSD-2-Clause */
/* One endpoint's session: the transport (pt_conn), the validators' peer (imv_peer), and the
 * reports for the posture. */
#ifndef STANCE_MANAGER_SESSION_H
#define STANCE_MANAGER_SESSION_H

#include "manager/worker.h"

/* What a worker does with its sessions. */
extern const struct worker_session_ops session_ops;

#endif
