/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"
#include "admin/socket.h"

#include "manager/manager_conf.h"
#include "admin/server/group.h"
#include "admin/server/server.h"
#include "base/err.h"
#include "net/listener.h"
#include "wire/pt_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static int check_policy(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	(void)opt;
	if (recommend_policy_of(value) < 0) {
		cfg_error(cfg, "policy must be default, all or any, not %s", value);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

static int check_mechanism(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	(void)opt;
	if (sasl_mech_of(span_str(value)) < 0) {
		cfg_error(cfg, "unknown SASL mechanism %s", value);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

static int check_word(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	static const struct {
		const char *key, *words[3];
	} rules[] = {
		{ "client_certificate", { "required", "optional", NULL } },
		{ "ask", { "uncertified", "all", NULL } },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].key, opt->name) != 0)
			continue;
		for (const char *const *word = rules[i].words; *word; word++) {
			if (strcmp(*word, value) != 0)
				continue;
			*(const char **)result = value;
			return 0;
		}
		cfg_error(cfg, "%s must be %s or %s, not %s", opt->name, rules[i].words[0],
			  rules[i].words[1], value);
	}
	return -1;
}

static const struct conf_range own_ranges[] = {
	{ "port", 0, 65535 },
	{ "threads", 0, 1024 },
	{ "assess_rate", 0, 1000000 },
	{ "stale_after", 1, 366 * 86400 },
	{ "tls|ticket_lifetime", 60, 7 * 86400 },
	{ NULL, 0, 0 },
};

static cfg_opt_t tls_opts[] = {
	SETTINGS_TLS_OPTS("manager"),
	CFG_STR_CB("client_certificate", "required", CFGF_NONE, check_word),
	CFG_INT("ticket_lifetime", 43200, CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t sasl_opts[] = {
	CFG_STR_LIST_CB("mechanisms", "{}", CFGF_NONE, check_mechanism),
	CFG_STR("users", NULL, CFGF_NONE),
	CFG_STR_CB("ask", "uncertified", CFGF_NONE, check_word),
	CFG_BOOL("result_8bit", cfg_false, CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t admin_opts[] = {
	CFG_STR("socket", NULL, CFGF_NONE),
	CFG_STR("group", NULL, CFGF_NONE),
	CFG_END(),
};

static int conf_parse(const char *path, cfg_t **cfg, struct conf_error *e)
{
	cfg_opt_t opts[] = {
		CFG_STR_LIST("address", "{}", CFGF_NONE),
		CFG_INT("port", PT_PORT, CFGF_NONE),
		CFG_INT("threads", 0, CFGF_NONE),
		CFG_STR("tnc_config", "tnc_config", CFGF_NONE),
		CFG_STR_CB("policy", "default", CFGF_NONE, check_policy),
		CFG_STR("language", "en", CFGF_NONE),
		CFG_BOOL("lax_retry", cfg_false, CFGF_NONE),
		CFG_INT("assess_rate", 100, CFGF_NONE),
		CFG_INT("stale_after", 86400, CFGF_NONE),
		CFG_STR("state_dir", NULL, CFGF_NONE),
		CFG_STR("run_dir", NULL, CFGF_NONE),
		CFG_STR("pid_file", NULL, CFGF_NONE),
		CFG_SEC("tls", tls_opts, CFGF_NONE),
		CFG_SEC("sasl", sasl_opts, CFGF_NONE),
		CFG_SEC("admin", admin_opts, CFGF_NONE),
		CFG_SEC("group", groups_opts(), CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_SEC("repository", posture_opts(), CFGF_NONE),
		CFG_SEC("limits", settings_limits_opts(SETTINGS_OF_MANAGER), CFGF_NONE),
		CFG_SEC("log", settings_log_opts(), CFGF_NONE),
		CFG_END(),
	};
	const struct conf_range *extra[] = { own_ranges, posture_ranges(), NULL };
	struct conf_range *ranges = settings_ranges(SETTINGS_OF_MANAGER, extra);
	int err = ranges ? conf_load(path, opts, ranges, cfg, e) : ST_ENOMEM;

	free(ranges);
	return err;
}

static void conf_read_tls(const char *file, cfg_t *s, struct manager_conf *c)
{
	c->tls_ca = settings_path(file, cfg_getstr(s, "ca"));
	c->tls_certificate = settings_path(file, cfg_getstr(s, "certificate"));
	c->tls_key = settings_path(file, cfg_getstr(s, "key"));
	c->tls_crl = settings_path(file, cfg_getstr(s, "crl"));
	c->tls_rsa_aes128_cbc = cfg_getbool(s, "rsa_aes128_cbc");
	c->tls_resumption = cfg_getbool(s, "resumption");
	c->ticket_lifetime = (uint32_t)cfg_getint(s, "ticket_lifetime");
	c->tls_anonymous = strcmp(cfg_getstr(s, "client_certificate"), "optional") == 0;
}

static void conf_read_sasl(const char *file, cfg_t *s, struct manager_conf *c)
{
	for (unsigned i = 0; i < cfg_size(s, "mechanisms"); i++)
		c->sasl_mechs |=
			SASL_BIT(sasl_mech_of(span_str(cfg_getnstr(s, "mechanisms", i))));
	c->sasl_users = settings_path(file, cfg_getstr(s, "users"));
	c->sasl_instead = strcmp(cfg_getstr(s, "ask"), "uncertified") == 0;
	c->sasl_result_8bit = cfg_getbool(s, "result_8bit");
}

static char *join(const char *dir, const char *name)
{
	char *out;

	return asprintf(&out, "%s/%s", dir, name) < 0 ? NULL : out;
}

/* The default of the socket has the file name that stancectl uses, in run_dir if that is
 * set. */
static void conf_read_places(const char *file, cfg_t *cfg, struct manager_conf *c)
{
	cfg_t *admin = cfg_getsec(cfg, "admin");
	const char *socket = admin_socket_path(), *slash = strrchr(socket, '/');

	c->tnc_config = settings_path(file, cfg_getstr(cfg, "tnc_config"));
	c->state_dir = settings_path(file, cfg_getstr(cfg, "state_dir"));
	c->run_dir = settings_path(file, cfg_getstr(cfg, "run_dir"));
	c->pid_file = settings_path(file, cfg_getstr(cfg, "pid_file"));
	if (!c->pid_file)
		c->pid_file = join(c->run_dir ? c->run_dir : STANCE_RUNDIR, "stanced.pid");
	c->admin_socket = settings_path(file, cfg_getstr(admin, "socket"));
	if (!c->admin_socket && c->run_dir)
		c->admin_socket = join(c->run_dir, slash ? slash + 1 : socket);
	else if (!c->admin_socket)
		c->admin_socket = strdup(socket);
	if (cfg_getstr(admin, "group"))
		c->admin_group = strdup(cfg_getstr(admin, "group"));
}

static int conf_read_addresses(cfg_t *cfg, struct manager_conf *c)
{
	size_t n = cfg_size(cfg, "address");

	if (!n)
		return 0;
	if (!(c->addresses = calloc(n, sizeof(*c->addresses))))
		return ST_ENOMEM;
	for (; c->n_addresses < n; c->n_addresses++)
		c->addresses[c->n_addresses] =
			strdup(cfg_getnstr(cfg, "address", (unsigned)c->n_addresses));
	return 0;
}

static int conf_read(const char *path, cfg_t *cfg, struct manager_conf *c)
{
	c->file = strdup(path);
	c->port = (uint16_t)cfg_getint(cfg, "port");
	c->threads = (unsigned)cfg_getint(cfg, "threads");
	if (!c->threads)
		c->threads = uv_available_parallelism();
	c->policy = (enum recommend_policy)recommend_policy_of(cfg_getstr(cfg, "policy"));
	c->language = strdup(cfg_getstr(cfg, "language"));
	c->lax_retry = cfg_getbool(cfg, "lax_retry");
	c->assess_rate = (uint32_t)cfg_getint(cfg, "assess_rate");
	c->stale_after = (uint32_t)cfg_getint(cfg, "stale_after");
	c->log_level = settings_log_level(cfg_getsec(cfg, "log"));
	settings_limits_read(cfg_getsec(cfg, "limits"), SETTINGS_OF_MANAGER, &c->limits);
	posture_conf_init(&c->posture);
	posture_conf_read(cfg_getsec(cfg, "repository"), &c->posture);
	conf_read_tls(path, cfg_getsec(cfg, "tls"), c);
	conf_read_sasl(path, cfg_getsec(cfg, "sasl"), c);
	conf_read_places(path, cfg, c);
	return conf_read_addresses(cfg, c);
}

/* Checks that span several settings. */
static int conf_check(const struct manager_conf *c, struct conf_error *e)
{
	const struct {
		const char *value, *key;
	} needed[] = {
		{ c->tls_ca, "ca" },
		{ c->tls_certificate, "certificate" },
		{ c->tls_key, "key" },
	};

	for (size_t i = 0; i < c->n_addresses; i++)
		if (!listener_address(c->addresses[i]))
			return settings_fail(e, c->file,
					     "address: %s is not a numeric address",
					     c->addresses[i]);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!needed[i].value)
			return settings_fail(e, c->file, "tls { %s } is missing",
					     needed[i].key);
	if ((c->sasl_mechs & SASL_BIT(SASL_PLAIN)) && !c->sasl_users)
		return settings_fail(e, c->file, "sasl { users } is missing: PLAIN needs it");
	if (c->tls_anonymous && !(c->sasl_mechs & SASL_BIT(SASL_PLAIN)))
		return settings_fail(e, c->file,
				     "client_certificate = optional without PLAIN in sasl { "
				     "mechanisms } would accept endpoints without "
				     "authentication");
	return 0;
}

int manager_conf_read(const char *path, struct manager_conf *c, struct conf_error *e)
{
	cfg_t *cfg = NULL;
	int err;

	memset(c, 0, sizeof(*c));
	if ((err = conf_parse(path, &cfg, e)) < 0)
		return err;
	if ((err = conf_read(path, cfg, c)) == 0 &&
	    (err = groups_read(cfg, path, &c->groups, e)) == 0)
		err = conf_check(c, e);
	conf_free(cfg);
	if (err)
		manager_conf_free(c);
	return err;
}

void manager_conf_free(struct manager_conf *c)
{
	char *strings[] = { c->file,       c->tls_ca,     c->tls_certificate, c->tls_key,
			    c->tls_crl,    c->sasl_users, c->tnc_config,      c->language,
			    c->state_dir,  c->run_dir,    c->pid_file,        c->admin_socket,
			    c->admin_group };

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		free(strings[i]);
	for (size_t i = 0; i < c->n_addresses; i++)
		free(c->addresses[i]);
	free(c->addresses);
	group_list_drop(c->groups);
	memset(c, 0, sizeof(*c));
}

int manager_conf_tls(const struct manager_conf *c, struct tls_cache *cache,
		     struct tls_ctx **ctx, struct conf_error *e)
{
	const struct tls_conf conf = {
		.server = true,
		.anonymous = c->tls_anonymous,
		.rsa_aes128_cbc = c->tls_rsa_aes128_cbc,
		.ca = c->tls_ca,
		.certificate = c->tls_certificate,
		.key = c->tls_key,
		.crl = c->tls_crl,
		.cache = c->tls_resumption ? cache : NULL,
	};
	struct tls_error tls_err;
	int err = tls_ctx_open(&conf, ctx, &tls_err);

	return err ? settings_fail(e, c->file, "tls: %s", tls_err.text) : 0;
}
