/* SPDX-License-Identifier: BSD-2-Clause */
/* What imc_host and imv_host have in common: the loaded modules and the connections they
 * know. */
#ifndef STANCE_HOST_MODULE_HOST_H
#define STANCE_HOST_MODULE_HOST_H

#include "host/module.h"
#include "host/peer_info.h"
#include "host/peer_table.h"

struct module_host {
	enum tnc_kind kind;
	TNC_TNCC_BindFunctionPointer bind;
	struct module **modules; /* do not change once open */
	size_t n;

	struct peer_table peers;
};

/* Loads the modules of b->kind from the tnc_config at path (NULL: none). b->kind and b->bind
 * are set, the rest of b is zero. */
int module_host_open(struct module_host *b, const char *path);
void module_host_close(struct module_host *b);

/* Describes module i. False: there is none. */
bool module_host_module(const struct module_host *b, size_t i, struct host_module *m);

#endif
