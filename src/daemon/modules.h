/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the modules of a tnc_config without starting them. */
#ifndef STANCE_DAEMON_MODULES_H
#define STANCE_DAEMON_MODULES_H

#include "base/conf.h"
#include "host/tnc_config.h"

/* Checks that each module of this kind can be loaded and, for a Stance module, that its
 * settings in conf_dir() are valid. 0, or ST_E... with e filled. conf_file: the file named in
 * e when tnc_config itself cannot be read. */
int modules_check(const char *conf_file, const char *tnc_config, enum tnc_kind kind,
		  struct conf_error *e);

#endif
