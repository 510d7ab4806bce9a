/* SPDX-License-Identifier: BSD-2-Clause */
/* stance.conf: the manager's settings. stance.conf(5) describes them. */
#ifndef STANCE_MANAGER_MANAGER_CONF_H
#define STANCE_MANAGER_MANAGER_CONF_H

#include "daemon/settings.h"
#include "host/recommend.h"
#include "posture/posture.h"
#include "proto/pt_session.h"

/* Owns its strings. A string that is not set is NULL. */
struct manager_conf {
	char *file;
	char **addresses; /* none: all addresses */
	size_t n_addresses;
	uint16_t port;
	unsigned threads; /* never 0 */

	bool tls_anonymous, tls_rsa_aes128_cbc, tls_resumption;
	uint32_t ticket_lifetime; /* seconds */
	char *tls_ca, *tls_certificate, *tls_key, *tls_crl;

	uint32_t sasl_mechs; /* SASL_BITs */
	bool sasl_instead;   /* only for endpoints without a certificate */
	bool sasl_result_8bit;
	char *sasl_users;

	char *tnc_config;
	enum recommend_policy policy;
	char *language;
	bool lax_retry;
	uint32_t stale_after; /* seconds until software data is stale */
	uint32_t assess_rate; /* endpoints asked per second; 0: unlimited */

	char *state_dir, *run_dir; /* NULL: from the environment or the build */
	char *pid_file, *admin_socket, *admin_group;
	struct group_list *groups; /* admin/group.h */
	enum log_level log_level;
	struct limits limits;
	struct posture_conf posture;
};

/* Reads path. ST_ECONF, ST_ENOENT or ST_ENOMEM with e filled. Caller: manager_conf_free. */
int manager_conf_read(const char *path, struct manager_conf *c, struct conf_error *e);
void manager_conf_free(struct manager_conf *c);

/* A server context from the files of c. cache (may be NULL) keeps its sessions for resumption,
 * if c allows it. ST_ECONF with e filled. Caller: tls_ctx_free. */
int manager_conf_tls(const struct manager_conf *c, struct tls_cache *cache,
		     struct tls_ctx **ctx, struct conf_error *e);

#endif
