/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/module_functions.h"
#include "base/err.h"
#include "host/attribute.h"
#include "host/module_host.h"
#include "host/module_ids.h"
#include "host/peer.h"

#include <string.h>

TNC_Result module_functions_bind(enum tnc_kind kind, TNC_UInt32 id, const char *name,
				 void **out, const struct module_function *fns, size_t n)
{
	TNC_Result r;
	struct module *m;

	if (!out)
		return TNC_RESULT_INVALID_PARAMETER;
	*out = NULL;
	if (!name || !(m = module_ids_enter(kind, id, &r)))
		return name ? r : TNC_RESULT_INVALID_PARAMETER;
	for (size_t i = 0; i < n && !*out; i++)
		if (strcmp(fns[i].name, name) == 0)
			*out = fns[i].fn;
	if (!*out)
		log_debug(&m->log,
			  "module asks for a function that does not exist: name=%.64s", name);
	return module_ids_leave(*out ? TNC_RESULT_SUCCESS : TNC_RESULT_INVALID_PARAMETER);
}

TNC_Result module_functions_report_types(enum tnc_kind kind, TNC_UInt32 id,
					 const TNC_UInt32 *vendors, const TNC_UInt32 *subtypes,
					 TNC_UInt32 n, bool packed)
{
	TNC_Result r;
	struct module *m;

	if (n && (!vendors || (!packed && !subtypes)))
		return TNC_RESULT_INVALID_PARAMETER;
	if (!(m = module_ids_enter(kind, id, &r)))
		return r;
	return module_ids_leave(module_set_types(m, vendors, subtypes, n));
}

/* Checks that do not depend on the state of the connection. */
static TNC_Result check_message(const struct module_message *msg)
{
	bool excl = msg->flags & TNC_MESSAGE_FLAGS_EXCLUSIVE;

	if ((msg->n && !msg->body) || (msg->flags & ~TNC_MESSAGE_FLAGS_EXCLUSIVE) ||
	    msg->destination > TNC_IMCID_ANY)
		return TNC_RESULT_INVALID_PARAMETER;
	if (excl && msg->destination == TNC_IMCID_ANY)
		return TNC_RESULT_INVALID_PARAMETER;
	if (msg->vendor >= TNC_VENDORID_ANY || msg->subtype == TNC_SUBTYPE_ANY ||
	    msg->subtype >= TYPE_RESERVED)
		return TNC_RESULT_INVALID_PARAMETER;
	return TNC_RESULT_SUCCESS;
}

TNC_Result module_functions_send(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				 const struct module_message *msg)
{
	uint16_t from = (uint16_t)id, to = (uint16_t)msg->destination;
	struct pb_pa pa = {
		.excl = msg->flags & TNC_MESSAGE_FLAGS_EXCLUSIVE,
		.vendor = (uint32_t)msg->vendor,
		.subtype = (uint32_t)msg->subtype,
		.collector = kind == TNC_KIND_IMC ? from : to,
		.validator = kind == TNC_KIND_IMC ? to : from,
		.body = span_of(msg->body, msg->n),
	};
	TNC_Result r;
	struct module *m = module_ids_enter(kind, id, &r);
	struct peer *p;

	if (!m)
		return r;
	if ((r = check_message(msg)) != TNC_RESULT_SUCCESS)
		return module_ids_leave(r);
	if (!(p = peer_table_lock(&m->host->peers, conn)))
		return module_ids_leave(TNC_RESULT_INVALID_PARAMETER);
	r = peer_put(p, m, &pa);
	pthread_mutex_unlock(&p->lock);
	return module_ids_leave(r);
}

/* Asks on behalf of every connection; the best answer counts. */
static TNC_Result retry_all(struct peer_table *t, struct module *m, TNC_RetryReason reason)
{
	TNC_Result r = TNC_RESULT_CANT_RETRY;

	pthread_mutex_lock(&t->lock);
	for (struct peer *p = t->peers; p; p = p->hh.next) {
		TNC_Result one;

		pthread_mutex_lock(&p->lock);
		one = peer_want_retry(p, m, reason);
		pthread_mutex_unlock(&p->lock);
		if (r != TNC_RESULT_SUCCESS)
			r = one;
	}
	pthread_mutex_unlock(&t->lock);
	return r;
}

TNC_Result module_functions_retry(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				  TNC_RetryReason reason)
{
	TNC_Result r;
	struct module *m = module_ids_enter(kind, id, &r);
	struct peer *p;

	if (!m)
		return r;
	if (conn == TNC_CONNECTIONID_ANY)
		return module_ids_leave(retry_all(&m->host->peers, m, reason));
	if (!(p = peer_table_lock(&m->host->peers, conn)))
		return module_ids_leave(TNC_RESULT_INVALID_PARAMETER);
	r = peer_want_retry(p, m, reason);
	pthread_mutex_unlock(&p->lock);
	return module_ids_leave(r);
}

/* Returns the length in any case, the value only if it fits. */
static void hand_over(struct span v, bool text, TNC_UInt32 cap, TNC_BufferReference buf,
		      TNC_UInt32 *len)
{
	*len = v.n;
	if (!buf || cap < v.n)
		return;
	memcpy(buf, v.p, v.n);
	if (text && cap > v.n)
		buf[v.n] = '\0';
}

TNC_Result module_functions_get_attribute(enum tnc_kind kind, TNC_UInt32 id,
					  TNC_ConnectionID conn, TNC_AttributeID a,
					  TNC_UInt32 cap, TNC_BufferReference buf,
					  TNC_UInt32 *len)
{
	TNC_Result r;
	struct module *m;
	struct peer *p = NULL;
	struct wr value = { 0 };

	if (!len)
		return TNC_RESULT_INVALID_PARAMETER;
	*len = 0;
	if (!(m = module_ids_enter(kind, id, &r)))
		return r;
	if (conn != TNC_CONNECTIONID_ANY && !(p = peer_table_lock(&m->host->peers, conn)))
		return module_ids_leave(TNC_RESULT_INVALID_PARAMETER);
	r = attribute_get(m, p, a, &value);
	if (p)
		pthread_mutex_unlock(&p->lock);
	if (r == TNC_RESULT_SUCCESS)
		hand_over(wr_span(&value), attribute_is_text(a), cap, buf, len);
	wr_reset(&value);
	return module_ids_leave(r);
}

TNC_Result module_functions_set_attribute(enum tnc_kind kind, TNC_UInt32 id,
					  TNC_ConnectionID conn, TNC_AttributeID a,
					  struct span value)
{
	TNC_Result r;
	struct module *m = module_ids_enter(kind, id, &r);
	struct peer *p;

	if (!m)
		return r;
	r = TNC_RESULT_INVALID_PARAMETER;
	if (value.n && !value.p)
		return module_ids_leave(r);
	/* A collector may state that it supports servers that send first: all have to. */
	if (kind == TNC_KIND_IMC && a == TNC_ATTRIBUTEID_IMC_SPTS_TNCS1)
		return module_ids_leave(value.n == 1 ? TNC_RESULT_SUCCESS : r);
	if (kind != TNC_KIND_IMV || !(p = peer_table_lock(&m->host->peers, conn)))
		return module_ids_leave(r);
	r = peer_set_reason(p, m, a, value);
	pthread_mutex_unlock(&p->lock);
	return module_ids_leave(r);
}

TNC_Result module_functions_reserve(enum tnc_kind kind, TNC_UInt32 id, TNC_UInt32 *out)
{
	TNC_Result r;
	struct module *m;

	if (!out)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!(m = module_ids_enter(kind, id, &r)))
		return r;
	/* module_ids_add writes the table, so the read lock is dropped first. The calling
	 * module stays loaded during its call. */
	module_ids_leave(r);
	*out = module_ids_add(m);
	return *out ? TNC_RESULT_SUCCESS : TNC_RESULT_OTHER;
}

TNC_Result module_functions_recommend(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 action,
				      TNC_UInt32 evaluation)
{
	struct recommendation said = { action, evaluation };
	TNC_Result r;
	struct module *m = module_ids_enter(TNC_KIND_IMV, id, &r);
	struct peer *p;

	if (!m)
		return r;
	r = TNC_RESULT_INVALID_PARAMETER;
	if (!recommendation_valid(&said) || !(p = peer_table_lock(&m->host->peers, conn)))
		return module_ids_leave(r);
	r = peer_recommend(p, m, &said);
	pthread_mutex_unlock(&p->lock);
	return module_ids_leave(r);
}
