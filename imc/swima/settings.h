/* SPDX-License-Identifier: BSD-2-Clause */
/* imc-swima.conf: declares the settings, checks them, and converts them for the parts of the
 * collector. */
#ifndef STANCE_IMC_SWIMA_SETTINGS_H
#define STANCE_IMC_SWIMA_SETTINGS_H

#include "collection.h"
#include "watcher.h"

#include "kit/kit.h"

#include <limits.h>

#define SETTINGS_MAX_DIRECTORIES 256 /* of one list */

struct settings {
	struct collection_conf collection; /* points into the fields below and into m->conf */
	struct watcher_conf watcher;
	size_t max_subscriptions, max_subscription_octets;
	uint64_t max_evidence_file;
	uint32_t max_identifiers, max_response, max_responses;
	bool reuse_request_ids;

	char root[PATH_MAX], ledger[PATH_MAX];
	const char *sources[COLLECTION_MAX_SOURCES + 1];
	const char *swid[SETTINGS_MAX_DIRECTORIES + 1];
	const char *pip[SETTINGS_MAX_DIRECTORIES + 1];
	const char *npm[SETTINGS_MAX_DIRECTORIES + 1];
};

/* For the module descriptor. */
extern cfg_opt_t settings_opts[];
extern const struct conf_range settings_ranges[];

/* Fills *s, which is all zero, from m->conf. *s must not move, and m->conf must outlive it. 0,
 * or ST_ECONF: a setting is not valid (logged). */
int settings_read(struct kit_module *m, struct settings *s);

#endif
