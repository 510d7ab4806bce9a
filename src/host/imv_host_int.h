/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of struct imv_host, for imv_host.c and imv_peer.c. */
#ifndef STANCE_HOST_IMV_HOST_INT_H
#define STANCE_HOST_IMV_HOST_INT_H

#include "base/err.h"
#include "host/module_host.h"
#include "host/imv_host.h"

struct imv_host {
	struct module_host modules;
	enum recommend_policy policy;
};

#endif
