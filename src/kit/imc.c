/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's side: what is particular about it, and its services. */
#include "kit/imc_side.h"
#include "kit/broker.h"
#include "kit/outbox.h"

#include <stdarg.h>
#include <stdio.h>

static const struct kit_binding imc_bindings[] = {
	{ "TNC_TNCC_ReportMessageTypes", offsetof(struct kit_broker, report) },
	{ "TNC_TNCC_ReportMessageTypesLong", offsetof(struct kit_broker, report_long) },
	{ "TNC_TNCC_SendMessage", offsetof(struct kit_broker, send) },
	{ "TNC_TNCC_SendMessageLong", offsetof(struct kit_broker, send_long) },
	{ "TNC_TNCC_RequestHandshakeRetry", offsetof(struct kit_broker, retry) },
	{ "TNC_TNCC_GetAttribute", offsetof(struct kit_broker, get) },
	{ "TNC_TNCC_SetAttribute", offsetof(struct kit_broker, set) },
	{ "TNC_TNCC_ReserveAdditionalIMCID", offsetof(struct kit_broker, reserve) },
	/* as the prototype in TCG's own header spells it */
	{ "TNC_TNCS_ReserveAdditionalIMCID", offsetof(struct kit_broker, reserve) },
	{ NULL, 0 },
};

static int imc_describe(struct kit_desc *d)
{
	if (imc_desc.abi != IMC_ABI || imc_desc.size != sizeof(imc_desc) ||
	    imc_desc.n_also >= KIT_TYPES)
		return ST_EPLUGIN;
	d->name = imc_desc.name;
	d->types[d->n_types++] = imc_desc.subtype;
	for (size_t i = 0; i < imc_desc.n_also; i++)
		d->types[d->n_types++] = imc_desc.also[i];
	d->session_size = imc_desc.session_size;
	d->conf = imc_desc.conf;
	d->ranges = imc_desc.ranges;
	d->load = imc_desc.load;
	d->unload = imc_desc.unload;
	d->segments = imc_desc.segments;
	return 0;
}

static const struct imc_handler *imc_handler(uint32_t vendor, uint32_t type)
{
	for (const struct imc_handler *h = imc_desc.handlers; h && h->fn; h++)
		if (h->vendor == vendor && h->type == type)
			return h;
	return NULL;
}

static bool imc_handles(uint32_t vendor, uint32_t type)
{
	return imc_handler(vendor, type) != NULL;
}

static int imc_handle(struct kit_conn *c, const struct pa_attr *a)
{
	return imc_handler(a->vendor, a->type)->fn((struct imc *)c, c->session, a);
}

static int imc_open(struct kit_conn *c)
{
	kit_broker_learn(c);
	return imc_desc.open ? imc_desc.open((struct imc *)c, c->session) : 0;
}

static void imc_end(struct kit_conn *c)
{
	if (imc_desc.end)
		imc_desc.end((struct imc *)c, c->session);
}

const struct kit_side imc_side = {
	.prefix = "imc",
	.bindings = imc_bindings,
	.validator = false,
	.serial = true,
	.conn_size = sizeof(struct imc),
	.describe = imc_describe,
	.handles = imc_handles,
	.handle = imc_handle,
	.open = imc_open,
	.end = imc_end,
};

/* --- services --- */

struct wr *imc_attr(struct imc *imc)
{
	return kit_attr(&imc->conn);
}

int imc_send(struct imc *imc)
{
	return kit_send(&imc->conn, KIT_ANSWER);
}

int imc_set_validator(struct imc *imc, uint32_t validator)
{
	struct kit_conn *c = &imc->conn;

	c->from = NULL;
	if (validator != KIT_ANY_ID && !(c->from = kit_peer(c, c->type, validator)))
		return ST_ELIMIT;
	return 0;
}

int imc_error(struct imc *imc, const struct pa_error *e)
{
	return kit_error(&imc->conn, e);
}

int imc_invalid(struct imc *imc, const struct pa_attr *a, size_t at)
{
	return kit_invalid(&imc->conn, a, at);
}

uint32_t imc_max_attribute(struct imc *imc)
{
	return kit_max_attribute(&imc->conn);
}

struct kit_type imc_subtype(const struct imc *imc)
{
	return imc->conn.type;
}

void imc_set_subtype(struct imc *imc, struct kit_type t)
{
	imc->conn.type = t;
}

int imc_reserve_id(struct imc *imc, uint32_t *id)
{
	const struct kit *k = imc->conn.kit;
	TNC_UInt32 more = 0;

	if (!k->broker.reserve || k->broker.reserve(k->id, &more) != TNC_RESULT_SUCCESS)
		return ST_EUNSUPPORTED;
	*id = (uint32_t)more;
	return 0;
}

void imc_set_id(struct imc *imc, uint32_t id)
{
	imc->conn.own_id = id ? id : imc->conn.kit->id;
}

struct kit_module *imc_module(const struct imc *imc)
{
	return &imc->conn.config->pub;
}

uint32_t imc_connection(const struct imc *imc)
{
	return imc->conn.id;
}

uint32_t imc_source(const struct imc *imc)
{
	return imc->conn.from ? imc->conn.from->id : KIT_ANY_ID;
}

uint32_t imc_destination(const struct imc *imc)
{
	return imc->conn.destination;
}

const struct log *imc_log(const struct imc *imc)
{
	return &imc->conn.log;
}

const char *imc_language(struct imc *imc)
{
	return kit_language(&imc->conn);
}

int imc_note(struct imc *imc, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_info(&imc->conn.log, "%s", line);
	return 0;
}
