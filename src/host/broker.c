/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/broker.h"

#include "base/err.h"
#include "host/attribute.h"
#include "host/peer.h"

#include <stdlib.h>

/* --- who is who: the one process-wide table that the binding needs ------------------------ */

static pthread_rwlock_t owners_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct module *owners[BROKER_IDS_MAX]; /* by identifier; 0 is nobody's */

static TNC_UInt32 owner_add(struct module *m)
{
	TNC_UInt32 id = 1;

	pthread_rwlock_wrlock(&owners_lock);
	while (id < BROKER_IDS_MAX && owners[id])
		id++;
	if (id < BROKER_IDS_MAX && module_add_id(m, id))
		owners[id] = m;
	else
		id = 0;
	pthread_rwlock_unlock(&owners_lock);
	return id;
}

/* When it returns no function for modules is working on m any more. */
static void owner_remove(struct module *m)
{
	pthread_rwlock_wrlock(&owners_lock);
	for (size_t i = 0; i < BROKER_IDS_MAX; i++)
		if (owners[i] == m)
			owners[i] = NULL;
	pthread_rwlock_unlock(&owners_lock);
}

/* The module that calls, which cannot go away before broker_leave. NULL, with *r saying why:
 * nothing to leave. */
static struct module *broker_enter(enum tnc_kind kind, TNC_UInt32 id, TNC_Result *r)
{
	struct module *m;
	bool over = false;

	pthread_rwlock_rdlock(&owners_lock);
	m = id < BROKER_IDS_MAX ? owners[id] : NULL;
	if (m && m->kind != kind)
		m = NULL;
	if (m) {
		pthread_mutex_lock(&m->lock);
		over = m->terminated;
		pthread_mutex_unlock(&m->lock);
	}
	*r = over ? TNC_RESULT_NOT_INITIALIZED : TNC_RESULT_INVALID_PARAMETER;
	if (m && !over)
		return m;
	pthread_rwlock_unlock(&owners_lock);
	return NULL;
}

static TNC_Result broker_leave(TNC_Result r)
{
	pthread_rwlock_unlock(&owners_lock);
	return r;
}

/* --- modules ----------------------------------------------------------------------------- */

static bool loaded_already(const struct broker *b, const struct module *m)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->modules[i]->dl != m->dl)
			continue;
		log_error(&m->log, "module refused: the same library as \"%s\"",
			  b->modules[i]->name);
		return true;
	}
	return false;
}

static void load(struct broker *b, const struct tnc_entry *e)
{
	struct module *m = module_open(b, e);

	if (!m)
		return;
	m->index = b->n;
	if (loaded_already(b, m))
		goto refused;
	if (!(m->id = owner_add(m))) {
		log_error(&m->log, "module refused: too many modules");
		goto refused;
	}
	if (module_start(m, b->bind) < 0)
		goto refused;
	b->modules[b->n++] = m;
	log_info(&m->log, "module loaded: id=%lu", m->id);
	return;
refused:
	owner_remove(m);
	module_close(m);
}

int broker_open(struct broker *b, const char *path)
{
	struct tnc_config config = { 0 };
	int err = path ? tnc_config_read(path, &config) : 0;

	if (err == ST_ENOENT) {
		log_warn(NULL, "no modules: there is no file %s", path);
		err = 0;
	}
	if (!err && !(b->modules = calloc(config.n + 1, sizeof(*b->modules))))
		err = ST_ENOMEM;
	if (!err) {
		pthread_mutex_init(&b->lock, NULL);
		b->next_conn = 1;
	}
	for (size_t i = 0; !err && i < config.n; i++)
		if (config.entries[i].kind == b->kind)
			load(b, &config.entries[i]);
	tnc_config_free(&config);
	return err;
}

void broker_close(struct broker *b)
{
	for (size_t i = b->n; i--;) {
		/* what it calls from inside Terminate is still answered: too late */
		module_stop(b->modules[i]);
		owner_remove(b->modules[i]);
		module_close(b->modules[i]);
	}
	free(b->modules);
	pthread_mutex_destroy(&b->lock);
}

bool broker_module(const struct broker *b, size_t i, struct host_module *m)
{
	if (i >= b->n)
		return false;
	*m = (struct host_module){ .name = b->modules[i]->name,
				   .path = b->modules[i]->path,
				   .id = (unsigned)b->modules[i]->id,
				   .running = module_running(b->modules[i]) };
	return true;
}

/* --- connections ------------------------------------------------------------------------- */

int broker_add_peer(struct broker *b, struct peer *p)
{
	struct peer *taken;
	int err;

	pthread_mutex_lock(&b->lock);
	do {
		p->id = b->next_conn++;
		if (b->next_conn == TNC_CONNECTIONID_ANY)
			b->next_conn = 1;
		HASH_FIND(hh, b->peers, &p->id, sizeof(p->id), taken);
	} while (taken);
	HASH_ADD(hh, b->peers, id, sizeof(p->id), p);
	err = p->hh.tbl ? 0 : ST_ENOMEM;
	pthread_mutex_unlock(&b->lock);
	return err;
}

void broker_remove_peer(struct broker *b, struct peer *p)
{
	pthread_mutex_lock(&b->lock);
	HASH_DELETE(hh, b->peers, p);
	pthread_mutex_unlock(&b->lock);
	/* whoever found it before has its lock until it is done */
	pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* The connection, locked; NULL when there is none. */
static struct peer *lock_peer(struct broker *b, TNC_ConnectionID conn)
{
	struct peer *p;

	pthread_mutex_lock(&b->lock);
	HASH_FIND(hh, b->peers, &conn, sizeof(conn), p);
	if (p)
		pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&b->lock);
	return p;
}

/* --- the functions for modules ----------------------------------------------------------- */

TNC_Result broker_bind(enum tnc_kind kind, TNC_UInt32 id, const char *name, void **out,
		       const struct broker_function *fns, size_t n)
{
	TNC_Result r;
	struct module *m;

	if (!out)
		return TNC_RESULT_INVALID_PARAMETER;
	*out = NULL;
	if (!name || !(m = broker_enter(kind, id, &r)))
		return name ? r : TNC_RESULT_INVALID_PARAMETER;
	for (size_t i = 0; i < n && !*out; i++)
		if (strcmp(fns[i].name, name) == 0)
			*out = fns[i].fn;
	if (!*out)
		log_debug(&m->log,
			  "module asks for a function that does not exist: name=%.64s", name);
	return broker_leave(*out ? TNC_RESULT_SUCCESS : TNC_RESULT_INVALID_PARAMETER);
}

TNC_Result broker_report_types(enum tnc_kind kind, TNC_UInt32 id, const TNC_UInt32 *vendors,
			       const TNC_UInt32 *subtypes, TNC_UInt32 n, bool packed)
{
	TNC_Result r;
	struct module *m;

	if (n && (!vendors || (!packed && !subtypes)))
		return TNC_RESULT_INVALID_PARAMETER;
	if (!(m = broker_enter(kind, id, &r)))
		return r;
	return broker_leave(module_set_types(m, vendors, subtypes, n));
}

/* What of a message is wrong whenever it is sent. */
static TNC_Result check_message(const struct broker_message *msg)
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

TNC_Result broker_send(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
		       const struct broker_message *msg)
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
	struct module *m = broker_enter(kind, id, &r);
	struct peer *p;

	if (!m)
		return r;
	if ((r = check_message(msg)) != TNC_RESULT_SUCCESS)
		return broker_leave(r);
	if (!(p = lock_peer(m->broker, conn)))
		return broker_leave(TNC_RESULT_INVALID_PARAMETER);
	r = peer_put(p, m, &pa);
	pthread_mutex_unlock(&p->lock);
	return broker_leave(r);
}

/* Every connection there is: the best answer of all. */
static TNC_Result retry_all(struct broker *b, struct module *m, TNC_RetryReason reason)
{
	TNC_Result r = TNC_RESULT_CANT_RETRY;

	pthread_mutex_lock(&b->lock);
	for (struct peer *p = b->peers; p; p = p->hh.next) {
		TNC_Result one;

		pthread_mutex_lock(&p->lock);
		one = peer_want_retry(p, m, reason);
		pthread_mutex_unlock(&p->lock);
		if (r != TNC_RESULT_SUCCESS)
			r = one;
	}
	pthread_mutex_unlock(&b->lock);
	return r;
}

TNC_Result broker_retry(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
			TNC_RetryReason reason)
{
	TNC_Result r;
	struct module *m = broker_enter(kind, id, &r);
	struct peer *p;

	if (!m)
		return r;
	if (conn == TNC_CONNECTIONID_ANY)
		return broker_leave(retry_all(m->broker, m, reason));
	if (!(p = lock_peer(m->broker, conn)))
		return broker_leave(TNC_RESULT_INVALID_PARAMETER);
	r = peer_want_retry(p, m, reason);
	pthread_mutex_unlock(&p->lock);
	return broker_leave(r);
}

/* The length always; the value only where it fits. */
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

TNC_Result broker_get_attribute(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				TNC_AttributeID a, TNC_UInt32 cap, TNC_BufferReference buf,
				TNC_UInt32 *len)
{
	TNC_Result r;
	struct module *m;
	struct peer *p = NULL;
	struct wr value = { 0 };

	if (!len)
		return TNC_RESULT_INVALID_PARAMETER;
	*len = 0;
	if (!(m = broker_enter(kind, id, &r)))
		return r;
	if (conn != TNC_CONNECTIONID_ANY && !(p = lock_peer(m->broker, conn)))
		return broker_leave(TNC_RESULT_INVALID_PARAMETER);
	r = attribute_get(m, p, a, &value);
	if (p)
		pthread_mutex_unlock(&p->lock);
	if (r == TNC_RESULT_SUCCESS)
		hand_over(wr_span(&value), attribute_is_text(a), cap, buf, len);
	wr_reset(&value);
	return broker_leave(r);
}

TNC_Result broker_set_attribute(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				TNC_AttributeID a, struct span value)
{
	TNC_Result r;
	struct module *m = broker_enter(kind, id, &r);
	struct peer *p;

	if (!m)
		return r;
	r = TNC_RESULT_INVALID_PARAMETER;
	if (value.n && !value.p)
		return broker_leave(r);
	/* A collector may say that it copes with a server that speaks first: all must. */
	if (kind == TNC_KIND_IMC && a == TNC_ATTRIBUTEID_IMC_SPTS_TNCS1)
		return broker_leave(value.n == 1 ? TNC_RESULT_SUCCESS : r);
	if (kind != TNC_KIND_IMV || !(p = lock_peer(m->broker, conn)))
		return broker_leave(r);
	r = peer_set_reason(p, m, a, value);
	pthread_mutex_unlock(&p->lock);
	return broker_leave(r);
}

TNC_Result broker_reserve(enum tnc_kind kind, TNC_UInt32 id, TNC_UInt32 *out)
{
	TNC_Result r;
	struct module *m;

	if (!out)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!(m = broker_enter(kind, id, &r)))
		return r;
	/* The table must be written, so the reader's lock goes; the module that is calling stays
	 * loaded as long as it calls. */
	broker_leave(r);
	*out = owner_add(m);
	return *out ? TNC_RESULT_SUCCESS : TNC_RESULT_OTHER;
}

TNC_Result broker_recommend(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 action,
			    TNC_UInt32 evaluation)
{
	struct recommendation said = { action, evaluation };
	TNC_Result r;
	struct module *m = broker_enter(TNC_KIND_IMV, id, &r);
	struct peer *p;

	if (!m)
		return r;
	r = TNC_RESULT_INVALID_PARAMETER;
	if (!recommendation_valid(&said) || !(p = lock_peer(m->broker, conn)))
		return broker_leave(r);
	r = peer_recommend(p, m, &said);
	pthread_mutex_unlock(&p->lock);
	return broker_leave(r);
}
