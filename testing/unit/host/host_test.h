/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the hosts share: puppets, a tnc_config with them, the log, and both ends
 * of a session in one process. */
#ifndef STANCE_TESTING_HOST_TEST_H
#define STANCE_TESTING_HOST_TEST_H

#include "unit.h"

#include "base/log.h"
#include "base/wr.h"
#include "foreign/puppet.h"
#include "host/imc_peer.h"
#include "host/imv_peer.h"

/* --- the log ------------------------------------------------------------------------------- */

/* Gathers the log from now on; test_log_end gives standard error back. */
void test_log_begin(void);
void test_log_end(void);
/* How many lines so far contain text. */
size_t test_log_count(const char *text);

/* --- modules ------------------------------------------------------------------------------- */

/* The puppet in .libs/NAME.so, without hooks; it stays loaded. */
struct puppet *puppet_get(const char *name);

/* A tnc_config with one line per name ("puppet_imv2"), NULL ends. The path is static; the
 * file is removed by the next call or test_config(NULL). */
const char *test_config(const char *name, ...);

struct imv_host *test_imv_host(const char *config, enum recommend_policy policy);
struct imc_host *test_imc_host(const char *config);

/* --- both ends ----------------------------------------------------------------------------- */

#define LINK_BATCHES 64

struct pipe {
	struct wr batch[LINK_BATCHES];
	size_t head, tail;
};

struct link {
	struct limits limits;
	struct imc_peer *c;
	struct imv_peer *v;
	struct pipe to_server, to_client;
	bool hold_settle; /* settle is not answered by itself */
	bool settling;
	bool close_in_result; /* the client goes away from inside its callback */
	bool close_in_settle; /* so does the server */
	int wakes_c, wakes_v; /* not yet handled */
	unsigned results_c, results_v, again;
	unsigned batches; /* carried in all */
	bool closed_c, closed_v;
	int err_c, err_v;
	struct recommendation decided;
	enum pb_access access;
	enum pb_assessment evaluation;
	char reason[256], reason_lang[32];
	size_t n_reasons;
};

/* Opens both peers; either host may be NULL, then there is nobody at that end. */
void link_open(struct link *l, struct imc_host *ch, struct imv_host *vh);
void link_open_with(struct link *l, struct imc_host *ch, struct imv_host *vh,
		    const struct peer_info *client, const struct peer_info *server);
struct peer_info link_info(struct link *l);
/* Carries batches and wakes until nothing moves. */
void link_pump(struct link *l);
/* One batch in that direction: false when there is none. */
bool link_step_to_server(struct link *l);
bool link_step_to_client(struct link *l);
void link_close(struct link *l);

#endif
