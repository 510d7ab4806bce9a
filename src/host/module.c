/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/module.h"

#include "base/err.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define VERSION TNC_IFIMC_VERSION_1 /* the same number on either side */

/* --- loading ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct entry_row {
	const char *verb;
	size_t offset; /* in struct module_entry */
	unsigned must; /* bits of enum tnc_kind: mandatory for whom */
} entry_rows[] = {
#define ROW(verb, field, must) { verb, offsetof(struct module_entry, field), must }
#define IMC (1u << TNC_KIND_IMC)
#define IMV (1u << TNC_KIND_IMV)
	ROW("Initialize",             initialize,   IMC | IMV),
	ROW("ProvideBindFunction",    provide_bind, IMC | IMV),
	ROW("BeginHandshake",         begin,        IMC),
	ROW("SolicitRecommendation",  solicit,      IMV),
	ROW("NotifyConnectionChange", notify,       0),
	ROW("ReceiveMessage",         receive,      0),
	ROW("ReceiveMessageLong",     receive_long, 0),
	ROW("BatchEnding",            batch_ending, 0),
	ROW("Terminate",              terminate,    0),
	ROW("StanceReload",           reload,       0),
#undef ROW
#undef IMC
#undef IMV
};
/* clang-format on */

static int find_entries(struct module *m)
{
	for (size_t i = 0; i < sizeof(entry_rows) / sizeof(entry_rows[0]); i++) {
		const struct entry_row *row = &entry_rows[i];
		char name[64];
		void *fn;

		snprintf(name, sizeof(name), "TNC_%s_%s",
			 m->kind == TNC_KIND_IMC ? "IMC" : "IMV", row->verb);
		fn = dlsym(m->dl, name);
		memcpy((char *)&m->entry + row->offset, &fn, sizeof(fn));
		if (!fn && row->must & 1u << m->kind) {
			log_error(&m->log, "module refused: lacks %s", name);
			return ST_EPLUGIN;
		}
	}
	return 0;
}

static int load(struct module *m)
{
	const char *err_msg;

	if (tnc_file_trusted(m->path, &err_msg) < 0) {
		log_error(&m->log, "module refused: reason=\"%s\"", err_msg);
		return ST_EDENIED;
	}
	if (!(m->dl = dlopen(m->path, RTLD_NOW | RTLD_LOCAL))) {
		log_error(&m->log, "module refused: reason=\"%s\"", dlerror());
		return ST_EPLUGIN;
	}
	return find_entries(m);
}

struct module *module_open(struct module_host *host, const struct tnc_entry *e)
{
	struct module *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	pthread_mutex_init(&m->serial, NULL);
	pthread_mutex_init(&m->lock, NULL);
	m->host = host;
	m->kind = e->kind;
	m->name = strdup(e->name);
	m->path = strdup(e->path);
	log_name(&m->log, "%s=\"%s\" path=%s", e->kind == TNC_KIND_IMC ? "imc" : "imv",
		 e->name, e->path);
	if (!m->name || !m->path || load(m) < 0) {
		module_close(m);
		return NULL;
	}
	return m;
}

/* --- going in and out -------------------------------------------------------------------- */

static bool enter(struct module *m)
{
	bool in;

	pthread_mutex_lock(&m->lock);
	in = m->running;
	m->calls += in;
	pthread_mutex_unlock(&m->lock);
	if (in && m->kind == TNC_KIND_IMC)
		pthread_mutex_lock(&m->serial);
	return in;
}

/* Nobody is inside any more, or will be: says goodbye once. */
static void terminate(struct module *m)
{
	if (m->entry.terminate)
		m->entry.terminate(m->id);
}

/* Writes about an error of the module: the first as a warning, later ones for debugging. */
static void complain(struct module *m, const struct log *log, const char *verb, TNC_Result r)
{
	bool first;

	pthread_mutex_lock(&m->lock);
	first = !m->complained;
	m->complained = true;
	pthread_mutex_unlock(&m->lock);
	log_write(first ? LOG_L_WARN : LOG_L_DEBUG, &m->log,
		  "module error: call=%s result=%lu %s", verb, r, log ? log->ctx : "");
}

static TNC_Result leave(struct module *m, const struct log *log, const char *verb,
			TNC_Result r)
{
	bool fatal = r == TNC_RESULT_FATAL, last, was_running;

	if (m->kind == TNC_KIND_IMC)
		pthread_mutex_unlock(&m->serial);
	if (r != TNC_RESULT_SUCCESS && !fatal)
		complain(m, log, verb, r);
	pthread_mutex_lock(&m->lock);
	was_running = m->running;
	m->running = was_running && !fatal;
	m->calls--;
	last = !m->running && !m->calls && !m->terminated;
	m->terminated |= last;
	pthread_mutex_unlock(&m->lock);
	if (fatal && was_running)
		log_error(&m->log, "module failed for good and is left out: call=%s %s", verb,
			  log ? log->ctx : "");
	if (last)
		terminate(m);
	return r;
}

bool module_running(struct module *m)
{
	bool running;

	pthread_mutex_lock(&m->lock);
	running = m->running;
	pthread_mutex_unlock(&m->lock);
	return running;
}

/* --- its life ---------------------------------------------------------------------------- */

int module_start(struct module *m, TNC_TNCC_BindFunctionPointer bind)
{
	TNC_Version version = 0;
	TNC_Result r = m->entry.initialize(m->id, VERSION, VERSION, &version);
	const char *verb = "Initialize";

	if (r != TNC_RESULT_SUCCESS) {
		log_error(&m->log, "module refused: Initialize returned %lu", r);
		return ST_EPLUGIN;
	}
	pthread_mutex_lock(&m->lock);
	m->initialized = m->running = true;
	pthread_mutex_unlock(&m->lock);
	if (version != VERSION) {
		log_error(&m->log,
			  "module refused: it wants version %lu of the binding, we speak %lu",
			  version, VERSION);
		return ST_EPLUGIN;
	}
	verb = "ProvideBindFunction";
	r = m->entry.provide_bind(m->id, bind);
	if (r != TNC_RESULT_SUCCESS) {
		log_error(&m->log, "module refused: %s returned %lu", verb, r);
		return ST_EPLUGIN;
	}
	return 0;
}

void module_stop(struct module *m)
{
	bool first;

	pthread_mutex_lock(&m->lock);
	first = m->initialized && !m->terminated;
	m->terminated = true;
	m->running = false;
	pthread_mutex_unlock(&m->lock);
	if (first)
		terminate(m);
}

void module_close(struct module *m)
{
	if (!m)
		return;
	module_stop(m);
	if (m->dl)
		dlclose(m->dl);
	pthread_mutex_destroy(&m->serial);
	pthread_mutex_destroy(&m->lock);
	free(m->types);
	free(m->name);
	free(m->path);
	free(m);
}

/* --- the calls --------------------------------------------------------------------------- */

TNC_Result module_notify(struct module *m, const struct log *log, TNC_ConnectionID conn,
			 TNC_ConnectionState state)
{
	if (!m->entry.notify || !enter(m))
		return TNC_RESULT_SUCCESS;
	return leave(m, log, "NotifyConnectionChange", m->entry.notify(m->id, conn, state));
}

/* Entry points that take the module and the connection and nothing else. */
static TNC_Result call(struct module *m, const struct log *log, const char *verb,
		       TNC_IMC_BeginHandshakePointer fn, TNC_ConnectionID conn)
{
	if (!fn || !enter(m))
		return TNC_RESULT_SUCCESS;
	return leave(m, log, verb, fn(m->id, conn));
}

TNC_Result module_begin(struct module *m, const struct log *log, TNC_ConnectionID conn)
{
	return call(m, log, "BeginHandshake", m->entry.begin, conn);
}

TNC_Result module_batch_ending(struct module *m, const struct log *log, TNC_ConnectionID conn)
{
	return call(m, log, "BatchEnding", m->entry.batch_ending, conn);
}

TNC_Result module_solicit(struct module *m, const struct log *log, TNC_ConnectionID conn)
{
	return call(m, log, "SolicitRecommendation", m->entry.solicit, conn);
}

TNC_Result module_receive(struct module *m, const struct log *log, TNC_ConnectionID conn,
			  const struct pb_pa *pa)
{
	bool imc = m->kind == TNC_KIND_IMC;
	bool short_type = pa->subtype < TNC_SUBTYPE_ANY;
	TNC_BufferReference body = (TNC_BufferReference)(uintptr_t)pa->body.p;
	TNC_Result r;

	if (!m->entry.receive_long && !(m->entry.receive && short_type))
		return TNC_RESULT_SUCCESS;
	if (!enter(m))
		return TNC_RESULT_SUCCESS;
	if (m->entry.receive_long)
		r = m->entry.receive_long(m->id, conn,
					  pa->excl ? TNC_MESSAGE_FLAGS_EXCLUSIVE : 0, body,
					  pa->body.n, pa->vendor, pa->subtype,
					  imc ? pa->validator : pa->collector,
					  imc ? pa->collector : pa->validator);
	else
		r = m->entry.receive(m->id, conn, body, pa->body.n,
				     (TNC_MessageType)pa->vendor << 8 | pa->subtype);
	return leave(m, log, "ReceiveMessage", r);
}

int module_reload(struct module *m, char *err_msg, size_t err_msg_len)
{
	int got;

	if (!m->entry.reload || !enter(m))
		return 0;
	got = m->entry.reload(err_msg, err_msg_len);
	(void)leave(m, NULL, "StanceReload", TNC_RESULT_SUCCESS);
	return got;
}

/* --- identifiers and types --------------------------------------------------------------- */

TNC_Result module_set_types(struct module *m, const TNC_UInt32 *vendors,
			    const TNC_UInt32 *subtypes, TNC_UInt32 n)
{
	struct module_type *types = NULL, *old;

	if (n > MODULE_TYPES_MAX)
		return TNC_RESULT_OTHER;
	if (n && !(types = malloc(n * sizeof(*types))))
		return TNC_RESULT_OTHER;
	for (TNC_UInt32 i = 0; i < n; i++) {
		uint32_t v = (uint32_t)vendors[i];

		types[i].vendor = subtypes ? v : v >> 8;
		types[i].subtype = subtypes ? (uint32_t)subtypes[i] : v & 0xff;
		if (types[i].vendor > TNC_VENDORID_ANY) {
			free(types);
			return TNC_RESULT_INVALID_PARAMETER;
		}
	}
	pthread_mutex_lock(&m->lock);
	old = m->types;
	m->types = types;
	m->n_types = n;
	pthread_mutex_unlock(&m->lock);
	free(old);
	return TNC_RESULT_SUCCESS;
}

static bool owns(const struct module *m, TNC_UInt32 id)
{
	for (size_t i = 0; i < m->n_ids; i++)
		if (m->ids[i] == id)
			return true;
	return false;
}

/* A wildcard in either half stands for anything; (any vendor, subtype) is not defined by the
 * binding, we read it as written. */
static bool wants_type(const struct module *m, uint32_t vendor, uint32_t subtype)
{
	for (size_t i = 0; i < m->n_types; i++) {
		const struct module_type *t = &m->types[i];

		if ((t->vendor == TNC_VENDORID_ANY || t->vendor == vendor) &&
		    (t->subtype == TNC_SUBTYPE_ANY || t->subtype == subtype))
			return true;
	}
	return false;
}

bool module_wants(struct module *m, const struct pb_pa *pa)
{
	uint16_t to = m->kind == TNC_KIND_IMC ? pa->collector : pa->validator;
	bool wanted;

	/* what would look like a wildcard is never delivered */
	if (pa->subtype == TNC_SUBTYPE_ANY)
		return false;
	pthread_mutex_lock(&m->lock);
	wanted = m->running && (!pa->excl || owns(m, to)) &&
		 wants_type(m, pa->vendor, pa->subtype);
	pthread_mutex_unlock(&m->lock);
	return wanted;
}

bool module_add_id(struct module *m, TNC_UInt32 id)
{
	bool room;

	pthread_mutex_lock(&m->lock);
	room = m->n_ids < MODULE_IDS_MAX;
	if (room)
		m->ids[m->n_ids++] = id;
	pthread_mutex_unlock(&m->lock);
	return room;
}
