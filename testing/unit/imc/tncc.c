/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "tncc.h"

#include "tncif/tncifimc.h"
#include "wire/pen.h"

#include <stdatomic.h>
#include <unistd.h>

#define TNCC_ID 1
#define TNCC_MAX 256

struct tncc_msg tncc_out[TNCC_MAX];
size_t tncc_n;
uint32_t tncc_max_message = UINT32_MAX;

static atomic_uint retries;
static bool refuse;

static void forget(void)
{
	while (tncc_n)
		free(tncc_out[--tncc_n].p);
}

static TNC_Result report_long(TNC_IMCID id, TNC_VendorIDList vendors,
			      TNC_MessageSubtypeList subtypes, TNC_UInt32 n)
{
	assert_int_equal(id, TNCC_ID);
	assert_int_equal(n, 1);
	assert_int_equal(vendors[0], PEN_IETF);
	assert_int_equal(subtypes[0], PA_SUBTYPE_SWIMA);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result report(TNC_IMCID id, TNC_MessageTypeList types, TNC_UInt32 n)
{
	(void)id;
	(void)types;
	(void)n;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result send_long(TNC_IMCID id, TNC_ConnectionID connection, TNC_UInt32 flags,
			    TNC_BufferReference body, TNC_UInt32 n, TNC_VendorID vendor,
			    TNC_MessageSubtype subtype, TNC_UInt32 to)
{
	struct tncc_msg *m = &tncc_out[tncc_n];

	(void)connection;
	assert_int_equal(id, TNCC_ID);
	if (refuse)
		return TNC_RESULT_ILLEGAL_OPERATION;
	assert_true(n <= tncc_max_message);
	assert_true(tncc_n < TNCC_MAX);
	*m = (struct tncc_msg){ (uint32_t)flags, (uint32_t)vendor, (uint32_t)subtype,
				(uint32_t)to,    malloc(n + 1),    n };
	assert_non_null(m->p);
	memcpy(m->p, body, n);
	tncc_n++;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result send_short(TNC_IMCID id, TNC_ConnectionID connection,
			     TNC_BufferReference body, TNC_UInt32 n, TNC_MessageType type)
{
	return send_long(id, connection, 0, body, n, type >> 8, type & 0xff, 0xffff);
}

static TNC_Result get(TNC_IMCID id, TNC_ConnectionID connection, TNC_AttributeID what,
		      TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	uint32_t v = tncc_max_message;

	(void)id;
	(void)connection;
	if (what != TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE)
		return TNC_RESULT_INVALID_PARAMETER;
	*len = 4;
	for (size_t i = 0; buf && cap >= 4 && i < 4; i++)
		buf[i] = (unsigned char)(v >> (24 - 8 * i));
	return TNC_RESULT_SUCCESS;
}

static TNC_Result retry(TNC_IMCID id, TNC_ConnectionID connection, TNC_RetryReason reason)
{
	(void)connection;
	if (id != TNCC_ID || reason != TNC_RETRY_REASON_IMC_INFORMATIONAL_EVENT)
		return TNC_RESULT_INVALID_PARAMETER;
	atomic_fetch_add(&retries, 1);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result bind_function(TNC_IMCID id, char *name, void **fn)
{
	const struct {
		const char *name;
		void *fn;
	} functions[] = {
		{ "TNC_TNCC_ReportMessageTypes", (void *)report },
		{ "TNC_TNCC_ReportMessageTypesLong", (void *)report_long },
		{ "TNC_TNCC_SendMessage", (void *)send_short },
		{ "TNC_TNCC_SendMessageLong", (void *)send_long },
		{ "TNC_TNCC_GetAttribute", (void *)get },
		{ "TNC_TNCC_RequestHandshakeRetry", (void *)retry },
	};

	assert_int_equal(id, TNCC_ID);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, name) == 0) {
			*fn = functions[i].fn;
			return TNC_RESULT_SUCCESS;
		}
	*fn = NULL;
	return TNC_RESULT_INVALID_PARAMETER;
}

unsigned long tncc_start(void)
{
	TNC_Version version = 0;
	TNC_Result r = TNC_IMC_Initialize(TNCC_ID, 1, 1, &version);

	if (r == TNC_RESULT_SUCCESS)
		r = TNC_IMC_ProvideBindFunction(TNCC_ID, bind_function);
	return r;
}

void tncc_stop(void)
{
	forget();
	refuse = false;
	(void)TNC_IMC_Terminate(TNCC_ID);
}

static void notify(uint32_t connection, TNC_ConnectionState state)
{
	assert_int_equal(TNC_IMC_NotifyConnectionChange(TNCC_ID, connection, state),
			 TNC_RESULT_SUCCESS);
}

void tncc_connect(uint32_t connection)
{
	notify(connection, TNC_CONNECTION_STATE_CREATE);
}

void tncc_disconnect(uint32_t connection)
{
	notify(connection, TNC_CONNECTION_STATE_DELETE);
}

void tncc_begin(uint32_t connection)
{
	forget();
	notify(connection, TNC_CONNECTION_STATE_HANDSHAKE);
	(void)TNC_IMC_BeginHandshake(TNCC_ID, connection);
	(void)TNC_IMC_BatchEnding(TNCC_ID, connection);
}

void tncc_result(uint32_t connection)
{
	notify(connection, TNC_CONNECTION_STATE_ACCESS_ALLOWED);
}

unsigned tncc_retries(void)
{
	return atomic_load(&retries);
}

unsigned tncc_await_retry(unsigned before)
{
	for (int ms = 0; tncc_retries() <= before && ms < 10000; ms++)
		usleep(1000);
	return tncc_retries();
}

void tncc_refuse(bool on)
{
	refuse = on;
}

void tncc_deliver(uint32_t connection, uint32_t validator, struct span msg)
{
	forget();
	(void)TNC_IMC_ReceiveMessageLong(TNCC_ID, connection, 0,
					 (TNC_BufferReference)(uintptr_t)msg.p, msg.n,
					 PEN_IETF, PA_SUBTYPE_SWIMA, validator, 0xffff);
	(void)TNC_IMC_BatchEnding(TNCC_ID, connection);
}

bool tncc_attr(size_t i, struct pa_attr *a)
{
	for (size_t k = 0; k < tncc_n; k++) {
		struct rd r = rd_over(span_of(tncc_out[k].p, tncc_out[k].n));
		struct pa_msg m;

		assert_int_equal(pa_msg_decode(&r, &m), 0);
		while (pa_attr_next(&r, a) > 0)
			if (a->vendor != PEN_TCG && i-- == 0)
				return true;
		assert_int_equal(r.err, 0);
	}
	return false;
}
