/* SPDX-License-Identifier: BSD-2-Clause */
/* `endpoint NAME events`: the software events of one endpoint, numbered as in its ledger. */
#ifndef STANCE_ADMIN_SERVER_EVENTS_H
#define STANCE_ADMIN_SERVER_EVENTS_H

#include "admin/server/question.h"

/* Sends them as rows. Returns what the handler returns. */
int events_query(struct response *response, const struct question *question,
		 const struct subject *subject);

#endif
