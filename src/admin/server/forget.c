/* SPDX-License-Identifier: BSD-2-Clause */
/* forget NAME: an endpoint that is no more */
#include "admin/commands.h"
#include "base/err.h"
#include "base/log.h"
#include "posture/posture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FO_NAME, FO_IDENTITY, FO_LAST_CONTACT, FO_N };

/* clang-format off */
static const struct command_column forget_columns[] = {
	[FO_NAME] =         { "name", "Forgotten", COL_TEXT, COL_CUT, NULL, "of the endpoint" },
	[FO_IDENTITY] =     { "identity", "Identity", COL_TEXT, COL_CUT, NULL,
			      "its key, from its certificate" },
	[FO_LAST_CONTACT] = { "last_contact", "Last contact", COL_TIME, 0, NULL,
			      "when it was last heard of" },
	{ 0 },
};
/* clang-format on */

struct forgotten {
	char *key, *name;
	int64_t last_contact;
};

static int forget_take(void *ctx, const struct endpoint_row *row)
{
	struct forgotten *f = ctx;

	if (f->key)
		return 0;
	f->key = strdup(row->key);
	f->name = strdup(row->name);
	f->last_contact = row->last_contact;
	return f->key && f->name ? 0 : ST_ENOMEM;
}

static int forget_one(struct admin_call *call, const struct ask *a, const struct forgotten *f)
{
	int err = posture_forget(a->posture, f->key, call_who(call));

	if (err == ST_ENOENT) {
		call_end(call, ADMIN_NO, "'%s' has just been forgotten", f->name);
		return 0;
	}
	if (err)
		return call_end(call, ADMIN_STALE, "'%s' was not forgotten: %s", f->name,
				st_strerror(err));
	log_info(NULL, "endpoint forgotten: endpoint=%s identity=\"%s\" by=\"%s\"", f->name,
		 f->key, call_who(call));
	return call_row(call, (struct cell[FO_N]){
				      [FO_NAME] = cell_str(f->name),
				      [FO_IDENTITY] = cell_str(f->key),
				      [FO_LAST_CONTACT] = cell_time(f->last_contact),
			      });
}

static int forget_run(struct admin_call *call)
{
	const char *text = request_text(call->request, "name");
	struct forgotten f = { 0 };
	struct subject who;
	struct ask a;
	int err;

	if (ask_begin(call, &a) < 0)
		return 0;
	err = ask_endpoint(call, &a, text, &who);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err && (err = query_resolve(a.posture, a.when, text, forget_take, &f)) == 0)
		err = forget_one(call, &a, &f);
	free(f.key);
	free(f.name);
	return ask_end(call, &a, err);
}

const struct command_view forget_views[] = {
	{ NULL, NULL, VIEW_ROWS, "the endpoint that was forgotten", forget_columns,
	  ANSWERED_BY(forget_run) },
	{ 0 },
};
