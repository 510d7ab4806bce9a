#include "posture/posture.h"
#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>

#define QUEUE_REPORTS 65536
#define QUEUE_OCTETS (256 * 1024 * 1024)

static const char *plugin_dir(void)
{
	const char *dir = getenv("STANCE_PLUGIN_DIR");

	return dir && *dir ? dir : STANCE_PLUGINDIR;
}

static cfg_opt_t opts[] = {
	CFG_STR("plugin", "sqlite", CFGF_NONE), /* repository-NAME.so */
	CFG_STR("plugin_dir", "", CFGF_NONE),   /* where plugins are; "": the installed ones */
	CFG_INT("queue_reports", QUEUE_REPORTS, CFGF_NONE), /* waiting for the disk, at most */
	CFG_INT("queue_octets", QUEUE_OCTETS, CFGF_NONE),   /* and their size */
	CFG_INT("retention_days", 0, CFGF_NONE),            /* history kept; 0: all of it */
	CFG_END(),
};

static const struct conf_range ranges[] = {
	{ "repository|queue_reports", 16, 16 * 1024 * 1024 },
	{ "repository|queue_octets", 1024 * 1024, 2147483647 },
	{ "repository|retention_days", 0, 36500 },
	{ NULL, 0, 0 },
};

cfg_opt_t *posture_opts(void)
{
	return opts;
}

const struct conf_range *posture_ranges(void)
{
	return ranges;
}

void posture_conf_init(struct posture_conf *c)
{
	*c = (struct posture_conf){
		.queue_reports = QUEUE_REPORTS,
		.queue_octets = QUEUE_OCTETS,
	};
	(void)snprintf(c->plugin, sizeof(c->plugin), "sqlite");
	(void)snprintf(c->plugin_dir, sizeof(c->plugin_dir), "%s", plugin_dir());
}

void posture_conf_read(cfg_t *section, struct posture_conf *c)
{
	const char *dir = cfg_getstr(section, "plugin_dir");

	posture_conf_init(c);
	(void)snprintf(c->plugin, sizeof(c->plugin), "%s", cfg_getstr(section, "plugin"));
	if (dir && *dir)
		(void)snprintf(c->plugin_dir, sizeof(c->plugin_dir), "%s", dir);
	c->queue_reports = (uint32_t)cfg_getint(section, "queue_reports");
	c->queue_octets = (uint32_t)cfg_getint(section, "queue_octets");
	c->retention_days = (uint32_t)cfg_getint(section, "retention_days");
}
