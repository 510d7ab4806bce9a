/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator's way to the posture: who the endpoint is, and the report about it. */
#include "kit/imv_side.h"
#include "kit/broker.h"
#include "kit/imv_report_inner.h"

#include "posture/query.h"

#include <stdlib.h>

#define AR_OCTETS_MAX (64 * 1024) /* of an identity list we look at */

static struct posture *posture;

void imv_report_open(void)
{
	posture = posture_instance();
}

void imv_report_close(void)
{
	posture_close(posture);
	posture = NULL;
}

struct posture *imv_posture(const struct imv *imv)
{
	(void)imv;
	return posture;
}

/* The host's identity list of the endpoint: malloc'd, or NULL. */
static uint8_t *imv_ar_identities(struct imv *imv, size_t *n)
{
	size_t cap = 2048;

	for (;;) {
		uint8_t *list = malloc(cap);
		int got = list ? kit_broker_get(&imv->conn, TNC_ATTRIBUTEID_AR_IDENTITIES,
						list, cap, n)
			       : ST_ENOMEM;

		if (got > 0) {
			*n = (size_t)got;
			return list;
		}
		free(list);
		if (got != ST_ELIMIT || *n <= cap || *n > AR_OCTETS_MAX)
			return NULL;
		cap = *n;
	}
}

const struct identity *imv_identity(struct imv *imv)
{
	struct kit_conn *c = &imv->conn;
	uint8_t *list;
	size_t n;

	if (imv->identified)
		return imv->who.key ? &imv->who : NULL;
	imv->identified = true;
	list = imv_ar_identities(imv, &n);
	if (!list || identity_from_ar(span_of(list, n), &imv->who) < 0)
		log_info(&c->log, "endpoint has no identity: nothing is stored about it");
	else
		log_name(&c->log, "%s connection=%u peer=%s", c->kit->log.ctx, c->id,
			 imv->who.name);
	free(list);
	return imv->who.key ? &imv->who : NULL;
}

struct report *imv_report(struct imv *imv)
{
	const struct identity *who = posture ? imv_identity(imv) : NULL;

	if (!imv->report && who && !(imv->report = report_new(posture, who)))
		imv->overloaded = true;
	return imv->report;
}

int imv_fact(struct imv *imv, const char *name, struct span value)
{
	struct report *r = imv_report(imv);

	return r ? report_fact(r, name, value) : 0;
}

int imv_result(struct imv *imv, const char *rule, enum verdict v, struct span reason)
{
	struct report *r = imv_report(imv);

	return r ? report_result(r, rule, v, reason) : 0;
}

int imv_submit(struct imv *imv)
{
	struct report *r = imv->report;
	int err;

	imv->report = NULL;
	if (!r || (err = report_submit(r, NULL, NULL)) == 0)
		return 0;
	imv->overloaded = true;
	log_error(&imv->conn.log, "report lost: %s", st_strerror(err));
	return err;
}

int imv_known(struct imv *imv, struct endpoint_state *state)
{
	const struct identity *who = posture ? imv_identity(imv) : NULL;

	memset(state, 0, sizeof(*state));
	return who ? posture_known(posture, who->key, state) : ST_ENOENT;
}

struct sought {
	struct span name;
	char *value;
	size_t cap;
	bool found;
};

static int imv_fact_row(void *ctx, const struct fact_row *row)
{
	struct sought *s = ctx;
	size_t n = row->value.n < s->cap ? row->value.n : s->cap - 1;

	if (!span_eq(row->name, s->name))
		return 0;
	if (n)
		memcpy(s->value, row->value.p, n);
	s->value[n] = '\0';
	s->found = true;
	return 0;
}

int imv_known_fact(struct imv *imv, const char *name, char *value, size_t cap)
{
	struct sought s = { span_str(name), value, cap, false };
	struct endpoint_state known;
	int err = imv_known(imv, &known);

	value[0] = '\0';
	if (!err)
		err = query_facts(posture, WHEN_NOW, known.id, imv_fact_row, &s);
	return err ? err : s.found ? 0 : ST_ENOENT;
}

void imv_report_end(struct imv *imv)
{
	(void)imv_submit(imv);
	identity_free(&imv->who);
	memset(&imv->who, 0, sizeof(imv->who));
	imv->identified = false;
}
