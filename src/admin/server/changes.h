/* SPDX-License-Identifier: BSD-2-Clause */
/* `changes`: lines of the journal. */
#ifndef STANCE_ADMIN_SERVER_CHANGES_H
#define STANCE_ADMIN_SERVER_CHANGES_H

#include "admin/server/question.h"

/* Sends one line of the journal as a row. 0, or the error of response_row. */
int changes_row(struct response *response, const struct change_row *row);

/* Fills q from the arguments of the request. ST_EVALUE or ST_ENOENT: the end of the answer is
 * set. */
int changes_narrow(struct response *response, const struct question *question,
		   struct change_query *q);

#endif
