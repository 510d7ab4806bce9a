/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that answer the views of the command table. */
#ifndef STANCE_ADMIN_SERVER_HANDLERS_H
#define STANCE_ADMIN_SERVER_HANDLERS_H

#include "admin/server/response.h"

/* One view of a command. The arrays end with run == NULL. */
struct handler {
	const char *view; /* word or option of the view (views.c); NULL: the default view */

	/* Sends rows through response.h. 0, or ST_E... if the answer is incomplete. Runs on
	 * the client's thread and may block. */
	int (*run)(struct response *response);
};

extern const struct handler endpoints_handlers[]; /* endpoint.c */
extern const struct handler endpoint_handlers[];
extern const struct handler software_handlers[];
extern const struct handler changes_handlers[];
extern const struct handler forget_handlers[];
extern const struct handler groups_handlers[];
extern const struct handler lacking_handlers[];
extern const struct handler exposure_handlers[];
extern const struct handler diff_handlers[];
extern const struct handler assess_handlers[];
extern const struct handler status_handlers[];

/* The handler of a view; NULL if there is none. A test checks that each view has a handler and
 * each handler a view. */
const struct handler *handler_find(const struct command *c, const struct command_view *v);

#endif
