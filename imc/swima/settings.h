/* SPDX-License-Identifier: BSD-2-Clause */
/* imc-swima.conf: what an administrator may set, checked and made into what the parts take. */
#ifndef STANCE_IMC_SWIMA_SETTINGS_H
#define STANCE_IMC_SWIMA_SETTINGS_H

#include "collection.h"
#include "watcher.h"

#include "kit/kit.h"

#include <limits.h>

#define SETTINGS_MAX_DIRECTORIES 256 /* in one list */

struct settings {
	struct collection_conf collection; /* points into what stands below and into m->conf */
	struct watcher_conf watcher;
	size_t max_subscriptions, max_subscription_octets;
	uint64_t max_evidence_file;
	uint32_t max_identifiers, max_answer, max_answers;
	bool reuse_request_ids;

	char root[PATH_MAX], ledger[PATH_MAX];
	const char *sources[COLLECTION_MAX_SOURCES + 1];
	const char *swid[SETTINGS_MAX_DIRECTORIES + 1];
	const char *pip[SETTINGS_MAX_DIRECTORIES + 1];
	const char *npm[SETTINGS_MAX_DIRECTORIES + 1];
};

/* For the descriptor of the module. */
extern cfg_opt_t settings_opts[];
extern const struct conf_range settings_ranges[];

/* Fills s, which is all zero, from m->conf; s stays where it is and m->conf as long as it is
 * used. ST_ECONF: logged. */
int settings_read(struct kit_module *m, struct settings *s);

#endif
