/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/manager.h"
#include "admin/server/group.h"
#include "admin/server/server.h"
#include "base/clock.h"
#include "base/err.h"
#include "daemon/daemon.h"
#include "manager/assessment_queue.h"
#include "daemon/modules.h"
#include "daemon/rate_limit.h"
#include "manager/session.h"
#include "manager/session_registry.h"
#include "manager/heap_trim.h"
#include "net/tls_cache.h"
#include "posture/repository.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the admin socket ------------------------------------------------------------------ */

static void manager_on_status(void *ctx, struct admin_daemon *out)
{
	struct manager_shared *m = ctx;
	struct session_registry_count registered = session_registry_count(m->registry);
	struct assessment_queue_count running = assessment_queue_count(m->queue);

	out->started = m->started;
	out->sessions = connection_limit_count(m->connections);
	out->ready = registered.sessions;
	out->connected = registered.endpoints;
	out->assessing = running.taken;
	out->waiting = running.waiting;
	out->waiting_octets = running.buffered_octets;
	out->slowed = atomic_load(&m->slowed);
	out->buffers = atomic_load(&m->memory->used);
	out->buffers_max = atomic_load(&m->memory->max);
	out->accepted = atomic_load(&m->accepted);
	out->refused = atomic_load(&m->refused);
	out->full = connection_limit_refused(m->connections);
	out->ended = atomic_load(&m->ended);
	out->assessments = atomic_load(&m->assessments);
	out->lost = atomic_load(&m->lost);
}

static int manager_on_assess(void *ctx, const struct assess_selection *selection,
			     void (*on_event)(void *ctx, const struct assess_event *e),
			     void *on_event_ctx, struct assess **handle)
{
	struct manager_shared *m = ctx;

	log_info(NULL, "assess: endpoints=%zu", selection->n);
	return session_registry_assess_ops.start(m->registry, selection, on_event,
						 on_event_ctx, handle);
}

static void manager_on_cancel(void *ctx, struct assess *handle)
{
	struct manager_shared *m = ctx;

	session_registry_assess_ops.cancel(m->registry, handle);
}

static const struct assess_ops assess_ops = { manager_on_assess, manager_on_cancel };

static int manager_open_groups(struct manager *d)
{
	if (!(d->groups = groups_new()))
		return ST_ENOMEM;
	groups_set(d->groups, group_list_hold(d->conf.groups));
	return 0;
}

static int manager_open_admin(struct manager *d, struct conf_error *e)
{
	const struct admin_server_conf conf = {
		.path = d->conf.admin_socket,
		.group = d->conf.admin_group,
	};
	const struct admin_env env = {
		.posture = d->shared.posture,
		.daemon = manager_on_status,
		.assess = &assess_ops,
		.ctx = &d->shared,
		.stale_after = d->conf.stale_after,
		.groups = d->groups,
	};
	int err = admin_server_open(&conf, &env, &d->admin);

	if (err == ST_EBUSY)
		return settings_fail(e, d->conf.file,
				     "%s: the socket is in use by another manager", conf.path);
	if (err == ST_ENOENT)
		return settings_fail(e, d->conf.file, "admin { group }: unknown group %s",
				     conf.group);
	if (err)
		return settings_fail(e, d->conf.file, "%s: %s", conf.path,
				     err == ST_EIO ? strerror(errno) : st_strerror(err));
	return 0;
}

/* --- starting -------------------------------------------------------------------------- */

static int conf_users(const struct manager_conf *c, struct password_file **users,
		      struct conf_error *e)
{
	*users = NULL;
	return c->sasl_users ? password_file_open(c->sasl_users, users, e) : 0;
}

static int make_directories(const struct manager_conf *c, struct conf_error *e)
{
	const char *dirs[] = { c->run_dir, c->state_dir };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (dirs[i] && daemon_mkdir(dirs[i]) < 0)
			return settings_fail(e, c->file, "%s: %s", dirs[i], strerror(errno));
	return 0;
}

/* The host logs modules that cannot be loaded. The manager works without them. */
static int manager_open_host(struct manager *d, struct conf_error *e)
{
	const struct imv_host_conf conf = {
		.tnc_config = d->conf.tnc_config,
		.policy = d->conf.policy,
	};
	int err = imv_host_open(&conf, &d->shared.host);

	if (err)
		return settings_fail(e, d->conf.file, "%s: %s", conf.tnc_config,
				     st_strerror(err));
	if (!imv_host_count(d->shared.host))
		log_warn(NULL,
			 "no validators loaded, endpoints are not assessed: tnc_config=%s",
			 conf.tnc_config);
	return 0;
}

static int manager_probe_ports(const struct manager_conf *c, struct conf_error *e)
{
	size_t n = c->n_addresses ? c->n_addresses : 1;

	for (size_t i = 0; i < n; i++) {
		const char *address = c->n_addresses ? c->addresses[i] : NULL;

		if (listener_probe(address, c->port) < 0)
			return settings_fail(
				e, c->file,
				"cannot listen on %s port %u: the port is in use, "
				"perhaps by another manager",
				address ? address : "any address", c->port);
	}
	return 0;
}

static int manager_open_workers(struct manager *d, struct conf_error *e)
{
	struct password_file *users = NULL;
	struct tls_ctx *tls = NULL;
	int err = manager_probe_ports(&d->conf, e);

	if (!err)
		err = conf_users(&d->conf, &users, e);
	if (!err)
		err = manager_conf_tls(&d->conf, d->shared.sessions, &tls, e);
	if (!err && !(d->workers = calloc(d->conf.threads, sizeof(*d->workers))))
		err = ST_ENOMEM;
	while (!err && d->n_workers < d->conf.threads) {
		err = worker_open(&d->workers[d->n_workers], &d->shared, &d->conf, tls, users,
				  e);
		if (!err)
			d->n_workers++;
	}
	for (unsigned i = 0; !err && i < d->n_workers; i++)
		err = worker_start(&d->workers[i]);
	tls_ctx_free(tls);
	password_file_free(users);
	return err;
}

/* Descriptors for other uses than sessions: listeners, repository, log, admin clients. */
#define DESCRIPTORS_RESERVED 96

/* The limit of sessions, lowered so that their descriptors are available. Without this,
 * accepting sessions would make other functions run out of descriptors. */
static uint32_t most_sessions(const struct manager_conf *c)
{
	unsigned long all = daemon_descriptors(),
		      reserved = DESCRIPTORS_RESERVED + 8ul * c->threads;
	unsigned long left = all > reserved ? all - reserved : 1;

	if (!all || left >= c->limits.sessions)
		return c->limits.sessions;
	log_warn(NULL,
		 "descriptors are too few for limits { sessions }, limit lowered: "
		 "descriptors=%lu sessions=%lu",
		 all, left);
	return (uint32_t)left;
}

static void manager_set_limits(struct manager_shared *m, const struct manager_conf *c)
{
	connection_limit_set(m->connections, most_sessions(c), c->limits.sessions_per_ip);
	assessment_queue_set_limit(m->queue, c->limits.assessments);
	session_registry_set_rate(m->registry, c->assess_rate);
	session_registry_set_limit(m->registry, c->limits.sessions_per_identity);
	rate_limit_set_rate(m->rate_limit, c->limits.assessments_per_minute);
	budget_limit(m->memory, c->limits.memory);
	tls_cache_limit(m->sessions, c->ticket_lifetime, c->limits.sessions);
}

#define TRIM_PAUSE_MS 2000

/* While too many reports wait to be stored, no assessment begins. Afterwards the memory of the
 * reports is free. */
static void manager_on_pressure(void *ctx, bool high)
{
	const struct manager_shared *m = ctx;

	assessment_queue_set_closed(m->queue, high);
	if (!high)
		heap_trim_request(m->heap_trim);
}

static void manager_on_silent(void *registry, const char *key)
{
	session_registry_ask(registry, key);
}

static void manager_on_forgotten(void *registry, const char *key)
{
	session_registry_end(registry, key);
}

static const struct posture_absence absence = { manager_on_silent, manager_on_forgotten };

/* Limits of connections, sessions and assessments. */
static int manager_open_limits(struct manager *d)
{
	struct manager_shared *m = &d->shared;
	int err = connection_limit_open(&m->connections);

	if (!err)
		err = address_penalty_open(&m->penalty);
	if (!err)
		err = assessment_queue_open(d->conf.limits.assessments, &m->queue);
	if (!err)
		err = heap_trim_open(daemon_memory_trim, TRIM_PAUSE_MS, &m->heap_trim);
	if (!err)
		err = session_registry_open(d->conf.assess_rate, &m->registry);
	if (!err)
		err = rate_limit_open(d->conf.limits.assessments_per_minute, &m->rate_limit);
	m->memory = budget_process();
	if (!err)
		err = tls_cache_open(d->conf.ticket_lifetime, d->conf.limits.sessions,
				     &m->sessions);
	if (err)
		return err;
	manager_set_limits(m, &d->conf);
	posture_on_pressure(m->posture, manager_on_pressure, m);
	posture_on_absence(m->posture, &absence, m->registry);
	return 0;
}

static int manager_write_pid(struct manager *d, struct conf_error *e)
{
	if (daemon_pid_write(d->conf.pid_file) < 0)
		return settings_fail(e, d->conf.file, "%s: %s", d->conf.pid_file,
				     strerror(errno));
	d->pid_written = true;
	return 0;
}

/* Processes of one user can share the port (SO_REUSEPORT). Without the lock, a second manager
 * would silently receive half of the connections. */
static int manager_lock(struct manager *d, struct conf_error *e)
{
	int err = daemon_lock(d->conf.pid_file, &d->lock);

	d->locked = !err;
	if (!err)
		return 0;
	return settings_fail(e, d->conf.file, "%s.lock: %s", d->conf.pid_file,
			     err == ST_EBUSY ? "another manager is running" : strerror(errno));
}

int manager_open(struct manager *d, struct manager_conf *c, struct conf_error *e)
{
	char err_msg[256] = "";
	int err;

	memset(d, 0, sizeof(*d));
	d->conf = *c;
	d->shared.session_ops = &session_ops;
	d->shared.started = clock_wall_us();
	d->shared.language = d->conf.language;
	d->shared.lax_retry = d->conf.lax_retry;
	e->text[0] = '\0';
	err = make_directories(&d->conf, e);
	if (!err)
		err = manager_lock(d, e);
	if (!err && (err = posture_open(&d->conf.posture, &d->shared.posture, err_msg,
					sizeof(err_msg))) < 0)
		(void)settings_fail(e, d->conf.file, "repository: %s", err_msg);
	if (!err)
		err = manager_open_host(d, e);
	if (!err)
		err = manager_open_limits(d);
	if (!err)
		err = manager_open_workers(d, e);
	if (!err)
		err = manager_open_groups(d);
	if (!err)
		err = manager_open_admin(d, e);
	if (!err)
		err = manager_write_pid(d, e);
	if (err && !e->text[0])
		(void)settings_fail(e, d->conf.file, "%s", st_strerror(err));
	if (err)
		manager_close(d);
	return err;
}

/* --- reloading -------------------------------------------------------------------------- */

static bool differ(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

/* Logs changed settings that take effect only after a restart. */
static void log_restart_settings(const struct manager_conf *old,
				 const struct manager_conf *new)
{
	bool addresses = old->n_addresses != new->n_addresses;
	const struct {
		const char *key;
		bool changed;
	} fixed[] = {
		{ "port", new->port && old->port != new->port },
		{ "threads", old->threads != new->threads },
		{ "tnc_config", differ(old->tnc_config, new->tnc_config) },
		{ "policy", old->policy != new->policy },
		{ "language", differ(old->language, new->language) },
		{ "lax_retry", old->lax_retry != new->lax_retry },
		{ "state_dir", differ(old->state_dir, new->state_dir) },
		{ "run_dir", differ(old->run_dir, new->run_dir) },
		{ "pid_file", differ(old->pid_file, new->pid_file) },
		{ "admin.socket", differ(old->admin_socket, new->admin_socket) },
		{ "stale_after", old->stale_after != new->stale_after },
		{ "admin.group", differ(old->admin_group, new->admin_group) },
		{ "repository",
		  memcmp(&old->posture, &new->posture, sizeof(old->posture)) != 0 },
	};

	for (size_t i = 0; !addresses && i < old->n_addresses; i++)
		addresses = differ(old->addresses[i], new->addresses[i]);
	if (addresses)
		log_warn(NULL, "reload: setting needs a restart: key=address");
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].changed)
			log_warn(NULL, "reload: setting needs a restart: key=%s",
				 fixed[i].key);
}

static int manager_apply(struct manager *d, const struct manager_conf *c, struct conf_error *e)
{
	struct password_file *users = NULL;
	struct tls_ctx *tls = NULL;
	int err = conf_users(c, &users, e);

	if (!err)
		err = manager_conf_tls(c, d->shared.sessions, &tls, e);
	for (unsigned i = 0; !err && i < d->n_workers; i++)
		err = worker_reload(&d->workers[i], c, tls, users);
	if (!err) {
		manager_set_limits(&d->shared, c);
		groups_set(d->groups, group_list_hold(c->groups));
		log_set_level(c->log_level);
		log_restart_settings(&d->conf, c);
	}
	tls_ctx_free(tls);
	password_file_free(users);
	return err;
}

/* Results by the old policy may be wrong by the new one. */
static void manager_reload_policy(struct manager *d)
{
	size_t changed = imv_host_reload(d->shared.host);

	if (changed)
		log_info(NULL, "policy changed, endpoints are assessed again: endpoints=%zu",
			 session_registry_ask_all(d->shared.registry));
}

int manager_reload(struct manager *d)
{
	struct conf_error e = { 0 };
	struct manager_conf c;
	int err = manager_conf_read(d->conf.file, &c, &e);

	if (!err) {
		err = manager_apply(d, &c, &e);
		manager_conf_free(&c);
	}
	if (!err)
		manager_reload_policy(d);
	if (err)
		log_error(NULL, "reload failed, old configuration kept: error=\"%s\"",
			  e.text[0] ? e.text : st_strerror(err));
	else
		log_info(NULL, "configuration reloaded: file=%s", d->conf.file);
	return err;
}

/* Sessions first, then what they use, in the order of dependencies. */
void manager_close(struct manager *d)
{
	admin_server_close(d->admin);
	groups_free(d->groups);
	for (unsigned i = 0; i < d->n_workers; i++)
		if (d->workers[i].started)
			worker_stop(&d->workers[i]);
	for (unsigned i = 0; i < d->n_workers; i++)
		worker_close(&d->workers[i]);
	free(d->workers);
	if (d->shared.host)
		imv_host_close(d->shared.host);
	if (d->shared.posture) {
		posture_on_pressure(d->shared.posture, NULL, NULL);
		posture_on_absence(d->shared.posture, NULL, NULL);
	}
	posture_close(d->shared.posture);
	rate_limit_close(d->shared.rate_limit);
	session_registry_close(d->shared.registry);
	heap_trim_close(d->shared.heap_trim);
	assessment_queue_close(d->shared.queue);
	connection_limit_close(d->shared.connections);
	address_penalty_close(d->shared.penalty);
	tls_cache_free(d->shared.sessions);
	if (d->pid_written)
		daemon_pid_remove(d->conf.pid_file);
	if (d->locked)
		(void)close(d->lock);
	manager_conf_free(&d->conf);
	memset(d, 0, sizeof(*d));
}

/* --- checking ---------------------------------------------------------------------------- */

/* Loads the plugin and checks its settings. Does not open the repository: a running manager
 * may use it. */
static int check_plugin(const struct manager_conf *c, struct conf_error *e)
{
	int (*settings)(char *err_msg, size_t err_msg_len);
	char path[2048], err_msg[512] = "";
	void *so;
	int err;

	(void)snprintf(path, sizeof(path), "%s/repository-%s.so", c->posture.plugin_dir,
		       c->posture.plugin);
	if (!(so = dlopen(path, RTLD_NOW | RTLD_LOCAL)))
		return settings_fail(e, c->file, "repository { plugin }: %s", dlerror());
	*(void **)&settings = dlsym(so, PLUGIN_SETTINGS_SYMBOL);
	err = settings ? settings(err_msg, sizeof(err_msg)) : 0;
	if (err)
		(void)snprintf(e->text, sizeof(e->text), "%s",
			       *err_msg ? err_msg : st_strerror(err));
	dlclose(so);
	return err;
}

int manager_check(const struct manager_conf *c, struct conf_error *e)
{
	struct password_file *users = NULL;
	struct tls_ctx *tls = NULL;
	int err = manager_conf_tls(c, NULL, &tls, e);

	if (!err)
		err = conf_users(c, &users, e);
	if (!err)
		err = check_plugin(c, e);
	if (!err)
		err = modules_check(c->file, c->tnc_config, TNC_KIND_IMV, e);
	tls_ctx_free(tls);
	password_file_free(users);
	return err;
}
