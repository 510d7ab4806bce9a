/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of struct imc_host, for imc_host.c and imc_peer.c. */
#ifndef STANCE_HOST_IMC_HOST_INT_H
#define STANCE_HOST_IMC_HOST_INT_H

#include "base/err.h"
#include "host/module_host.h"
#include "host/imc_host.h"

struct imc_host {
	struct module_host modules;
};

#endif
