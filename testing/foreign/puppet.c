/* SPDX-License-Identifier: BSD-2-Clause */
#include "foreign/puppet.h"

#include <stdio.h>
#include <string.h>

#ifdef PUPPET_IMV
#define ENTRY(verb) TNC_IMV_##verb
#define BROKER "TNC_TNCS_"
#define RESERVE "TNC_TNCS_ReserveAdditionalIMVID"
#define SERVER true
#else
#define ENTRY(verb) TNC_IMC_##verb
#define BROKER "TNC_TNCC_"
#define RESERVE "TNC_TNCC_ReserveAdditionalIMCID"
#define SERVER false
#endif

extern TNC_MODULE_API struct puppet puppet;
struct puppet puppet = { .server = SERVER };

static void *find(const char *name)
{
	char copy[64];
	void *fn = NULL;

	snprintf(copy, sizeof(copy), "%s", name);
	return puppet.bind(puppet.id, copy, &fn) == TNC_RESULT_SUCCESS ? fn : NULL;
}

static TNC_Result say(TNC_ConnectionID conn, const char *text)
{
	return puppet.send(puppet.id, conn, (TNC_BufferReference)(unsigned long)text,
			   strlen(text), PUPPET_VENDOR << 8 | PUPPET_SUBTYPE);
}

/* The small part. */
static TNC_Result play(TNC_ConnectionID conn, const struct puppet_message *m)
{
	static const char more[] = "more?";

	if (!SERVER)
		return say(conn, "more");
	if (m->n == 5 && memcmp(m->body, "hello", 5) == 0)
		return say(conn, more);
	return puppet.recommend(puppet.id, conn, TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
				TNC_IMV_EVALUATION_RESULT_COMPLIANT);
}

TNC_Result ENTRY(Initialize)(TNC_UInt32 id, TNC_Version min, TNC_Version max,
			     TNC_Version *version)
{
	if (min > 1 || max < 1)
		return TNC_RESULT_NO_COMMON_VERSION;
	puppet.id = id;
	*version = 1;
	return puppet.initialize ? puppet.initialize(&puppet, version) : TNC_RESULT_SUCCESS;
}

TNC_Result ENTRY(ProvideBindFunction)(TNC_UInt32 id, TNC_TNCC_BindFunctionPointer bind)
{
	TNC_MessageType type = PUPPET_VENDOR << 8 | PUPPET_SUBTYPE;

	(void)id;
	puppet.bind = bind;
	puppet.types = (TNC_TNCC_ReportMessageTypesPointer)find(BROKER "ReportMessageTypes");
	puppet.types_long =
		(TNC_TNCC_ReportMessageTypesLongPointer)find(BROKER "ReportMessageTypesLong");
	puppet.send = (TNC_TNCC_SendMessagePointer)find(BROKER "SendMessage");
	puppet.send_long = (TNC_TNCC_SendMessageLongPointer)find(BROKER "SendMessageLong");
	puppet.send_soh = (TNC_TNCC_SendMessageSOHPointer)find(BROKER "SendMessageSOH");
	puppet.retry =
		(TNC_TNCC_RequestHandshakeRetryPointer)find(BROKER "RequestHandshakeRetry");
	puppet.get = (TNC_TNCC_GetAttributePointer)find(BROKER "GetAttribute");
	puppet.set = (TNC_TNCC_SetAttributePointer)find(BROKER "SetAttribute");
	puppet.reserve = (TNC_TNCC_ReserveAdditionalIMCIDPointer)find(RESERVE);
	puppet.recommend =
		(TNC_TNCS_ProvideRecommendationPointer)find(BROKER "ProvideRecommendation");
	return puppet.provided ? puppet.provided(&puppet) : puppet.types(puppet.id, &type, 1);
}

TNC_Result ENTRY(NotifyConnectionChange)(TNC_UInt32 id, TNC_ConnectionID conn,
					 TNC_ConnectionState state)
{
	(void)id;
	return puppet.notify ? puppet.notify(&puppet, conn, state) : TNC_RESULT_SUCCESS;
}

TNC_Result ENTRY(BeginHandshake)(TNC_UInt32 id, TNC_ConnectionID conn)
{
	(void)id;
	if (puppet.begin)
		return puppet.begin(&puppet, conn);
	return SERVER ? TNC_RESULT_SUCCESS : say(conn, "hello");
}

TNC_Result ENTRY(ReceiveMessage)(TNC_UInt32 id, TNC_ConnectionID conn,
				 TNC_BufferReference body, TNC_UInt32 n, TNC_MessageType type)
{
	struct puppet_message m = {
		.vendor = type >> 8, .subtype = type & 0xff, .n = n, .body = body
	};

	(void)id;
	return puppet.receive ? puppet.receive(&puppet, conn, &m) : play(conn, &m);
}

#ifndef PUPPET_SHORT
TNC_Result ENTRY(ReceiveMessageLong)(TNC_UInt32 id, TNC_ConnectionID conn, TNC_UInt32 flags,
				     TNC_BufferReference body, TNC_UInt32 n,
				     TNC_VendorID vendor, TNC_MessageSubtype subtype,
				     TNC_UInt32 source, TNC_UInt32 destination)
{
	struct puppet_message m = {
		flags, vendor, subtype, source, destination, n, true, body
	};

	(void)id;
	return puppet.receive ? puppet.receive(&puppet, conn, &m) : play(conn, &m);
}
#endif

TNC_Result ENTRY(BatchEnding)(TNC_UInt32 id, TNC_ConnectionID conn)
{
	(void)id;
	return puppet.batch_ending ? puppet.batch_ending(&puppet, conn) : TNC_RESULT_SUCCESS;
}

#if defined(PUPPET_IMV) && !defined(PUPPET_INCOMPLETE)
TNC_Result TNC_IMV_SolicitRecommendation(TNC_IMVID id, TNC_ConnectionID conn)
{
	(void)id;
	if (puppet.solicit)
		return puppet.solicit(&puppet, conn);
	return puppet.recommend(puppet.id, conn,
				TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
				TNC_IMV_EVALUATION_RESULT_DONT_KNOW);
}
#endif

TNC_Result ENTRY(Terminate)(TNC_UInt32 id)
{
	(void)id;
	puppet.terminated++;
	return puppet.terminate ? puppet.terminate(&puppet) : TNC_RESULT_SUCCESS;
}
