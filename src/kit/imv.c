/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator's side: what is particular about it, and its services. */
#include "kit/imv_side.h"
#include "kit/broker.h"
#include "kit/imv_report_inner.h"
#include "kit/outbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct kit_binding imv_bindings[] = {
	{ "TNC_TNCS_ReportMessageTypes", offsetof(struct kit_broker, report) },
	{ "TNC_TNCS_ReportMessageTypesLong", offsetof(struct kit_broker, report_long) },
	{ "TNC_TNCS_SendMessage", offsetof(struct kit_broker, send) },
	{ "TNC_TNCS_SendMessageLong", offsetof(struct kit_broker, send_long) },
	{ "TNC_TNCS_RequestHandshakeRetry", offsetof(struct kit_broker, retry) },
	{ "TNC_TNCS_GetAttribute", offsetof(struct kit_broker, get) },
	{ "TNC_TNCS_SetAttribute", offsetof(struct kit_broker, set) },
	{ "TNC_TNCS_ReserveAdditionalIMVID", offsetof(struct kit_broker, reserve) },
	{ "TNC_TNCS_ProvideRecommendation", offsetof(struct kit_broker, recommend) },
	{ NULL, 0 },
};

static int imv_describe(struct kit_desc *d)
{
	if (imv_desc.abi != IMV_ABI || imv_desc.size != sizeof(imv_desc) ||
	    imv_desc.n_also >= KIT_TYPES)
		return ST_EPLUGIN;
	d->name = imv_desc.name;
	d->types[d->n_types++] = imv_desc.subtype;
	for (size_t i = 0; i < imv_desc.n_also; i++)
		d->types[d->n_types++] = imv_desc.also[i];
	d->session_size = imv_desc.session_size;
	d->conf = imv_desc.conf;
	d->ranges = imv_desc.ranges;
	d->load = imv_desc.load;
	d->unload = imv_desc.unload;
	d->segments = imv_desc.segments;
	d->no_errors = imv_desc.no_errors;
	return 0;
}

static const struct imv_handler *imv_handler(uint32_t vendor, uint32_t type)
{
	for (const struct imv_handler *h = imv_desc.handlers; h && h->fn; h++)
		if (h->vendor == vendor && h->type == type)
			return h;
	return NULL;
}

static bool imv_handles(uint32_t vendor, uint32_t type)
{
	return imv_handler(vendor, type) != NULL;
}

static int imv_handle(struct kit_conn *c, const struct pa_attr *a)
{
	return imv_handler(a->vendor, a->type)->fn((struct imv *)c, c->session, a);
}

static int imv_open(struct kit_conn *c)
{
	kit_broker_learn(c);
	return imv_desc.open ? imv_desc.open((struct imv *)c, c->session) : 0;
}

static void imv_end(struct kit_conn *c)
{
	struct imv *imv = (struct imv *)c;

	if (imv_desc.end)
		imv_desc.end(imv, c->session);
	imv_report_end(imv);
	free(imv->reason);
	free(imv->reason_lang);
	imv->reason = imv->reason_lang = NULL;
}

const struct kit_side imv_side = {
	.prefix = "imv",
	.bindings = imv_bindings,
	.validator = true,
	.serial = false,
	.conn_size = sizeof(struct imv),
	.describe = imv_describe,
	.start = imv_report_open,
	.stop = imv_report_close,
	.handles = imv_handles,
	.handle = imv_handle,
	.open = imv_open,
	.end = imv_end,
};

/* --- sending --- */

bool imv_waiting(const struct imv *imv)
{
	return kit_busy(&imv->conn);
}

struct wr *imv_attr(struct imv *imv)
{
	return kit_attr(&imv->conn);
}

int imv_send(struct imv *imv)
{
	return kit_send(&imv->conn, imv->conn.quiet ? KIT_ANSWER : KIT_ASK);
}

int imv_request(struct imv *imv, const struct pa_ref *refs, size_t n)
{
	struct wr *w = imv_attr(imv);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_ATTR_REQUEST);

	for (size_t i = 0; i < n; i++)
		pa_ref_encode(w, &refs[i]);
	pa_attr_end(w, begin);
	return imv_send(imv);
}

int imv_error(struct imv *imv, const struct pa_error *e)
{
	return kit_error(&imv->conn, e);
}

int imv_invalid(struct imv *imv, const struct pa_attr *a, size_t at)
{
	return kit_invalid(&imv->conn, a, at);
}

static int imv_remedy(struct imv *imv, const struct pa_remediation *m)
{
	struct wr *w = imv_attr(imv);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_REMEDIATION);

	pa_remediation_encode(w, m);
	pa_attr_end(w, begin);
	return kit_send(&imv->conn, KIT_ANSWER);
}

int imv_remedy_uri(struct imv *imv, const char *uri)
{
	struct pa_remediation m = { PEN_IETF, PA_REMEDIATION_URI, span_str(uri), { 0 } };

	return imv_remedy(imv, &m);
}

int imv_remedy_text(struct imv *imv, const struct kit_text *texts, size_t n)
{
	const struct kit_text *t = kit_text_pick(texts, n, imv_language(imv));
	struct pa_remediation m = { PEN_IETF, PA_REMEDIATION_STRING, { 0 }, { 0 } };

	if (!t)
		return 0;
	m.text = span_str(t->text);
	m.lang = span_str(t->lang);
	return imv_remedy(imv, &m);
}

uint32_t imv_max_attribute(struct imv *imv)
{
	return kit_max_attribute(&imv->conn);
}

struct kit_type imv_subtype(const struct imv *imv)
{
	return imv->conn.type;
}

void imv_set_subtype(struct imv *imv, struct kit_type t)
{
	imv->conn.type = t;
}

/* --- deciding --- */

void imv_recommend(struct imv *imv, enum imv_recommendation rec, enum pa_result evaluation)
{
	imv->rec = rec;
	imv->evaluation = evaluation;
	imv->recommended = true;
}

void imv_reason(struct imv *imv, const struct kit_text *texts, size_t n)
{
	const struct kit_text *t = kit_text_pick(texts, n, imv_language(imv));

	if (!t || imv->reason)
		return;
	imv->reason = strdup(t->text);
	imv->reason_lang = strdup(t->lang);
}

/* --- knowing --- */

struct kit_module *imv_module(const struct imv *imv)
{
	return &imv->conn.config->pub;
}

uint32_t imv_connection(const struct imv *imv)
{
	return imv->conn.id;
}

uint32_t imv_source(const struct imv *imv)
{
	return imv->conn.from ? imv->conn.from->id : KIT_ANY_ID;
}

const struct log *imv_log(const struct imv *imv)
{
	return &imv->conn.log;
}

const char *imv_language(struct imv *imv)
{
	return kit_language(&imv->conn);
}

int imv_note(struct imv *imv, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_info(&imv->conn.log, "%s", line);
	return 0;
}
