/* SPDX-License-Identifier: BSD-2-Clause */
/* What foreign_host offers modules: the functions of a TNCC and of a TNCS. */
#include "foreign/foreign_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct module *owner(bool server, TNC_UInt32 id)
{
	for (size_t i = 0; i < host.n_modules; i++)
		for (size_t k = 0; k < host.modules[i].n_ids; k++)
			if (host.modules[i].server == server && host.modules[i].ids[k] == id)
				return &host.modules[i];
	return NULL;
}

/* --- the broker's functions, for both sides ------------------------------------------------ */

static TNC_Result report(bool server, TNC_UInt32 id, TNC_VendorID *vendors,
			 TNC_MessageSubtype *subtypes, TNC_UInt32 n, bool packed)
{
	struct module *m = owner(server, id);

	if (!m || n > TYPES_MAX || (n && (!vendors || (!packed && !subtypes))))
		return TNC_RESULT_INVALID_PARAMETER;
	m->n_types = n;
	for (size_t i = 0; i < n; i++) {
		m->types[i].vendor = packed ? vendors[i] >> 8 : vendors[i];
		m->types[i].subtype = packed ? vendors[i] & 0xff : subtypes[i];
		printf("types   %s: 0x%06lx/%lu\n", m->path, m->types[i].vendor,
		       m->types[i].subtype);
	}
	return TNC_RESULT_SUCCESS;
}

static TNC_Result enqueue(bool server, TNC_UInt32 id, TNC_UInt32 conn, struct message how,
			  TNC_BufferReference body)
{
	struct module *m = owner(server, id);
	struct queue *q = server ? &host.to_client : &host.to_server;
	struct message *msg;

	if (!m || (how.n && !body) || how.vendor == TNC_VENDORID_ANY ||
	    how.subtype == TNC_SUBTYPE_ANY || how.flags & ~TNC_MESSAGE_FLAGS_EXCLUSIVE)
		return TNC_RESULT_INVALID_PARAMETER;
	if (conn != CONNECTION)
		return TNC_RESULT_INVALID_PARAMETER;
	if (m != host.sender)
		return TNC_RESULT_ILLEGAL_OPERATION;
	if (how.n > host.max_message)
		return TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE;
	if (!(msg = malloc(sizeof(*msg))) || !(msg->body = malloc(how.n + 1)))
		fail("out of memory");
	how.body = msg->body;
	how.source = id;
	*msg = how;
	if (how.n)
		memcpy(msg->body, body, how.n);
	*q->tail = msg;
	q->tail = &msg->next;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result get_string(const char *s, size_t n, TNC_UInt32 cap, TNC_BufferReference buf,
			     TNC_UInt32 *len)
{
	*len = n;
	if (buf && n <= cap)
		memcpy(buf, s, n);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result get_u32(TNC_UInt32 v, TNC_UInt32 cap, TNC_BufferReference buf,
			  TNC_UInt32 *len)
{
	unsigned char b[4] = { (unsigned char)(v >> 24), (unsigned char)(v >> 16),
			       (unsigned char)(v >> 8), (unsigned char)v };

	return get_string((char *)b, 4, cap, buf, len);
}

/* One machine name proved by a certificate (IF-IMV 1.4). */
static TNC_Result get_identities(TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	unsigned char b[512] = { 0, 0, 0, 1, 0, 0, 0x55, 0x97, 0, 0, 0, 3 };
	static const unsigned char tail[] = { 0, 0, 0x55, 0x97, 0, 0, 0, 1,
					      0, 0, 0x55, 0x97, 0, 0, 0, 1 };
	size_t n = strlen(host.identity);

	if (n > 255)
		return TNC_RESULT_OTHER;
	b[15] = (unsigned char)n;
	memcpy(b + 16, host.identity, n);
	memcpy(b + 16 + n, tail, sizeof(tail));
	return get_string((char *)b, 32 + n, cap, buf, len);
}

static TNC_Result get_attribute(bool server, TNC_UInt32 id, TNC_AttributeID a, TNC_UInt32 cap,
				TNC_BufferReference buf, TNC_UInt32 *len)
{
	struct module *m = owner(server, id);

	if (!m || !len)
		return TNC_RESULT_INVALID_PARAMETER;
	switch (a) {
	case TNC_ATTRIBUTEID_PREFERRED_LANGUAGE:
		if (!server)
			return TNC_RESULT_INVALID_PARAMETER;
		return get_string(host.language, strlen(host.language), cap, buf, len);
	case TNC_ATTRIBUTEID_MAX_ROUND_TRIPS:
		return get_u32(0xffffffff, cap, buf, len);
	case TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE:
		return get_u32(host.max_message, cap, buf, len);
	case TNC_ATTRIBUTEID_HAS_LONG_TYPES:
	case TNC_ATTRIBUTEID_HAS_EXCLUSIVE:
		return get_string(host.without_long ? "\0" : "\1", 1, cap, buf, len);
	case TNC_ATTRIBUTEID_HAS_SOH:
		return get_string("\0", 1, cap, buf, len);
	case TNC_ATTRIBUTEID_IFTNCCS_PROTOCOL:
		return get_string("IF-TNCCS", 9, cap, buf, len);
	case TNC_ATTRIBUTEID_IFTNCCS_VERSION:
	case TNC_ATTRIBUTEID_IFT_VERSION:
		return get_string("2.0", 4, cap, buf, len);
	case TNC_ATTRIBUTEID_IFT_PROTOCOL:
		return get_string("IF-T for TLS", 13, cap, buf, len);
	case TNC_ATTRIBUTEID_AR_IDENTITIES:
		return server ? get_identities(cap, buf, len) : TNC_RESULT_INVALID_PARAMETER;
	default:
		return TNC_RESULT_INVALID_PARAMETER;
	}
}

static TNC_Result set_attribute(bool server, TNC_UInt32 id, TNC_AttributeID a, TNC_UInt32 n,
				TNC_BufferReference buf)
{
	struct module *m = owner(server, id);

	if (!m || !buf)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!server ||
	    (a != TNC_ATTRIBUTEID_REASON_STRING && a != TNC_ATTRIBUTEID_REASON_LANGUAGE))
		return TNC_RESULT_INVALID_PARAMETER;
	printf("%s  %s: %.*s\n", a == TNC_ATTRIBUTEID_REASON_STRING ? "reason" : "in lang",
	       m->path, (int)n, (const char *)buf);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result reserve(bool server, TNC_UInt32 id, TNC_UInt32 *out)
{
	struct module *m = owner(server, id);

	if (!m || !out)
		return TNC_RESULT_INVALID_PARAMETER;
	if (m->n_ids == IDS_MAX)
		return TNC_RESULT_OTHER;
	*out = m->ids[m->n_ids++] = host.next_id++;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result want_retry(bool server, TNC_UInt32 id, TNC_UInt32 conn,
			     TNC_RetryReason reason)
{
	if (conn != CONNECTION && conn != TNC_CONNECTIONID_ANY)
		return TNC_RESULT_INVALID_PARAMETER;
	pthread_mutex_lock(&host.retry_lock);
	printf("retry   wanted by %s %lu, reason %lu\n", server ? "imv" : "imc", id, reason);
	host.retry_wanted = true;
	pthread_mutex_unlock(&host.retry_lock);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result recommend(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 action,
			    TNC_UInt32 evaluation)
{
	struct module *m = owner(true, id);

	if (!m || conn != CONNECTION || action > 3 || evaluation > 4)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!host.in_handshake)
		return TNC_RESULT_ILLEGAL_OPERATION;
	m->recommended = true;
	m->action = action;
	m->evaluation = evaluation;
	return TNC_RESULT_SUCCESS;
}

/* --- the same under the names of either side ----------------------------------------------- */

static TNC_Result bind_name(TNC_UInt32 id, char *name, void **out, bool server);

/* clang-format off */
#define SIDE(S, IS_SERVER)                                                                       \
static TNC_Result S##_types(TNC_UInt32 id, TNC_MessageTypeList t, TNC_UInt32 n)                  \
{ return report(IS_SERVER, id, t, NULL, n, true); }                                              \
static TNC_Result S##_types_long(TNC_UInt32 id, TNC_VendorIDList v, TNC_MessageSubtypeList s,    \
	TNC_UInt32 n)                                                                            \
{ return report(IS_SERVER, id, v, s, n, false); }                                                \
static TNC_Result S##_send(TNC_UInt32 id, TNC_UInt32 conn, TNC_BufferReference b, TNC_UInt32 n,  \
	TNC_MessageType t)                                                                       \
{                                                                                                \
	struct message m = { .vendor = t >> 8, .subtype = t & 0xff, .destination = 0xffff, .n = n }; \
	return enqueue(IS_SERVER, id, conn, m, b);                                               \
}                                                                                                \
static TNC_Result S##_send_long(TNC_UInt32 id, TNC_UInt32 conn, TNC_UInt32 flags,                \
	TNC_BufferReference b, TNC_UInt32 n, TNC_VendorID v, TNC_MessageSubtype s, TNC_UInt32 to) \
{                                                                                                \
	struct message m = { .flags = flags, .vendor = v, .subtype = s, .destination = to, .n = n }; \
	return enqueue(IS_SERVER, id, conn, m, b);                                               \
}                                                                                                \
static TNC_Result S##_retry(TNC_UInt32 id, TNC_UInt32 conn, TNC_RetryReason r)                   \
{ return want_retry(IS_SERVER, id, conn, r); }                                                   \
static TNC_Result S##_get(TNC_UInt32 id, TNC_UInt32 conn, TNC_AttributeID a, TNC_UInt32 cap,     \
	TNC_BufferReference b, TNC_UInt32 *len)                                                  \
{ (void)conn; return get_attribute(IS_SERVER, id, a, cap, b, len); }                             \
static TNC_Result S##_set(TNC_UInt32 id, TNC_UInt32 conn, TNC_AttributeID a, TNC_UInt32 n,       \
	TNC_BufferReference b)                                                                   \
{ (void)conn; return set_attribute(IS_SERVER, id, a, n, b); }                                    \
static TNC_Result S##_reserve(TNC_UInt32 id, TNC_UInt32 *out)                                    \
{ return reserve(IS_SERVER, id, out); }                                                          \
TNC_Result S##_bind(TNC_UInt32 id, char *name, void **out)                                \
{ return bind_name(id, name, out, IS_SERVER); }

SIDE(tncc, false)
SIDE(tncs, true)

static const struct {
	const char *name;
	void *fn[2]; /* TNCC, TNCS */
	bool longs, attributes;
} functions[] = {
	{ "ReportMessageTypes", { tncc_types, tncs_types }, false, false },
	{ "ReportMessageTypesLong", { tncc_types_long, tncs_types_long }, true, false },
	{ "SendMessage", { tncc_send, tncs_send }, false, false },
	{ "SendMessageLong", { tncc_send_long, tncs_send_long }, true, false },
	{ "RequestHandshakeRetry", { tncc_retry, tncs_retry }, false, false },
	{ "GetAttribute", { tncc_get, tncs_get }, false, true },
	{ "SetAttribute", { tncc_set, tncs_set }, false, true },
	{ "ReserveAdditionalIMCID", { tncc_reserve, NULL }, true, false },
	{ "ReserveAdditionalIMVID", { NULL, tncs_reserve }, true, false },
	{ "ProvideRecommendation", { NULL, recommend }, false, false },
	{ "BindFunction", { tncc_bind, tncs_bind }, false, false },
};
/* clang-format on */

static TNC_Result bind_name(TNC_UInt32 id, char *name, void **out, bool server)
{
	const char *prefix = server ? "TNC_TNCS_" : "TNC_TNCC_";

	if (!owner(server, id) || !name || !out)
		return TNC_RESULT_INVALID_PARAMETER;
	*out = NULL;
	if (strncmp(name, prefix, 9) != 0)
		return TNC_RESULT_INVALID_PARAMETER;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(name + 9, functions[i].name) != 0 || !functions[i].fn[server])
			continue;
		if ((host.without_long && functions[i].longs) ||
		    (host.without_attributes && functions[i].attributes))
			break;
		*out = functions[i].fn[server];
		return TNC_RESULT_SUCCESS;
	}
	return TNC_RESULT_INVALID_PARAMETER;
}
