/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads the modules of a tnc_config into our hosts, and says how many there are. */
#include "host/imc_host.h"
#include "host/imv_host.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct imc_host_conf imc = { .tnc_config = argc > 1 ? argv[1] : NULL };
	struct imv_host_conf imv = { .tnc_config = imc.tnc_config };
	struct imc_host *collectors = NULL;
	struct imv_host *validators = NULL;

	if (imc_host_open(&imc, &collectors) < 0 || imv_host_open(&imv, &validators) < 0)
		return 1;
	printf("collectors=%zu validators=%zu\n", imc_host_count(collectors),
	       imv_host_count(validators));
	imc_host_close(collectors);
	imv_host_close(validators);
	return 0;
}
