/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "tncs.h"

#include "tncif/tncifimv.h"
#include "wire/pen.h"

#include <stdio.h>

#define TNCS_ID 1
#define TNCS_MAX 256

struct tncs_msg tncs_out[TNCS_MAX];
size_t tncs_n;
bool tncs_recommended;
unsigned long tncs_action, tncs_evaluation;
char tncs_reason[512];
const char *tncs_endpoint;
const char *tncs_language = "en";

static void forget(void)
{
	while (tncs_n)
		free(tncs_out[--tncs_n].p);
}

static TNC_Result report_long(TNC_IMVID id, TNC_VendorIDList vendors,
			      TNC_MessageSubtypeList subtypes, TNC_UInt32 n)
{
	assert_int_equal(id, TNCS_ID);
	assert_int_equal(n, 1);
	assert_int_equal(vendors[0], PEN_IETF);
	assert_int_equal(subtypes[0], PA_SUBTYPE_SWIMA);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result report(TNC_IMVID id, TNC_MessageTypeList types, TNC_UInt32 n)
{
	(void)id;
	(void)types;
	(void)n;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result send_long(TNC_IMVID id, TNC_ConnectionID connection, TNC_UInt32 flags,
			    TNC_BufferReference body, TNC_UInt32 n, TNC_VendorID vendor,
			    TNC_MessageSubtype subtype, TNC_UInt32 to)
{
	struct tncs_msg *m = &tncs_out[tncs_n];

	(void)connection;
	assert_int_equal(id, TNCS_ID);
	assert_true(tncs_n < TNCS_MAX);
	*m = (struct tncs_msg){ (uint32_t)flags, (uint32_t)vendor, (uint32_t)subtype,
				(uint32_t)to,    malloc(n + 1),    n };
	assert_non_null(m->p);
	memcpy(m->p, body, n);
	tncs_n++;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result send_short(TNC_IMVID id, TNC_ConnectionID connection,
			     TNC_BufferReference body, TNC_UInt32 n, TNC_MessageType type)
{
	return send_long(id, connection, 0, body, n, type >> 8, type & 0xff, 0xffff);
}

static TNC_Result give(const void *p, size_t n, TNC_UInt32 cap, TNC_BufferReference buf,
		       TNC_UInt32 *len)
{
	*len = n;
	if (buf && n <= cap)
		memcpy(buf, p, n);
	return TNC_RESULT_SUCCESS;
}

/* A machine name proved by a certificate (IF-IMV 1.4). */
static TNC_Result give_identity(TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	unsigned char b[512] = { 0, 0, 0, 1, 0, 0, 0x55, 0x97, 0, 0, 0, 3 };
	static const unsigned char tail[] = { 0, 0, 0x55, 0x97, 0, 0, 0, 1,
					      0, 0, 0x55, 0x97, 0, 0, 0, 1 };
	size_t n;

	if (!tncs_endpoint)
		return TNC_RESULT_INVALID_PARAMETER;
	n = strlen(tncs_endpoint);
	assert_true(n < 256);
	b[15] = (unsigned char)n;
	memcpy(b + 16, tncs_endpoint, n);
	memcpy(b + 16 + n, tail, sizeof(tail));
	return give(b, 32 + n, cap, buf, len);
}

static TNC_Result get(TNC_IMVID id, TNC_ConnectionID connection, TNC_AttributeID what,
		      TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	(void)id;
	(void)connection;
	if (what == TNC_ATTRIBUTEID_PREFERRED_LANGUAGE)
		return give(tncs_language, strlen(tncs_language), cap, buf, len);
	if (what == TNC_ATTRIBUTEID_AR_IDENTITIES)
		return give_identity(cap, buf, len);
	return TNC_RESULT_INVALID_PARAMETER;
}

static TNC_Result set(TNC_IMVID id, TNC_ConnectionID connection, TNC_AttributeID what,
		      TNC_UInt32 n, TNC_BufferReference buf)
{
	(void)id;
	(void)connection;
	if (what == TNC_ATTRIBUTEID_REASON_STRING)
		snprintf(tncs_reason, sizeof(tncs_reason), "%.*s", (int)n, (char *)buf);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result recommend(TNC_IMVID id, TNC_ConnectionID connection,
			    TNC_IMV_Action_Recommendation action, TNC_IMV_Evaluation_Result e)
{
	(void)id;
	(void)connection;
	tncs_recommended = true;
	tncs_action = action;
	tncs_evaluation = e;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result bind_function(TNC_IMVID id, char *name, void **fn)
{
	const struct {
		const char *name;
		void *fn;
	} functions[] = {
		{ "TNC_TNCS_ReportMessageTypes", (void *)report },
		{ "TNC_TNCS_ReportMessageTypesLong", (void *)report_long },
		{ "TNC_TNCS_SendMessage", (void *)send_short },
		{ "TNC_TNCS_SendMessageLong", (void *)send_long },
		{ "TNC_TNCS_GetAttribute", (void *)get },
		{ "TNC_TNCS_SetAttribute", (void *)set },
		{ "TNC_TNCS_ProvideRecommendation", (void *)recommend },
	};

	assert_int_equal(id, TNCS_ID);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, name) == 0) {
			*fn = functions[i].fn;
			return TNC_RESULT_SUCCESS;
		}
	*fn = NULL;
	return TNC_RESULT_INVALID_PARAMETER;
}

unsigned long tncs_start(void)
{
	TNC_Version version = 0;
	TNC_Result r = TNC_IMV_Initialize(TNCS_ID, 1, 1, &version);

	if (r == TNC_RESULT_SUCCESS)
		r = TNC_IMV_ProvideBindFunction(TNCS_ID, bind_function);
	return r;
}

void tncs_stop(void)
{
	forget();
	(void)TNC_IMV_Terminate(TNCS_ID);
}

static void notify(uint32_t connection, TNC_ConnectionState state)
{
	assert_int_equal(TNC_IMV_NotifyConnectionChange(TNCS_ID, connection, state),
			 TNC_RESULT_SUCCESS);
}

void tncs_connect(uint32_t connection)
{
	notify(connection, TNC_CONNECTION_STATE_CREATE);
}

void tncs_disconnect(uint32_t connection)
{
	notify(connection, TNC_CONNECTION_STATE_DELETE);
}

void tncs_begin(uint32_t connection)
{
	forget();
	tncs_recommended = false;
	tncs_reason[0] = '\0';
	notify(connection, TNC_CONNECTION_STATE_HANDSHAKE);
}

void tncs_hear(uint32_t connection, uint32_t collector, struct span msg)
{
	(void)TNC_IMV_ReceiveMessageLong(TNCS_ID, connection, 0,
					 (TNC_BufferReference)(uintptr_t)msg.p, msg.n,
					 PEN_IETF, PA_SUBTYPE_SWIMA, collector, TNCS_ID);
}

void tncs_say(uint32_t connection, uint32_t collector, struct span msg)
{
	forget();
	if (msg.n)
		tncs_hear(connection, collector, msg);
	(void)TNC_IMV_BatchEnding(TNCS_ID, connection);
}

void tncs_solicit(uint32_t connection)
{
	forget();
	if (!tncs_recommended)
		(void)TNC_IMV_SolicitRecommendation(TNCS_ID, connection);
}

bool tncs_attr(size_t i, struct pa_attr *a)
{
	for (size_t k = 0; k < tncs_n; k++) {
		struct rd r = rd_over(span_of(tncs_out[k].p, tncs_out[k].n));
		struct pa_msg m;

		assert_int_equal(pa_msg_decode(&r, &m), 0);
		while (pa_attr_next(&r, a) > 0)
			if (a->vendor != PEN_TCG && i-- == 0)
				return true;
		assert_int_equal(r.err, 0);
	}
	return false;
}
