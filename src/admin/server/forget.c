/* SPDX-License-Identifier: BSD-2-Clause */
/* forget NAME: an endpoint that is no more */
#include "admin/server/question.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/err.h"
#include "base/log.h"
#include "posture/posture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int forget_one(struct response *call, const struct question *a,
		      const struct forgotten *f)
{
	int err = posture_forget(a->posture, f->key, response_author(call));

	if (err == ST_ENOENT) {
		response_end(call, ADMIN_NO, "'%s' has just been forgotten", f->name);
		return 0;
	}
	if (err)
		return response_end(call, ADMIN_STALE, "'%s' was not forgotten: %s", f->name,
				    st_strerror(err));
	log_info(NULL, "endpoint forgotten: endpoint=%s identity=\"%s\" by=\"%s\"", f->name,
		 f->key, response_author(call));
	return response_row(call, (struct cell[FO_N]){
					  [FO_NAME] = cell_str(f->name),
					  [FO_IDENTITY] = cell_str(f->key),
					  [FO_LAST_CONTACT] = cell_time(f->last_contact),
				  });
}

static int forget_run(struct response *call)
{
	const char *text = request_text(call->request, "name");
	struct forgotten f = { 0 };
	struct subject who;
	struct question a;
	int err;

	if (question_begin(call, &a) < 0)
		return 0;
	err = question_endpoint(call, &a, text, &who);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err && (err = query_resolve(a.posture, a.when, text, forget_take, &f)) == 0)
		err = forget_one(call, &a, &f);
	free(f.key);
	free(f.name);
	return question_end(call, &a, err);
}

const struct handler forget_handlers[] = {
	{ NULL, forget_run },
	{ NULL, NULL },
};
