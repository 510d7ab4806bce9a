/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/imc_host.h"
#include "host/module_functions.h"

#include "host/imc_host_int.h"

#include <stdlib.h>

/* --- what a TNCC offers, by IF-IMC ---------------------------------------------------------- */

static TNC_Result tncc_report_types(TNC_IMCID id, TNC_MessageTypeList types, TNC_UInt32 n)
{
	return module_functions_report_types(TNC_KIND_IMC, id, types, NULL, n, true);
}

static TNC_Result tncc_report_types_long(TNC_IMCID id, TNC_VendorIDList vendors,
					 TNC_MessageSubtypeList subtypes, TNC_UInt32 n)
{
	return module_functions_report_types(TNC_KIND_IMC, id, vendors, subtypes, n, false);
}

static TNC_Result tncc_send(TNC_IMCID id, TNC_ConnectionID conn, TNC_BufferReference body,
			    TNC_UInt32 n, TNC_MessageType type)
{
	struct module_message msg = { .vendor = type >> 8,
				      .subtype = type & 0xff,
				      .destination = TNC_IMVID_ANY,
				      .body = body,
				      .n = n };

	return module_functions_send(TNC_KIND_IMC, id, conn, &msg);
}

static TNC_Result tncc_send_long(TNC_IMCID id, TNC_ConnectionID conn, TNC_UInt32 flags,
				 TNC_BufferReference body, TNC_UInt32 n, TNC_VendorID vendor,
				 TNC_MessageSubtype subtype, TNC_UInt32 destination)
{
	struct module_message msg = { flags, vendor, subtype, destination, body, n };

	return module_functions_send(TNC_KIND_IMC, id, conn, &msg);
}

/* Statements of health belong to IF-TNCCS-SOH, which we do not speak. */
static TNC_Result tncc_send_soh(TNC_IMCID id, TNC_ConnectionID conn, TNC_BufferReference entry,
				TNC_UInt32 n)
{
	(void)id;
	(void)conn;
	(void)entry;
	(void)n;
	return TNC_RESULT_NO_SOH_SUPPORT;
}

static TNC_Result tncc_retry(TNC_IMCID id, TNC_ConnectionID conn, TNC_RetryReason reason)
{
	return module_functions_retry(TNC_KIND_IMC, id, conn, reason);
}

static TNC_Result tncc_get(TNC_IMCID id, TNC_ConnectionID conn, TNC_AttributeID a,
			   TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	return module_functions_get_attribute(TNC_KIND_IMC, id, conn, a, cap, buf, len);
}

static TNC_Result tncc_set(TNC_IMCID id, TNC_ConnectionID conn, TNC_AttributeID a,
			   TNC_UInt32 n, TNC_BufferReference buf)
{
	return module_functions_set_attribute(TNC_KIND_IMC, id, conn, a, span_of(buf, n));
}

static TNC_Result tncc_reserve(TNC_IMCID id, TNC_UInt32 *out)
{
	return module_functions_reserve(TNC_KIND_IMC, id, out);
}

static TNC_Result tncc_bind(TNC_IMCID id, char *name, void **out);

/* clang-format off */
static const struct module_function functions[] = {
	{ "TNC_TNCC_ReportMessageTypes",       tncc_report_types },
	{ "TNC_TNCC_ReportMessageTypesLong",   tncc_report_types_long },
	{ "TNC_TNCC_SendMessage",              tncc_send },
	{ "TNC_TNCC_SendMessageLong",          tncc_send_long },
	{ "TNC_TNCC_SendMessageSOH",           tncc_send_soh },
	{ "TNC_TNCC_RequestHandshakeRetry",    tncc_retry },
	{ "TNC_TNCC_GetAttribute",             tncc_get },
	{ "TNC_TNCC_SetAttribute",             tncc_set },
	{ "TNC_TNCC_ReserveAdditionalIMCID",   tncc_reserve },
	{ "TNC_TNCS_ReserveAdditionalIMCID",   tncc_reserve }, /* misspelt so in the field */
	{ "TNC_TNCC_BindFunction",             tncc_bind },
};
/* clang-format on */

static TNC_Result tncc_bind(TNC_IMCID id, char *name, void **out)
{
	return module_functions_bind(TNC_KIND_IMC, id, name, out, functions,
				     sizeof(functions) / sizeof(functions[0]));
}

/* --- the host ----------------------------------------------------------------------------- */

int imc_host_open(const struct imc_host_conf *c, struct imc_host **host)
{
	struct imc_host *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return ST_ENOMEM;
	h->modules.kind = TNC_KIND_IMC;
	h->modules.bind = tncc_bind;
	if ((err = module_host_open(&h->modules, c->tnc_config)) < 0) {
		free(h);
		return err;
	}
	*host = h;
	return 0;
}

void imc_host_close(struct imc_host *host)
{
	if (!host)
		return;
	module_host_close(&host->modules);
	free(host);
}

size_t imc_host_count(const struct imc_host *host)
{
	return host->modules.n;
}

bool imc_host_module(const struct imc_host *host, size_t i, struct host_module *m)
{
	return module_host_module(&host->modules, i, m);
}
