/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings of posture: section `repository` of stance.conf(5). */
#ifndef STANCE_POSTURE_POSTURE_CONF_H
#define STANCE_POSTURE_POSTURE_CONF_H

#include "base/api.h"

#include <confuse.h>
#include <stddef.h>
#include <stdint.h>

ST_API_BEGIN

struct conf_range;

struct posture_conf {
	char plugin[64];        /* repository plugin: "sqlite" loads repository-sqlite.so */
	char plugin_dir[1024];  /* directory of the plugins */
	uint32_t queue_reports; /* most reports that wait for the writer */
	uint32_t
		queue_octets; /* most octets in them; one larger report is accepted beside them */
	uint32_t forget_after;   /* days of silence until an endpoint is forgotten; 0: never */
	uint32_t retention_days; /* older journal lines are dropped; 0: kept for ever */

	/* A report that would exceed one of these fails alone, with ST_ELIMIT. */
	uint32_t max_software;         /* identifiers in the dictionary */
	uint32_t new_software_per_day; /* identifiers that one endpoint adds in 24 hours */
	uint32_t changes_per_day;      /* journal lines of one endpoint in 24 hours; a single
					  report may exceed it */
	uint32_t facts_octets;         /* octets of facts and results of one endpoint */
};

/* The defaults: the SQLite plugin from the compiled-in plugin directory. */
void posture_conf_init(struct posture_conf *c);

/* The options of the section, for the option table of the program that reads the file:
 *	CFG_SEC("repository", posture_opts(), CFGF_NONE)
 * and the ranges of its integers. Static storage. */
cfg_opt_t *posture_opts(void);
const struct conf_range *posture_ranges(void);
void posture_conf_read(cfg_t *section, struct posture_conf *c);

/* Reads the section from conf_dir()/stance.conf and ignores the rest of that file: for modules
 * in a foreign host. ST_ENOENT, ST_ECONF; err_msg holds the reason. */
int posture_conf_load(struct posture_conf *c, char *err_msg, size_t err_msg_len);

ST_API_END

#endif
