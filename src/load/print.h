/* SPDX-License-Identifier: BSD-2-Clause */
/* What stance-load has found out, for people and for programs. */
#ifndef STANCE_LOAD_PRINT_H
#define STANCE_LOAD_PRINT_H

#include "load/load_conf.h"
#include "load/run_report.h"

#include <stdio.h>

/* A few lines of text. `packages`: of the image. */
void load_print(FILE *to, const struct load_conf *conf, uint32_t packages,
		const struct run_report *r);

/* One JSON object. 0 or ST_ENOMEM. */
int load_print_json(FILE *to, const struct load_conf *conf, uint32_t packages,
		    const struct run_report *r);

#endif
