/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_host.h"

#include <stdlib.h>
#include <string.h>

struct fake_host fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

void fake_reset(void)
{
	for (size_t i = 0; i < fake.n_out; i++)
		free((void *)fake.out[i].bytes.p);
	fake = (struct fake_host){ .language = "en", .identity = "endpoint.example" };
	pthread_mutex_init(&fake.lock, NULL);
}

const struct fake_message *fake_next(void)
{
	return fake.taken < fake.n_out ? &fake.out[fake.taken++] : NULL;
}

static TNC_Result fake_types(TNC_UInt32 id, TNC_MessageTypeList types, TNC_UInt32 n)
{
	(void)id;
	fake.n_types = n;
	for (size_t i = 0; i < n; i++)
		fake.types[i] = types[i];
	return TNC_RESULT_SUCCESS;
}

static TNC_Result fake_types_long(TNC_UInt32 id, TNC_VendorIDList vendors,
				  TNC_MessageSubtypeList subtypes, TNC_UInt32 n)
{
	(void)id;
	fake.n_types = n;
	fake.types_long = true;
	for (size_t i = 0; i < n; i++)
		fake.types[i] = vendors[i] << 8 | subtypes[i];
	return TNC_RESULT_SUCCESS;
}

static TNC_Result fake_keep(struct fake_message m, const void *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (fake.on_send)
		fake.on_send();
	memcpy(copy, p, n);
	m.bytes = span_of(copy, n);
	pthread_mutex_lock(&fake.lock);
	if (!fake.send_result && fake.n_out < FAKE_MESSAGES)
		fake.out[fake.n_out++] = m;
	else
		free(copy);
	pthread_mutex_unlock(&fake.lock);
	return fake.send_result;
}

static TNC_Result fake_send(TNC_UInt32 id, TNC_ConnectionID connection, TNC_BufferReference p,
			    TNC_UInt32 n, TNC_MessageType type)
{
	return fake_keep((struct fake_message){ .connection = connection,
						.vendor = type >> 8,
						.subtype = type & 0xff,
						.from = id,
						.to = 0xffff },
			 p, n);
}

static TNC_Result fake_send_long(TNC_UInt32 id, TNC_ConnectionID connection, TNC_UInt32 flags,
				 TNC_BufferReference p, TNC_UInt32 n, TNC_VendorID vendor,
				 TNC_MessageSubtype subtype, TNC_UInt32 to)
{
	return fake_keep((struct fake_message){ .flags = flags,
						.connection = connection,
						.vendor = vendor,
						.subtype = subtype,
						.from = id,
						.to = to,
						.is_long = true },
			 p, n);
}

static TNC_Result fake_retry(TNC_UInt32 id, TNC_ConnectionID connection,
			     TNC_RetryReason err_msg)
{
	(void)id;
	pthread_mutex_lock(&fake.lock);
	fake.retries++;
	fake.retry_connection = connection;
	fake.retry_reason = err_msg;
	pthread_mutex_unlock(&fake.lock);
	return fake.retry_result;
}

static TNC_Result fake_give(const void *value, size_t n, TNC_UInt32 cap, void *buf,
			    TNC_UInt32 *len)
{
	*len = n;
	if (n > cap)
		return TNC_RESULT_INVALID_PARAMETER; /* as some hosts do */
	memcpy(buf, value, n);
	return TNC_RESULT_SUCCESS;
}

/* One record: a machine's FQDN, proved by a certificate. */
static TNC_Result fake_identities(TNC_UInt32 cap, void *buf, TNC_UInt32 *len)
{
	uint8_t list[256] = { [3] = 1, [5] = 0x00, [6] = 0x55, [7] = 0x97, [11] = 3 }, *p;
	size_t n = fake.identity ? strlen(fake.identity) : 0;
	static const uint8_t tail[] = { 0, 0, 0x55, 0x97, 0, 0, 0, 1,
					0, 0, 0x55, 0x97, 0, 0, 0, 1 };

	list[15] = (uint8_t)n;
	p = list + 16;
	memcpy(p, fake.identity ? fake.identity : "", n);
	memcpy(p + n, tail, sizeof(tail));
	list[4] = 0;
	if (!fake.identity)
		return fake_give("\0\0\0\0", 4, cap, buf, len);
	return fake_give(list, 16 + n + sizeof(tail), cap, buf, len);
}

static TNC_Result fake_get(TNC_UInt32 id, TNC_ConnectionID connection, TNC_AttributeID what,
			   TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	uint8_t size[4] = { (uint8_t)(fake.max_message >> 24),
			    (uint8_t)(fake.max_message >> 16),
			    (uint8_t)(fake.max_message >> 8), (uint8_t)fake.max_message };

	(void)id;
	(void)connection;
	switch (what) {
	case TNC_ATTRIBUTEID_HAS_LONG_TYPES:
		return fake_give("\1", 1, cap, buf, len);
	case TNC_ATTRIBUTEID_HAS_EXCLUSIVE:
		return fake_give(fake.without_exclusive ? "\0" : "\1", 1, cap, buf, len);
	case TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE:
		return fake.max_message ? fake_give(size, 4, cap, buf, len)
					: TNC_RESULT_INVALID_PARAMETER;
	case TNC_ATTRIBUTEID_PREFERRED_LANGUAGE:
		if (fake.language)
			return fake_give(fake.language, strlen(fake.language), cap, buf, len);
		return TNC_RESULT_INVALID_PARAMETER;
	case TNC_ATTRIBUTEID_AR_IDENTITIES:
		return fake_identities(cap, buf, len);
	default:
		return TNC_RESULT_INVALID_PARAMETER;
	}
}

static TNC_Result fake_set(TNC_UInt32 id, TNC_ConnectionID connection, TNC_AttributeID what,
			   TNC_UInt32 n, TNC_BufferReference buf)
{
	char *to = what == TNC_ATTRIBUTEID_REASON_STRING ? fake.reason : fake.reason_language;
	size_t cap = to == fake.reason ? sizeof(fake.reason) : sizeof(fake.reason_language);

	(void)id;
	(void)connection;
	memset(to, 0, cap);
	memcpy(to, buf, n < cap ? n : cap - 1);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result fake_reserve(TNC_UInt32 id, TNC_UInt32 *more)
{
	*more = id + 40;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result fake_recommend(TNC_IMVID id, TNC_ConnectionID connection, TNC_UInt32 action,
				 TNC_UInt32 evaluation)
{
	(void)id;
	(void)connection;
	pthread_mutex_lock(&fake.lock);
	fake.recommendations++;
	fake.action = action;
	fake.evaluation = evaluation;
	pthread_mutex_unlock(&fake.lock);
	return TNC_RESULT_SUCCESS;
}

static bool fake_is(const char *name, const char *fn)
{
	return (strncmp(name, "TNC_TNCC_", 9) == 0 || strncmp(name, "TNC_TNCS_", 9) == 0) &&
	       strcmp(name + 9, fn) == 0;
}

TNC_Result fake_bind(TNC_UInt32 id, char *name, void **fn)
{
	static const struct {
		const char *name;
		void *fn;
		bool is_long, is_attribute;
	} rows[] = {
		{ "ReportMessageTypes", (void *)fake_types, false, false },
		{ "ReportMessageTypesLong", (void *)fake_types_long, true, false },
		{ "SendMessage", (void *)fake_send, false, false },
		{ "SendMessageLong", (void *)fake_send_long, true, false },
		{ "RequestHandshakeRetry", (void *)fake_retry, false, false },
		{ "GetAttribute", (void *)fake_get, false, true },
		{ "SetAttribute", (void *)fake_set, false, true },
		{ "ReserveAdditionalIMCID", (void *)fake_reserve, true, false },
		{ "ReserveAdditionalIMVID", (void *)fake_reserve, true, false },
		{ "ProvideRecommendation", (void *)fake_recommend, false, false },
	};

	(void)id;
	*fn = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fake_is(name, rows[i].name) && !(rows[i].is_long && fake.without_long) &&
		    !(rows[i].is_attribute && fake.without_attributes))
			*fn = rows[i].fn;
	/* some hosts say success and give nothing */
	return *fn || fake.without_long ? TNC_RESULT_SUCCESS : TNC_RESULT_INVALID_PARAMETER;
}
