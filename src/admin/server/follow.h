/* SPDX-License-Identifier: BSD-2-Clause */
/* `changes --follow`: the journal as it grows. */
#ifndef STANCE_ADMIN_SERVER_FOLLOW_H
#define STANCE_ADMIN_SERVER_FOLLOW_H

#include "admin/server/response.h"

/* The handler. Returns when the client disconnects or the server stops. */
int follow_run(struct response *response);

#endif
