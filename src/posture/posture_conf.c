/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* asprintf */
#include "posture/posture_conf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/span.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_REPORTS 65536
#define QUEUE_OCTETS (256 * 1024 * 1024)
#define MAX_SOFTWARE 10000000
#define NEW_SOFTWARE_PER_DAY 200000
#define FACTS_OCTETS (1024 * 1024)
#define CHANGES_PER_DAY 1000000

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
	CFG_INT("forget_after", 0, CFGF_NONE), /* days of an endpoint's silence; 0: never */
	CFG_INT("max_software", MAX_SOFTWARE, CFGF_NONE), /* different identifiers */
	CFG_INT("new_software_per_day", NEW_SOFTWARE_PER_DAY, CFGF_NONE), /* one endpoint's */
	CFG_INT("changes_per_day", CHANGES_PER_DAY, CFGF_NONE),           /* likewise */
	CFG_INT("facts_octets", FACTS_OCTETS,
		CFGF_NONE), /* one endpoint's, with its results */
	CFG_END(),
};

static const struct conf_range ranges[] = {
	{ "repository|queue_reports", 16, 16 * 1024 * 1024 },
	{ "repository|queue_octets", 1024 * 1024, 2147483647 },
	{ "repository|retention_days", 0, 36500 },
	{ "repository|forget_after", 0, 36500 },
	{ "repository|max_software", 1, 2147483647 },
	{ "repository|new_software_per_day", 1, 2147483647 },
	{ "repository|changes_per_day", 1, 2147483647 },
	{ "repository|facts_octets", 1024, 268435456 },
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
		.max_software = MAX_SOFTWARE,
		.new_software_per_day = NEW_SOFTWARE_PER_DAY,
		.changes_per_day = CHANGES_PER_DAY,
		.facts_octets = FACTS_OCTETS,
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
	c->forget_after = (uint32_t)cfg_getint(section, "forget_after");
	c->max_software = (uint32_t)cfg_getint(section, "max_software");
	c->new_software_per_day = (uint32_t)cfg_getint(section, "new_software_per_day");
	c->changes_per_day = (uint32_t)cfg_getint(section, "changes_per_day");
	c->facts_octets = (uint32_t)cfg_getint(section, "facts_octets");
}

/* --- our section alone, of a file that is the daemon's ------------------------------------ */

#define CONF_MAX (1024 * 1024)

/* Behind the comment or the quoted text that begins at s, or s when none does. */
static const char *skip_opaque(const char *s)
{
	const char *end;

	if (*s == '#' || (s[0] == '/' && s[1] == '/'))
		return s + strcspn(s, "\n");
	if (s[0] == '/' && s[1] == '*')
		return (end = strstr(s + 2, "*/")) ? end + 2 : s + strlen(s);
	if (*s != '"' && *s != '\'')
		return s;
	for (end = s + 1; *end && *end != *s; end++)
		if (*end == '\\' && end[1])
			end++;
	return *end ? end + 1 : end;
}

/* Behind the brace that closes the block whose inside begins at s; its end when none does. */
static const char *block_end(const char *s)
{
	for (int depth = 1; *s && depth > 0;) {
		const char *next = skip_opaque(s);

		if (next != s) {
			s = next;
			continue;
		}
		depth += (*s == '{') - (*s == '}');
		s++;
	}
	return s;
}

/* The inside of the section `name`, which may be empty; p is NULL when there is none. */
static struct span section_of(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = text; *s;) {
		const char *next = skip_opaque(s);
		size_t word = strcspn(s, " \t\r\n{}=\"'#/");

		if (next != s) {
			s = next;
		} else if (*s == '{') {
			s = block_end(s + 1);
		} else if (word == len && strncmp(s, name, len) == 0) {
			s += len + strspn(s + len, " \t\r\n");
			if (*s == '{')
				return span_of(s + 1, (size_t)(block_end(s + 1) - s - 1));
		} else {
			s += word ? word : 1;
		}
	}
	return (struct span){ 0 };
}

/* The file with a NUL behind it, or NULL with errno. */
static char *file_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = file ? calloc(1, CONF_MAX + 1) : NULL;

	if (text && fread(text, 1, CONF_MAX, file) == 0 && ferror(file)) {
		free(text);
		text = NULL;
	}
	if (file)
		(void)fclose(file);
	return text;
}

static int section_parse(struct span inside, struct posture_conf *c)
{
	cfg_opt_t own[] = { CFG_SEC("repository", opts, CFGF_NONE), CFG_END() };
	char *text = NULL;
	cfg_t *cfg;
	int err;

	if (asprintf(&text, "repository {%.*s", (int)inside.n, (const char *)inside.p) < 0)
		return ST_ENOMEM;
	if ((err = conf_load_text(text, own, &cfg)) == 0)
		posture_conf_read(cfg_getsec(cfg, "repository"), c);
	free(text);
	conf_free(cfg);
	return err;
}

int posture_conf_load(struct posture_conf *c, char *err_msg, size_t err_msg_len)
{
	char path[900];
	struct span inside;
	char *text;
	int err = 0;

	posture_conf_init(c);
	(void)snprintf(path, sizeof(path), "%s/stance.conf", conf_dir());
	if (!(text = file_text(path))) {
		(void)snprintf(err_msg, err_msg_len, "%s: %s", path, strerror(errno));
		return ST_ENOENT;
	}
	inside = section_of(text, "repository");
	if (inside.p && (err = section_parse(inside, c)) < 0)
		(void)snprintf(err_msg, err_msg_len, "%s: section repository cannot be read",
			       path);
	free(text);
	return err;
}
