/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

/* clang-format off */

/* ISO/IEC 19770-2:2015 puts tags beside the product, the edition of 2009 into a directory
 * named after the tag creator. Quoted, because libConfuse reads slash and star as a
 * comment. */
#define SWIMA_SWID_DIRECTORIES "{" \
	"\"/usr/lib/swidtag\", \"/etc/swid/swidtags.d\", " \
	"\"/usr/share/*/swidtag\", \"/usr/share/regid.*\", " \
	"\"/usr/local/share/*/swidtag\", \"/usr/local/share/regid.*\", " \
	"\"/opt/*/swidtag\", \"/opt/*/*/swidtag\"}"
#define SWIMA_PIP_DIRECTORIES "{" \
	"\"/usr/local/lib/python3*/dist-packages\", " \
	"\"/usr/local/lib/python3*/site-packages\"}"
#define SWIMA_NPM_DIRECTORIES "{" \
	"\"/usr/local/lib/node_modules\", \"/usr/lib/node_modules\"}"

cfg_opt_t settings_opts[] = {
	CFG_STR_LIST("sources", "{dpkg, rpm, swid}", CFGF_NONE),
	CFG_STR_LIST("swid_directories", SWIMA_SWID_DIRECTORIES, CFGF_NONE),
	CFG_STR_LIST("pip_directories", SWIMA_PIP_DIRECTORIES, CFGF_NONE),
	CFG_STR_LIST("npm_directories", SWIMA_NPM_DIRECTORIES, CFGF_NONE),
	CFG_STR("root", "/", CFGF_NONE),               /* of the system to inspect */
	CFG_STR("regid", "stance.invalid", CFGF_NONE), /* of the tag creator */
	CFG_STR("maker", "Stance", CFGF_NONE),         /* name of the tag creator */
	CFG_STR("identifiers", "unique", CFGF_NONE),   /* or "compatible" */
	CFG_STR("records", "xml", CFGF_NONE),          /* or "coswid" */
	CFG_BOOL("evidence", cfg_false, CFGF_NONE),    /* list files in the records made here */
	CFG_STR("ledger", "imc-swima.db", CFGF_NONE),  /* in the state directory; "": none */
	CFG_BOOL("reuse_request_ids", cfg_false, CFGF_NONE),
	CFG_INT("settle_ms", 300, CFGF_NONE),      /* settled after this long without an event */
	CFG_INT("settle_max_s", 30, CFGF_NONE),    /* but scan after this long at the latest */
	CFG_INT("scan_interval_s", 3600, CFGF_NONE), /* scan without an event; 0: never */
	CFG_INT("max_events", 16384, CFGF_NONE),
	CFG_INT("max_subscriptions", 256, CFGF_NONE),
	CFG_INT("max_subscription_octets", 1048576, CFGF_NONE),
	CFG_INT("max_identifiers", 65536, CFGF_NONE),
	CFG_INT("max_responses", 64, CFGF_NONE),
	CFG_INT("max_records", 262144, CFGF_NONE),
	CFG_INT("max_response", 67108864, CFGF_NONE),
	CFG_INT("max_database", 268435456, CFGF_NONE),
	CFG_INT("max_tag", 1048576, CFGF_NONE),
	CFG_INT("max_evidence_files", 4096, CFGF_NONE),
	CFG_INT("max_evidence_file", 268435456, CFGF_NONE),
	CFG_INT("max_evidence", 67108864, CFGF_NONE),
	CFG_END(),
};
/* clang-format on */

const struct conf_range settings_ranges[] = {
	{ "settle_ms", 10, 60000 },
	{ "settle_max_s", 0, 3600 },
	{ "scan_interval_s", 0, 604800 },
	{ "max_events", 4, LEDGER_MAX_EVENTS },
	{ "max_subscriptions", 0, 65536 },
	{ "max_subscription_octets", 0, 1 << 30 },
	{ "max_identifiers", 1, SWIMA_MAX_COUNT },
	{ "max_responses", 1, 65536 },
	{ "max_records", 1, SWIMA_MAX_COUNT },
	{ "max_response", 1024, 1 << 30 },
	{ "max_database", 1024, 1 << 30 },
	{ "max_tag", 1024, 1 << 28 },
	{ "max_evidence_files", 1, 1 << 20 },
	{ "max_evidence_file", 0, INT_MAX },
	{ "max_evidence", 0, 1 << 29 },
	{ 0 },
};

static int settings_bad(struct kit_module *m, const char *key, const char *value)
{
	log_error(&m->log, "invalid setting: %s=%s", key, value);
	return ST_ECONF;
}

/* The regid is the prefix of every identifier: printable, and without the separator "__". */
static bool settings_regid_ok(const char *regid)
{
	size_t n = strlen(regid);

	for (size_t i = 0; i < n; i++)
		if (regid[i] <= ' ' || regid[i] >= 0x7f)
			return false;
	return n > 0 && n <= 255 && !strstr(regid, "__") && regid[n - 1] != '_';
}

static int settings_paths(struct kit_module *m, struct settings *s)
{
	const char *root = cfg_getstr(m->conf, "root");
	const char *ledger = cfg_getstr(m->conf, "ledger");
	size_t n = strlen(root);

	if (root[0] != '/' || n >= sizeof(s->root) - 256)
		return settings_bad(m, "root", root);
	while (n && root[n - 1] == '/')
		n--;
	(void)snprintf(s->root, sizeof(s->root), "%.*s", (int)n, root);
	if (!*ledger)
		return 0;
	n = (size_t)snprintf(s->ledger, sizeof(s->ledger), "%s%s%s",
			     *ledger == '/' ? "" : state_dir(), *ledger == '/' ? "" : "/",
			     ledger);
	return n < sizeof(s->ledger) - 8 ? 0 : settings_bad(m, "ledger", ledger);
}

/* A list of absolute paths. */
static int settings_directories(struct kit_module *m, const char *key, const char **list)
{
	unsigned int n = cfg_size(m->conf, key);

	if (n > SETTINGS_MAX_DIRECTORIES)
		return settings_bad(m, key, "too many");
	for (unsigned int i = 0; i < n; i++) {
		list[i] = cfg_getnstr(m->conf, key, i);
		if (list[i][0] != '/')
			return settings_bad(m, key, list[i]);
	}
	return 0;
}

static int settings_rules(struct kit_module *m, struct identifier_rules *r)
{
	const char *scheme = cfg_getstr(m->conf, "identifiers");
	const char *records = cfg_getstr(m->conf, "records");

	r->regid = cfg_getstr(m->conf, "regid");
	if (!settings_regid_ok(r->regid))
		return settings_bad(m, "regid", r->regid);
	if (strcmp(scheme, "compatible") == 0)
		r->scheme = IDENTIFIER_COMPATIBLE;
	else if (strcmp(scheme, "unique") == 0)
		r->scheme = IDENTIFIER_UNIQUE;
	else
		return settings_bad(m, "identifiers", scheme);
	if (strcmp(records, "coswid") == 0)
		r->model = SWIMA_MODEL_COSWID;
	else if (strcmp(records, "xml") == 0)
		r->model = SWIMA_MODEL_SWID_2015;
	else
		return settings_bad(m, "records", records);
	return 0;
}

static int settings_collection(struct kit_module *m, struct settings *s)
{
	size_t n = cfg_size(m->conf, "sources");
	struct collection_conf *c = &s->collection;
	int err;

	if (n > COLLECTION_MAX_SOURCES)
		return settings_bad(m, "sources", "too many");
	for (size_t i = 0; i < n; i++)
		s->sources[i] = cfg_getnstr(m->conf, "sources", (unsigned int)i);
	if ((err = settings_paths(m, s)) < 0 ||
	    (err = settings_directories(m, "swid_directories", s->swid)) < 0 ||
	    (err = settings_directories(m, "pip_directories", s->pip)) < 0 ||
	    (err = settings_directories(m, "npm_directories", s->npm)) < 0 ||
	    (err = settings_rules(m, &c->rules)) < 0)
		return err;
	platform_read(s->root, &c->rules.platform);
	c->source = (struct source_conf){
		.root = s->root,
		.max_octets = (size_t)cfg_getint(m->conf, "max_database"),
		.max_tag = (size_t)cfg_getint(m->conf, "max_tag"),
		.log = &m->log,
		.swid = s->swid,
		.pip = s->pip,
		.npm = s->npm,
	};
	c->maker = cfg_getstr(m->conf, "maker");
	c->sources = s->sources;
	c->ledger = s->ledger;
	c->max_records = (size_t)cfg_getint(m->conf, "max_records");
	c->evidence = cfg_getbool(m->conf, "evidence");
	c->evidence_files = (size_t)cfg_getint(m->conf, "max_evidence_files");
	c->evidence_octets = (size_t)cfg_getint(m->conf, "max_evidence");
	c->max_events = (uint32_t)cfg_getint(m->conf, "max_events");
	return 0;
}

int settings_read(struct kit_module *m, struct settings *s)
{
	s->watcher = (struct watcher_conf){
		.settle_us = cfg_getint(m->conf, "settle_ms") * (CLOCK_SEC / 1000),
		.settle_max_us = cfg_getint(m->conf, "settle_max_s") * CLOCK_SEC,
		.scan_us = cfg_getint(m->conf, "scan_interval_s") * CLOCK_SEC,
		.log = &m->log,
	};
	s->max_evidence_file = (uint64_t)cfg_getint(m->conf, "max_evidence_file");
	s->max_subscriptions = (size_t)cfg_getint(m->conf, "max_subscriptions");
	s->max_subscription_octets = (size_t)cfg_getint(m->conf, "max_subscription_octets");
	s->max_responses = (uint32_t)cfg_getint(m->conf, "max_responses");
	s->max_identifiers = (uint32_t)cfg_getint(m->conf, "max_identifiers");
	s->max_response = (uint32_t)cfg_getint(m->conf, "max_response");
	s->reuse_request_ids = cfg_getbool(m->conf, "reuse_request_ids");
	return settings_collection(m, s);
}
