/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with the modules that a tnc_config names, for who checks a configuration without
 * starting anything. */
#ifndef STANCE_DAEMON_MODULES_H
#define STANCE_DAEMON_MODULES_H

#include "base/conf.h"
#include "host/tnc_config.h"

/* Those of this kind: each can be loaded, and one of ours is content with its settings in
 * conf_dir(). 0, or ST_E... and e says what is wrong and where; conf_file names the file. */
int modules_check(const char *conf_file, const char *tnc_config, enum tnc_kind kind,
		  struct conf_error *e);

#endif
