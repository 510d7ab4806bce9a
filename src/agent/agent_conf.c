/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/agent_conf.h"
#include "base/err.h"
#include "wire/pt_tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY 86400L

static const struct conf_range own_ranges[] = {
	{ "server|port", 1, 65535 },
	{ "interval", 0, 365 * DAY },
	{ "connect_timeout", 1, DAY },
	{ "backoff_min", 1, DAY },
	{ "backoff_max", 1, 30 * DAY },
	{ "spread", 0, DAY },
	{ NULL, 0, 0 },
};

static cfg_opt_t server_opts[] = {
	CFG_STR("name", NULL, CFGF_NONE),
	CFG_STR("address", NULL, CFGF_NONE),
	CFG_INT("port", PT_PORT, CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t tls_opts[] = {
	SETTINGS_TLS_OPTS("endpoint"),
	CFG_END(),
};

static cfg_opt_t sasl_opts[] = {
	CFG_STR("user", NULL, CFGF_NONE),
	CFG_STR("password_file", NULL, CFGF_NONE),
	CFG_END(),
};

static int conf_parse(const char *path, cfg_t **cfg, struct conf_error *e)
{
	cfg_opt_t opts[] = {
		CFG_SEC("server", server_opts, CFGF_NONE),
		CFG_STR("tnc_config", "tnc_config", CFGF_NONE),
		CFG_STR("language", NULL, CFGF_NONE),
		CFG_BOOL("lax_retry", cfg_false, CFGF_NONE),
		CFG_INT("interval", 3600, CFGF_NONE),
		CFG_INT("connect_timeout", 30, CFGF_NONE),
		CFG_INT("backoff_min", 5, CFGF_NONE),
		CFG_INT("backoff_max", 600, CFGF_NONE),
		CFG_INT("spread", 10, CFGF_NONE),
		CFG_STR("state_dir", NULL, CFGF_NONE),
		CFG_STR("pid_file", NULL, CFGF_NONE),
		CFG_SEC("tls", tls_opts, CFGF_NONE),
		CFG_SEC("sasl", sasl_opts, CFGF_NONE),
		CFG_SEC("limits", settings_limits_opts(SETTINGS_OF_AGENT), CFGF_NONE),
		CFG_SEC("log", settings_log_opts(), CFGF_NONE),
		CFG_END(),
	};
	const struct conf_range *extra[] = { own_ranges, NULL };
	struct conf_range *ranges = settings_ranges(SETTINGS_OF_AGENT, extra);
	int err = ranges ? conf_load(path, opts, ranges, cfg, e) : ST_ENOMEM;

	free(ranges);
	return err;
}

static char *copy(const char *s)
{
	return s && *s ? strdup(s) : NULL;
}

/* The first line of a file to which only its owner has access. */
static int read_password(const char *path, char **password, struct conf_error *e)
{
	char *line = NULL;
	size_t cap = 0;
	struct stat st;
	FILE *f = fopen(path, "re");

	if (!f || fstat(fileno(f), &st) < 0) {
		if (f)
			(void)fclose(f);
		return settings_fail(e, path, "%s", strerror(errno));
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		(void)fclose(f);
		return settings_fail(
			e, path, "accessible to other users than its owner; use chmod 600");
	}
	if (getline(&line, &cap, f) > 0)
		line[strcspn(line, "\r\n")] = '\0';
	(void)fclose(f);
	if (!line || !*line) {
		free(line);
		return settings_fail(e, path, "no password in the first line");
	}
	*password = line;
	return 0;
}

static int conf_read_sasl(const char *file, cfg_t *s, struct agent_conf *c,
			  struct conf_error *e)
{
	char *path;
	int err;

	if (!(c->sasl_user = copy(cfg_getstr(s, "user"))))
		return 0;
	if (!(path = settings_path(file, cfg_getstr(s, "password_file"))))
		return settings_fail(e, file, "sasl { password_file } is missing");
	err = read_password(path, &c->sasl_password, e);
	free(path);
	return err;
}

static void conf_read_tls(const char *file, cfg_t *s, struct agent_conf *c)
{
	c->tls_ca = settings_path(file, cfg_getstr(s, "ca"));
	c->tls_certificate = settings_path(file, cfg_getstr(s, "certificate"));
	c->tls_key = settings_path(file, cfg_getstr(s, "key"));
	c->tls_crl = settings_path(file, cfg_getstr(s, "crl"));
	c->tls_rsa_aes128_cbc = cfg_getbool(s, "rsa_aes128_cbc");
	c->tls_resumption = cfg_getbool(s, "resumption");
}

static void conf_read_server(cfg_t *s, struct agent_conf *c)
{
	c->server = copy(cfg_getstr(s, "name"));
	c->address = copy(cfg_getstr(s, "address"));
	if (!c->address)
		c->address = copy(c->server);
	c->port = (uint16_t)cfg_getint(s, "port");
}

static int conf_read(const char *path, cfg_t *cfg, struct agent_conf *c, struct conf_error *e)
{
	c->file = strdup(path);
	conf_read_server(cfg_getsec(cfg, "server"), c);
	c->tnc_config = settings_path(path, cfg_getstr(cfg, "tnc_config"));
	c->language = copy(cfg_getstr(cfg, "language"));
	c->lax_retry = cfg_getbool(cfg, "lax_retry");
	c->interval_s = (uint32_t)cfg_getint(cfg, "interval");
	c->connect_s = (uint32_t)cfg_getint(cfg, "connect_timeout");
	c->backoff_min_s = (uint32_t)cfg_getint(cfg, "backoff_min");
	c->backoff_max_s = (uint32_t)cfg_getint(cfg, "backoff_max");
	c->spread_s = (uint32_t)cfg_getint(cfg, "spread");
	c->state_dir = settings_path(path, cfg_getstr(cfg, "state_dir"));
	c->pid_file = settings_path(path, cfg_getstr(cfg, "pid_file"));
	c->log_level = settings_log_level(cfg_getsec(cfg, "log"));
	settings_limits_read(cfg_getsec(cfg, "limits"), SETTINGS_OF_AGENT, &c->limits);
	conf_read_tls(path, cfg_getsec(cfg, "tls"), c);
	return conf_read_sasl(path, cfg_getsec(cfg, "sasl"), c, e);
}

static int conf_check(const struct agent_conf *c, struct conf_error *e)
{
	if (!c->server)
		return settings_fail(e, c->file, "server { name } is missing");
	if (!c->tls_ca)
		return settings_fail(e, c->file, "tls { ca } is missing");
	if (!c->tls_certificate != !c->tls_key)
		return settings_fail(e, c->file,
				     "tls: certificate and key must be set together");
	if (!c->tls_certificate && !c->sasl_user)
		return settings_fail(e, c->file,
				     "tls { certificate } or sasl { user } is required");
	if (c->backoff_min_s > c->backoff_max_s)
		return settings_fail(e, c->file, "backoff_min is greater than backoff_max");
	return 0;
}

int agent_conf_read(const char *path, struct agent_conf *c, struct conf_error *e)
{
	cfg_t *cfg = NULL;
	int err;

	memset(c, 0, sizeof(*c));
	if ((err = conf_parse(path, &cfg, e)) < 0)
		return err;
	if ((err = conf_read(path, cfg, c, e)) == 0)
		err = conf_check(c, e);
	conf_free(cfg);
	if (err)
		agent_conf_free(c);
	return err;
}

void agent_conf_free(struct agent_conf *c)
{
	char *strings[] = { c->file,     c->server,          c->address,
			    c->tls_ca,   c->tls_certificate, c->tls_key,
			    c->tls_crl,  c->sasl_user,       c->tnc_config,
			    c->language, c->state_dir,       c->pid_file };

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		free(strings[i]);
	if (c->sasl_password)
		explicit_bzero(c->sasl_password, strlen(c->sasl_password));
	free(c->sasl_password);
	memset(c, 0, sizeof(*c));
}

int agent_conf_tls(const struct agent_conf *c, struct tls_ctx **ctx, struct conf_error *e)
{
	const struct tls_conf conf = {
		.rsa_aes128_cbc = c->tls_rsa_aes128_cbc,
		.ca = c->tls_ca,
		.certificate = c->tls_certificate,
		.key = c->tls_key,
		.crl = c->tls_crl,
		.peer_name = c->server,
		.resumption = c->tls_resumption,
	};
	struct tls_error tls_err;
	int err = tls_ctx_open(&conf, ctx, &tls_err);

	return err ? settings_fail(e, c->file, "tls: %s", tls_err.text) : 0;
}
