/* SPDX-License-Identifier: BSD-2-Clause */
/* forget NAME: removes an endpoint from the current state */
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

static int forget_one(struct response *response, const struct question *question,
		      const struct forgotten *f)
{
	int err = posture_forget(question->posture, f->key, response_author(response));

	if (err == ST_ENOENT) {
		response_end(response, ADMIN_NO, "'%s' has just been forgotten", f->name);
		return 0;
	}
	if (err)
		return response_end(response, ADMIN_STALE, "'%s' was not forgotten: %s",
				    f->name, st_strerror(err));
	log_info(NULL, "endpoint forgotten: endpoint=%s identity=\"%s\" by=\"%s\"", f->name,
		 f->key, response_author(response));
	return response_row(response, (struct cell[FO_N]){
					      [FO_NAME] = cell_str(f->name),
					      [FO_IDENTITY] = cell_str(f->key),
					      [FO_LAST_CONTACT] = cell_time(f->last_contact),
				      });
}

static int forget_run(struct response *response)
{
	const char *text = request_text(response->request, "name");
	struct forgotten f = { 0 };
	struct subject subject;
	struct question question;
	int err;

	if (question_begin(response, &question) < 0)
		return 0;
	err = question_endpoint(response, &question, text, &subject);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err &&
	    (err = query_resolve(question.posture, question.when, text, forget_take, &f)) == 0)
		err = forget_one(response, &question, &f);
	free(f.key);
	free(f.name);
	return question_end(response, &question, err);
}

const struct handler forget_handlers[] = {
	{ NULL, forget_run },
	{ NULL, NULL },
};
