/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a module in its host, and the way in and out of a connection. */
#include "kit/module.h"
#include "kit/core.h"
#include "kit/broker.h"
#include "kit/outbox.h"

#include <stdio.h>
#include <stdlib.h>

static void kit_mutex_recursive(pthread_mutex_t *m)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(m, &attr);
	pthread_mutexattr_destroy(&attr);
}

/* --- initialize and terminate --- */

static int kit_settings(const struct kit_side *side, const struct kit_desc *desc, cfg_t **conf,
			struct conf_error *e)
{
	static cfg_opt_t nothing[] = { CFG_END() };
	char file[128];

	(void)snprintf(file, sizeof(file), "%s-%s.conf", side->prefix, desc->name);
	return conf_load_named(file, desc->conf ? desc->conf : nothing, desc->ranges, conf, e);
}

/* The settings as text, with every default: equal when they mean the same. NULL: no memory. */
static char *kit_config_text(cfg_t *conf)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	(void)cfg_print(conf, f);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static void kit_config_free(struct kit_config *config)
{
	conf_free(config->pub.conf);
	free(config->text);
	free(config);
}

/* As the file says it; the module has not seen it yet. */
static int kit_config_read(struct kit *k, struct kit_config **out, struct conf_error *e)
{
	const struct limits limits = LIMITS_DEFAULT;
	struct kit_config *config = calloc(1, sizeof(*config));
	int err;

	if (!config)
		return ST_ENOMEM;
	config->kit = k;
	config->refs = 1;
	config->pub.log = k->log;
	config->pub.max_attribute = limits.attribute;
	config->pub.max_segment = limits.segment;
	err = kit_settings(k->side, &k->desc, &config->pub.conf, e);
	if (!err && !(config->text = kit_config_text(config->pub.conf)))
		err = ST_ENOMEM;
	if (err)
		kit_config_free(config);
	else
		*out = config;
	return err;
}

static void kit_config_unload(struct kit_config *config)
{
	if (config->kit->desc.unload)
		config->kit->desc.unload(&config->pub);
	kit_config_free(config);
}

static void kit_config_drop(struct kit_config *config)
{
	struct kit *k = config->kit;
	bool last;

	pthread_mutex_lock(&k->lock);
	last = --config->refs == 0;
	pthread_mutex_unlock(&k->lock);
	if (last)
		kit_config_unload(config);
}

/* What the file says, loaded by the module. Both log what is wrong. */
static int kit_configure(struct kit *k, struct kit_config **out)
{
	struct conf_error e = { "" };
	int err = kit_config_read(k, out, &e);

	if (err < 0) {
		log_error(&k->log, "settings refused: %s",
			  e.text[0] ? e.text : st_strerror(err));
		return err;
	}
	if (k->desc.load && (err = k->desc.load(&(*out)->pub)) < 0) {
		log_error(&k->log, "cannot start: %s", st_strerror(err));
		kit_config_unload(*out);
		*out = NULL;
	}
	return err;
}

int kit_check(const struct kit *k, char *err_msg, size_t err_msg_len)
{
	struct kit_desc desc = { 0 };
	struct conf_error e = { "" };
	cfg_t *conf = NULL;
	int err = k->side->describe(&desc);

	if (!err && (err = kit_settings(k->side, &desc, &conf, &e)) == 0)
		conf_free(conf);
	if (err)
		(void)snprintf(err_msg, err_msg_len, "%s",
			       e.text[0] ? e.text : st_strerror(err));
	return err;
}

static void kit_stop(struct kit *k)
{
	if (k->config)
		kit_config_drop(k->config);
	k->config = NULL;
	if (k->side->stop)
		k->side->stop();
	pthread_mutex_destroy(&k->serial);
	memset(&k->broker, 0, sizeof(k->broker));
}

static int kit_start(struct kit *k)
{
	int err;

	memset(&k->desc, 0, sizeof(k->desc));
	if ((err = k->side->describe(&k->desc)) < 0) {
		log_error(NULL, "module=%s refused: built for another kit", k->side->prefix);
		return err;
	}
	log_name(&k->log, "module=%s-%s", k->side->prefix, k->desc.name);
	kit_mutex_recursive(&k->serial);
	if (k->side->start)
		k->side->start();
	if ((err = kit_configure(k, &k->config)) < 0)
		kit_stop(k);
	return err;
}

TNC_Result kit_initialize(struct kit *k, TNC_UInt32 id, TNC_Version min, TNC_Version max,
			  TNC_Version *actual)
{
	enum kit_state was;
	int err;

	if (!actual)
		return TNC_RESULT_INVALID_PARAMETER;
	if (min > TNC_IFIMC_VERSION_1 || max < TNC_IFIMC_VERSION_1)
		return TNC_RESULT_NO_COMMON_VERSION;
	pthread_mutex_lock(&k->lock);
	was = k->state;
	if (was == KIT_OFF)
		k->state = KIT_STARTING;
	pthread_mutex_unlock(&k->lock);
	if (was != KIT_OFF)
		return TNC_RESULT_ALREADY_INITIALIZED;

	err = kit_start(k);
	pthread_mutex_lock(&k->lock);
	k->id = (uint32_t)id;
	k->state = err < 0 ? KIT_OFF : KIT_ON;
	pthread_mutex_unlock(&k->lock);
	if (err < 0)
		return TNC_RESULT_FATAL;
	*actual = TNC_IFIMC_VERSION_1;
	return TNC_RESULT_SUCCESS;
}

/* --- other settings --- */

/* One that the module can be given, and cannot be stopped meanwhile. */
static bool kit_reload_begin(struct kit *k)
{
	bool on;

	pthread_mutex_lock(&k->lock);
	on = k->state == KIT_ON;
	k->calls += on;
	pthread_mutex_unlock(&k->lock);
	return on;
}

static void kit_reload_end(struct kit *k, struct kit_config *config)
{
	struct kit_config *old = NULL;

	pthread_mutex_lock(&k->lock);
	if (config) {
		old = k->config;
		k->config = config;
	}
	k->calls--;
	pthread_mutex_unlock(&k->lock);
	if (old)
		kit_config_drop(old);
}

int kit_reload(struct kit *k, char *err_msg, size_t err_msg_len)
{
	struct kit_config *config = NULL;
	struct conf_error e = { "" };
	int err;

	if (!kit_reload_begin(k)) {
		(void)snprintf(err_msg, err_msg_len, "the module is not started");
		return ST_ESTATE;
	}
	err = kit_config_read(k, &config, &e);
	if (!err && strcmp(config->text, k->config->text) == 0) {
		kit_config_free(config);
		config = NULL;
	} else if (!err && k->desc.load && (err = k->desc.load(&config->pub)) < 0) {
		kit_config_unload(config);
		config = NULL;
	}
	if (err)
		(void)snprintf(err_msg, err_msg_len, "%s",
			       e.text[0] ? e.text : st_strerror(err));
	kit_reload_end(k, config);
	return err ? err : config != NULL;
}

/* Is this a call that the module can take? Under k->lock. */
static TNC_Result kit_ready(const struct kit *k, TNC_UInt32 id)
{
	if (k->state != KIT_ON)
		return TNC_RESULT_NOT_INITIALIZED;
	return (uint32_t)id == k->id ? TNC_RESULT_SUCCESS : TNC_RESULT_INVALID_PARAMETER;
}

TNC_Result kit_bind(struct kit *k, TNC_UInt32 id, TNC_TNCC_BindFunctionPointer bind)
{
	TNC_Result rc;

	pthread_mutex_lock(&k->lock);
	rc = kit_ready(k, id);
	pthread_mutex_unlock(&k->lock);
	if (rc != TNC_RESULT_SUCCESS)
		return rc;
	if (!bind)
		return TNC_RESULT_INVALID_PARAMETER;
	if (kit_broker_bind(k, bind) < 0 || kit_broker_report_types(k) < 0)
		return TNC_RESULT_FATAL;
	return TNC_RESULT_SUCCESS;
}

static void kit_conn_free(struct kit_conn *c)
{
	kit_config_drop(c->config);
	kit_outbox_drop(c);
	kit_peers_free(c);
	wr_reset(&c->attr);
	free(c->language);
	free(c->session);
	pthread_mutex_destroy(&c->own);
	free(c);
}

TNC_Result kit_terminate(struct kit *k, TNC_UInt32 id)
{
	struct kit_conn *c, *next;
	TNC_Result rc;

	pthread_mutex_lock(&k->lock);
	rc = kit_ready(k, id);
	if (rc == TNC_RESULT_SUCCESS && k->calls)
		rc = TNC_RESULT_ILLEGAL_OPERATION; /* somebody is inside */
	if (rc == TNC_RESULT_SUCCESS)
		k->state = KIT_STARTING; /* nobody gets in from here on */
	pthread_mutex_unlock(&k->lock);
	if (rc != TNC_RESULT_SUCCESS)
		return rc;

	HASH_ITER(hh, k->conns, c, next)
	{
		HASH_DEL(k->conns, c);
		if (c->opened)
			k->side->end(c);
		kit_conn_free(c);
	}
	kit_stop(k);
	pthread_mutex_lock(&k->lock);
	k->state = KIT_OFF;
	pthread_mutex_unlock(&k->lock);
	return TNC_RESULT_SUCCESS;
}

/* --- connections --- */

/* Under k->lock. */
static struct kit_conn *kit_conn_new(struct kit *k, uint32_t id)
{
	size_t octets = k->desc.session_size ? k->desc.session_size : 1;
	struct kit_conn *c = calloc(1, k->side->conn_size);

	if (!c)
		return NULL;
	if (!(c->session = calloc(1, octets))) {
		free(c);
		return NULL;
	}
	c->id = id;
	c->kit = k;
	c->config = k->config;
	c->config->refs++;
	c->next_msg = 1;
	c->destination = KIT_ANY_ID;
	c->max_message = UINT32_MAX;
	c->type = k->desc.types[0];
	c->own_id = k->id;
	kit_mutex_recursive(&c->own);
	c->mutex = k->side->serial ? &k->serial : &c->own;
	c->log.limit = &c->log_limit;
	log_name(&c->log, "%s connection=%u", k->log.ctx, id);
	HASH_ADD(hh, k->conns, id, sizeof(c->id), c);
	return c;
}

/* A reference to the connection. Under k->lock. */
static struct kit_conn *kit_conn_take(struct kit *k, uint32_t id, bool make, TNC_Result *rc)
{
	struct kit_conn *c;

	HASH_FIND(hh, k->conns, &id, sizeof(id), c);
	if (!c && !make) {
		*rc = TNC_RESULT_INVALID_PARAMETER;
		return NULL;
	}
	if (!c && !(c = kit_conn_new(k, id))) {
		*rc = TNC_RESULT_OTHER;
		return NULL;
	}
	c->refs++;
	k->calls++;
	return c;
}

static void kit_conn_drop(struct kit_conn *c)
{
	struct kit *k = c->kit;
	bool last;

	pthread_mutex_lock(&k->lock);
	k->calls--;
	last = --c->refs == 0 && c->gone;
	pthread_mutex_unlock(&k->lock);
	if (last)
		kit_conn_free(c);
}

static void kit_conn_remove(struct kit_conn *c)
{
	pthread_mutex_lock(&c->kit->lock);
	if (!c->gone)
		HASH_DEL(c->kit->conns, c);
	c->gone = true;
	pthread_mutex_unlock(&c->kit->lock);
}

struct kit_conn *kit_enter(struct kit *k, TNC_UInt32 id, TNC_UInt32 conn, bool make,
			   TNC_Result *rc)
{
	struct kit_conn *c = NULL;

	pthread_mutex_lock(&k->lock);
	*rc = kit_ready(k, id);
	if (*rc == TNC_RESULT_SUCCESS)
		c = kit_conn_take(k, (uint32_t)conn, make, rc);
	pthread_mutex_unlock(&k->lock);
	if (!c)
		return NULL;

	pthread_mutex_lock(c->mutex);
	if (c->inside)
		*rc = TNC_RESULT_ILLEGAL_OPERATION; /* from inside one of our own calls */
	else if (c->gone)
		*rc = TNC_RESULT_INVALID_PARAMETER; /* deleted while we waited */
	if (*rc == TNC_RESULT_SUCCESS && !c->opened) {
		c->opened = k->side->open(c) == 0;
		if (!c->opened) {
			kit_conn_remove(c);
			*rc = TNC_RESULT_FATAL;
		}
	}
	if (*rc == TNC_RESULT_SUCCESS) {
		c->inside = true;
		return c;
	}
	pthread_mutex_unlock(c->mutex);
	kit_conn_drop(c);
	return NULL;
}

TNC_Result kit_leave(struct kit_conn *c, TNC_Result rc)
{
	c->inside = false;
	c->used = true;
	c->can_send = false;
	c->quiet = false;
	c->from = NULL;
	c->destination = KIT_ANY_ID;
	c->type = c->kit->desc.types[0];
	c->own_id = c->kit->id;
	pthread_mutex_unlock(c->mutex);
	kit_conn_drop(c);
	return rc;
}

struct kit_conn *kit_enter_state(struct kit *k, TNC_UInt32 id, TNC_UInt32 conn,
				 TNC_ConnectionState state, TNC_Result *rc)
{
	struct kit_conn *c;

	if (state > TNC_CONNECTION_STATE_DELETE) {
		*rc = TNC_RESULT_INVALID_PARAMETER;
		return NULL;
	}
	c = kit_enter(k, id, conn, state <= TNC_CONNECTION_STATE_HANDSHAKE, rc);
	if (!c || !c->used || state != TNC_CONNECTION_STATE_CREATE)
		return c;
	kit_conn_delete(c);
	(void)kit_leave(c, TNC_RESULT_SUCCESS);
	return kit_enter(k, id, conn, true, rc);
}

void kit_conn_delete(struct kit_conn *c)
{
	c->kit->side->end(c);
	c->opened = false;
	kit_conn_remove(c);
}

void kit_conn_renew(struct kit_conn *c, int (*renew)(struct kit_conn *c))
{
	struct kit *k = c->kit;
	struct kit_config *old = c->config, *now;

	pthread_mutex_lock(&k->lock);
	now = k->config;
	now->refs++;
	pthread_mutex_unlock(&k->lock);
	c->config = now;
	if (now != old && renew(c) < 0)
		c->config = old;
	kit_config_drop(c->config == now ? old : now);
}
