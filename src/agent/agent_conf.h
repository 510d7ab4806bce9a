/* SPDX-License-Identifier: BSD-2-Clause */
/* agent.conf: the agent's settings. agent.conf(5) describes them. */
#ifndef STANCE_AGENT_AGENT_CONF_H
#define STANCE_AGENT_AGENT_CONF_H

#include "daemon/settings.h"

/* Owns its strings. A string that is not set is NULL. */
struct agent_conf {
	char *file;
	char *server;  /* name in the manager's certificate */
	char *address; /* host to connect to; never NULL */
	uint16_t port;

	bool tls_rsa_aes128_cbc, tls_resumption;
	char *tls_ca, *tls_certificate, *tls_key, *tls_crl;

	char *sasl_user, *sasl_password;

	char *tnc_config;
	char *language; /* as in an Accept-Language header */
	bool lax_retry;
	uint32_t interval_s;    /* between assessments; 0: only on request */
	uint32_t connect_s;     /* to resolve the manager's name and connect */
	uint32_t backoff_min_s; /* before the first reconnect; doubles with each failure */
	uint32_t backoff_max_s;
	uint32_t spread_s; /* maximum random time before a reconnect after a lost connection */

	char *state_dir, *pid_file;
	enum log_level log_level;
	struct limits limits;
};

/* Reads path. ST_ECONF, ST_ENOENT or ST_ENOMEM with e filled. Caller: agent_conf_free. */
int agent_conf_read(const char *path, struct agent_conf *c, struct conf_error *e);
void agent_conf_free(struct agent_conf *c);

/* A client context from the files of c. ST_ECONF with e filled. Caller: tls_ctx_free. */
int agent_conf_tls(const struct agent_conf *c, struct tls_ctx **ctx, struct conf_error *e);

#endif
