/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/imv_host.h"
#include "host/module_functions.h"

#include "host/imv_host_int.h"

#include <stdlib.h>

/* --- what a TNCS offers, by IF-IMV ---------------------------------------------------------- */

static TNC_Result tncs_report_types(TNC_IMVID id, TNC_MessageTypeList types, TNC_UInt32 n)
{
	return module_functions_report_types(TNC_KIND_IMV, id, types, NULL, n, true);
}

static TNC_Result tncs_report_types_long(TNC_IMVID id, TNC_VendorIDList vendors,
					 TNC_MessageSubtypeList subtypes, TNC_UInt32 n)
{
	return module_functions_report_types(TNC_KIND_IMV, id, vendors, subtypes, n, false);
}

static TNC_Result tncs_send(TNC_IMVID id, TNC_ConnectionID conn, TNC_BufferReference body,
			    TNC_UInt32 n, TNC_MessageType type)
{
	struct module_message msg = { .vendor = type >> 8,
				      .subtype = type & 0xff,
				      .destination = TNC_IMCID_ANY,
				      .body = body,
				      .n = n };

	return module_functions_send(TNC_KIND_IMV, id, conn, &msg);
}

static TNC_Result tncs_send_long(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 flags,
				 TNC_BufferReference body, TNC_UInt32 n, TNC_VendorID vendor,
				 TNC_MessageSubtype subtype, TNC_UInt32 destination)
{
	struct module_message msg = { flags, vendor, subtype, destination, body, n };

	return module_functions_send(TNC_KIND_IMV, id, conn, &msg);
}

/* Statements of health belong to IF-TNCCS-SOH, which we do not speak. */
static TNC_Result tncs_send_soh(TNC_IMVID id, TNC_ConnectionID conn, TNC_BufferReference entry,
				TNC_UInt32 n)
{
	(void)id;
	(void)conn;
	(void)entry;
	(void)n;
	return TNC_RESULT_NO_SOH_SUPPORT;
}

static TNC_Result tncs_retry(TNC_IMVID id, TNC_ConnectionID conn, TNC_RetryReason reason)
{
	return module_functions_retry(TNC_KIND_IMV, id, conn, reason);
}

static TNC_Result tncs_recommend(TNC_IMVID id, TNC_ConnectionID conn,
				 TNC_IMV_Action_Recommendation action,
				 TNC_IMV_Evaluation_Result evaluation)
{
	return module_functions_recommend(id, conn, action, evaluation);
}

static TNC_Result tncs_get(TNC_IMVID id, TNC_ConnectionID conn, TNC_AttributeID a,
			   TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	return module_functions_get_attribute(TNC_KIND_IMV, id, conn, a, cap, buf, len);
}

static TNC_Result tncs_set(TNC_IMVID id, TNC_ConnectionID conn, TNC_AttributeID a,
			   TNC_UInt32 n, TNC_BufferReference buf)
{
	return module_functions_set_attribute(TNC_KIND_IMV, id, conn, a, span_of(buf, n));
}

static TNC_Result tncs_reserve(TNC_IMVID id, TNC_UInt32 *out)
{
	return module_functions_reserve(TNC_KIND_IMV, id, out);
}

static TNC_Result tncs_bind(TNC_IMVID id, char *name, void **out);

/* clang-format off */
static const struct module_function functions[] = {
	{ "TNC_TNCS_ReportMessageTypes",       tncs_report_types },
	{ "TNC_TNCS_ReportMessageTypesLong",   tncs_report_types_long },
	{ "TNC_TNCS_SendMessage",              tncs_send },
	{ "TNC_TNCS_SendMessageLong",          tncs_send_long },
	{ "TNC_TNCS_SendMessageSOH",           tncs_send_soh },
	{ "TNC_TNCS_RequestHandshakeRetry",    tncs_retry },
	{ "TNC_TNCS_ProvideRecommendation",    tncs_recommend },
	{ "TNC_TNCS_GetAttribute",             tncs_get },
	{ "TNC_TNCS_SetAttribute",             tncs_set },
	{ "TNC_TNCS_ReserveAdditionalIMVID",   tncs_reserve },
	{ "TNC_TNCC_ReserveAdditionalIMVID",   tncs_reserve }, /* misspelt so in the field */
	{ "TNC_TNCS_BindFunction",             tncs_bind },
};
/* clang-format on */

static TNC_Result tncs_bind(TNC_IMVID id, char *name, void **out)
{
	return module_functions_bind(TNC_KIND_IMV, id, name, out, functions,
				     sizeof(functions) / sizeof(functions[0]));
}

/* --- the host ----------------------------------------------------------------------------- */

int imv_host_open(const struct imv_host_conf *c, struct imv_host **host)
{
	struct imv_host *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return ST_ENOMEM;
	h->modules.kind = TNC_KIND_IMV;
	h->modules.bind = tncs_bind;
	h->policy = c->policy;
	if ((err = module_host_open(&h->modules, c->tnc_config)) < 0) {
		free(h);
		return err;
	}
	*host = h;
	return 0;
}

void imv_host_close(struct imv_host *host)
{
	if (!host)
		return;
	module_host_close(&host->modules);
	free(host);
}

size_t imv_host_reload(struct imv_host *host)
{
	size_t n = 0;

	for (size_t i = 0; i < host->modules.n; i++) {
		struct module *m = host->modules.modules[i];
		char err_msg[512] = "";
		int got = module_reload(m, err_msg, sizeof(err_msg));

		if (got < 0)
			log_error(&m->log,
				  "reload failed, the old settings stay: error=\"%s\"",
				  err_msg);
		else if (got > 0)
			log_info(&m->log, "settings reloaded");
		n += got > 0;
	}
	return n;
}

size_t imv_host_count(const struct imv_host *host)
{
	return host->modules.n;
}

bool imv_host_module(const struct imv_host *host, size_t i, struct host_module *m)
{
	return module_host_module(&host->modules, i, m);
}
