/* SPDX-License-Identifier: BSD-2-Clause */
#include "os_policy.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define PORT_SET (2 * 65536 / 8)
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

/* clang-format off */
const struct os_topic os_topics[OS_N_TOPICS] = {
	{ "product",            PA_PRODUCT_INFO,     false },
	{ "numeric-version",    PA_NUMERIC_VERSION,  false },
	{ "string-version",     PA_STRING_VERSION,   false },
	{ "operational-status", PA_OP_STATUS,        false },
	{ "port-filter",        PA_PORT_FILTER,      true  },
	{ "installed-packages", PA_PACKAGES,         false },
	{ "forwarding",         PA_FORWARDING,       false },
	{ "default-password",   PA_DEFAULT_PASSWORD, false },
};
/* clang-format on */

unsigned os_topic_bit(uint32_t type)
{
	for (size_t i = 0; i < OS_N_TOPICS; i++)
		if (os_topics[i].type == type)
			return 1u << i;
	return 0;
}

/* --- the file --- */

struct word {
	const char *word;
	long value;
};

static int word_parse(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result,
		      const struct word *words)
{
	char list[128] = "";

	for (const struct word *w = words; w->word; w++) {
		if (strcmp(w->word, value) == 0) {
			*(long *)result = w->value;
			return 0;
		}
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), " %s",
			       w->word);
	}
	cfg_error(cfg, "%s: '%s' is none of%s", opt->name, value, list);
	return -1;
}

static int evaluation_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	static const struct word words[] = { { "compliant", PA_RESULT_COMPLIANT },
					     { "minor", PA_RESULT_MINOR },
					     { "major", PA_RESULT_SIGNIFICANT },
					     { NULL, 0 } };

	return word_parse(cfg, opt, value, result, words);
}

static int recommend_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	static const struct word words[] = { { "allow", IMV_ALLOW },
					     { "isolate", IMV_ISOLATE },
					     { "no-access", IMV_NO_ACCESS },
					     { "none", IMV_NO_RECOMMENDATION },
					     { NULL, 0 } };

	return word_parse(cfg, opt, value, result, words);
}

static int topic_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	for (size_t i = 0; i < OS_N_TOPICS; i++) {
		if (strcmp(os_topics[i].name, value) == 0) {
			*(long *)result = (long)i;
			return 0;
		}
	}
	cfg_error(cfg, "%s: there is no attribute called '%s'", opt->name, value);
	return -1;
}

static int text_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	size_t n = strcspn(value, ":");

	if (!n || n > 35 || !value[n]) {
		cfg_error(cfg, "%s: each text begins with its language: \"en:...\"",
			  opt->name);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

/* "tcp/23" as a number of the set, or -1. */
static long port_number(const char *text)
{
	bool udp = strncmp(text, "udp/", 4) == 0;
	char *end;
	long port;

	if ((!udp && strncmp(text, "tcp/", 4) != 0) || !isdigit((unsigned char)text[4]))
		return -1;
	port = strtol(text + 4, &end, 10);
	return *end || port > 65535 ? -1 : port + (udp ? 65536 : 0);
}

static int port_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	long n = port_number(value);

	if (n < 0) {
		cfg_error(cfg, "%s: '%s' is not like tcp/22 or udp/53", opt->name, value);
		return -1;
	}
	*(long *)result = n;
	return 0;
}

#define RULE_OPTS(evaluation)                                                                 \
	CFG_INT_CB("evaluation", evaluation, CFGF_NONE, evaluation_cb),                       \
		CFG_STR("uri", "", CFGF_NONE),                                                \
		CFG_STR_LIST_CB("text", "{}", CFGF_NONE, text_cb)

static cfg_opt_t products_opts[] = {
	RULE_OPTS(PA_RESULT_MINOR),
	CFG_END(),
};

static cfg_opt_t product_opts[] = {
	CFG_STR("minimum_version", "", CFGF_NONE),
	RULE_OPTS(PA_RESULT_SIGNIFICANT),
	CFG_END(),
};

static cfg_opt_t forwarding_opts[] = {
	CFG_BOOL("allowed", cfg_true, CFGF_NONE),
	RULE_OPTS(PA_RESULT_MINOR),
	CFG_END(),
};

static cfg_opt_t password_opts[] = {
	CFG_BOOL("allowed", cfg_false, CFGF_NONE),
	RULE_OPTS(PA_RESULT_SIGNIFICANT),
	CFG_END(),
};

static cfg_opt_t ports_opts[] = {
	CFG_INT_LIST_CB("forbidden", "{}", CFGF_NONE, port_cb),
	CFG_INT_LIST_CB("allowed", "{}", CFGF_NONE, port_cb),
	RULE_OPTS(PA_RESULT_MINOR),
	CFG_END(),
};

static cfg_opt_t package_opts[] = {
	CFG_BOOL("forbidden", cfg_false, CFGF_NONE),
	CFG_STR("version", "", CFGF_NONE),
	RULE_OPTS(PA_RESULT_MINOR),
	CFG_END(),
};

cfg_opt_t os_policy_opts[] = {
	CFG_INT_LIST_CB("request",
			"{product, numeric-version, string-version, operational-status, "
			"port-filter, forwarding, default-password}",
			CFGF_NONE, topic_cb),
	CFG_INT_CB("recommend_minor", IMV_ISOLATE, CFGF_NONE, recommend_cb),
	CFG_INT_CB("recommend_major", IMV_ISOLATE, CFGF_NONE, recommend_cb),
	CFG_INT_CB("recommend_unknown", IMV_NO_RECOMMENDATION, CFGF_NONE, recommend_cb),
	CFG_STR_LIST_CB("reason", "{\"en:The operating system does not meet the policy\"}",
			CFGF_NONE, text_cb),
	CFG_SEC("products", products_opts, CFGF_NONE),
	CFG_SEC("product", product_opts, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("forwarding", forwarding_opts, CFGF_NONE),
	CFG_SEC("default_password", password_opts, CFGF_NONE),
	CFG_SEC("ports", ports_opts, CFGF_NONE),
	CFG_SEC("package", package_opts, CFGF_MULTI | CFGF_TITLE),
	CFG_END(),
};

/* --- from the file to the policy --- */

static int texts_read(struct os_policy *p, cfg_t *cfg, const char *key,
		      struct kit_text **texts, size_t *n)
{
	*n = cfg_size(cfg, key);
	*texts = arena_alloc(&p->arena, (*n + 1) * sizeof(**texts));
	for (size_t i = 0; *texts && i < *n; i++) {
		const char *s = cfg_getnstr(cfg, key, (unsigned)i);
		size_t lang = strcspn(s, ":");

		(*texts)[i].lang = arena_str(&p->arena, span_of(s, lang));
		(*texts)[i].text = s + lang + 1;
		if (!(*texts)[i].lang)
			return ST_ENOMEM;
	}
	return *texts ? 0 : ST_ENOMEM;
}

static int rule_read(struct os_policy *p, cfg_t *sec, struct os_rule *rule, const char *prefix,
		     const char *name)
{
	char id[256];

	(void)snprintf(id, sizeof(id), "%s%s", prefix, name);
	rule->id = arena_str(&p->arena, span_str(id));
	rule->evaluation = (enum pa_result)cfg_getint(sec, "evaluation");
	rule->uri = cfg_getstr(sec, "uri");
	return rule->id ? texts_read(p, sec, "text", &rule->texts, &rule->n_texts) : ST_ENOMEM;
}

static int products_read(struct os_policy *p, cfg_t *cfg)
{
	size_t n = cfg_size(cfg, "product");
	int err = rule_read(p, cfg_getsec(cfg, "products"), &p->product, "os.product", "");

	if (!(p->products = arena_alloc(&p->arena, (n + 1) * sizeof(*p->products))))
		return ST_ENOMEM;
	for (; !err && p->n_products < n; p->n_products++) {
		struct os_product_rule *rule = &p->products[p->n_products];
		cfg_t *sec = cfg_getnsec(cfg, "product", (unsigned)p->n_products);

		rule->name = cfg_title(sec);
		rule->minimum = cfg_getstr(sec, "minimum_version");
		err = rule_read(p, sec, &rule->rule, "os.version", "");
	}
	return err;
}

static int packages_read(struct os_policy *p, cfg_t *cfg)
{
	size_t n = cfg_size(cfg, "package");
	int err = 0;

	if (!(p->packages = arena_alloc(&p->arena, (n + 1) * sizeof(*p->packages))))
		return ST_ENOMEM;
	for (; !err && p->n_packages < n; p->n_packages++) {
		struct os_package_rule *rule = &p->packages[p->n_packages];
		cfg_t *sec = cfg_getnsec(cfg, "package", (unsigned)p->n_packages);

		rule->name = cfg_title(sec);
		rule->version = cfg_getstr(sec, "version");
		rule->forbidden = cfg_getbool(sec, "forbidden");
		err = rule_read(p, sec, &rule->rule, "os.package.", rule->name);
	}
	return err;
}

static int port_set_read(struct os_policy *p, cfg_t *sec, const char *key, uint8_t **set)
{
	size_t n = cfg_size(sec, key);

	if (!n)
		return 0;
	if (!(*set = arena_alloc(&p->arena, PORT_SET)))
		return ST_ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		long port = cfg_getnint(sec, key, i);

		(*set)[port / 8] |= (uint8_t)(1 << port % 8);
	}
	return 0;
}

static int ports_read(struct os_policy *p, cfg_t *sec)
{
	int err = rule_read(p, sec, &p->ports, "os.ports", "");

	if (!err)
		err = port_set_read(p, sec, "forbidden", &p->ports_forbidden);
	return err ? err : port_set_read(p, sec, "allowed", &p->ports_allowed);
}

/* What is listed, and what the rules cannot do without. */
static unsigned request_read(const struct os_policy *p, cfg_t *cfg)
{
	unsigned set = 0;

	for (unsigned i = 0; i < cfg_size(cfg, "request"); i++)
		set |= 1u << cfg_getnint(cfg, "request", i);
	if (p->n_products)
		set |= os_topic_bit(PA_PRODUCT_INFO) | os_topic_bit(PA_STRING_VERSION);
	if (!p->forwarding_allowed)
		set |= os_topic_bit(PA_FORWARDING);
	if (!p->password_allowed)
		set |= os_topic_bit(PA_DEFAULT_PASSWORD);
	if (p->ports_allowed || p->ports_forbidden)
		set |= os_topic_bit(PA_PORT_FILTER);
	return p->n_packages ? set | os_topic_bit(PA_PACKAGES) : set;
}

int os_policy_read(struct os_policy *p, cfg_t *cfg)
{
	cfg_t *forwarding = cfg_getsec(cfg, "forwarding");
	cfg_t *password = cfg_getsec(cfg, "default_password");
	int err;

	memset(p, 0, sizeof(*p));
	p->recommend[PA_RESULT_COMPLIANT] = IMV_ALLOW;
	p->recommend[PA_RESULT_MINOR] =
		(enum imv_recommendation)cfg_getint(cfg, "recommend_minor");
	p->recommend[PA_RESULT_SIGNIFICANT] =
		(enum imv_recommendation)cfg_getint(cfg, "recommend_major");
	p->recommend[PA_RESULT_ERROR] = IMV_NO_RECOMMENDATION;
	p->recommend[PA_RESULT_UNKNOWN] =
		(enum imv_recommendation)cfg_getint(cfg, "recommend_unknown");
	p->forwarding_allowed = cfg_getbool(forwarding, "allowed");
	p->password_allowed = cfg_getbool(password, "allowed");
	if ((err = texts_read(p, cfg, "reason", &p->reason, &p->n_reason)) < 0 ||
	    (err = products_read(p, cfg)) < 0 || (err = packages_read(p, cfg)) < 0 ||
	    (err = rule_read(p, forwarding, &p->forwarding, "os.forwarding", "")) < 0 ||
	    (err = rule_read(p, password, &p->password, "os.default_password", "")) < 0)
		return err;
	if ((err = ports_read(p, cfg_getsec(cfg, "ports"))) < 0)
		return err;
	p->request = request_read(p, cfg);
	return 0;
}

void os_policy_free(struct os_policy *p)
{
	arena_reset(&p->arena);
}

/* --- taking note --- */

static bool port_in(const uint8_t *set, long n)
{
	return set && set[n / 8] >> n % 8 & 1;
}

void os_policy_port(const struct os_policy *p, struct os_seen *seen,
		    const struct pa_port *port)
{
	bool udp = port->protocol == PROTOCOL_UDP;
	long n = port->port + (udp ? 65536 : 0);
	size_t len = strlen(seen->ports);

	if (port->blocked || (!udp && port->protocol != PROTOCOL_TCP))
		return;
	if (port_in(p->ports_forbidden, n) ||
	    (p->ports_allowed && !port_in(p->ports_allowed, n)))
		(void)snprintf(seen->ports + len, sizeof(seen->ports) - len, "%s%s/%u",
			       len ? " " : "", udp ? "udp" : "tcp", port->port);
}

void os_policy_package(const struct os_policy *p, struct os_seen *seen,
		       const struct pa_package *package)
{
	for (size_t i = 0; i < p->n_packages; i++) {
		if (!span_eq(package->name, span_str(p->packages[i].name)))
			continue;
		seen->packages[i] |= OS_PACKAGE_THERE;
		if (span_eq(package->version, span_str(p->packages[i].version)))
			seen->packages[i] |= OS_PACKAGE_VERSION;
	}
}

int os_version_cmp(const char *a, const char *b)
{
	while (*a || *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *a_end, *b_end;
			unsigned long x = strtoul(a, &a_end, 10), y = strtoul(b, &b_end, 10);

			if (x != y)
				return x < y ? -1 : 1;
			a = a_end;
			b = b_end;
		} else if (*a == *b) {
			a++;
			b++;
		} else {
			return (unsigned char)*a - (unsigned char)*b;
		}
	}
	return 0;
}

/* --- judging --- */

struct judge {
	os_found_fn *found;
	void *ctx;
	enum pa_result worst;
	bool unknown;
};

static void judge_rule(struct judge *j, const struct os_rule *rule, bool known, bool broken,
		       const char *err_msg)
{
	enum verdict v = !known   ? VERDICT_UNKNOWN
			 : broken ? (enum verdict)rule->evaluation
				  : VERDICT_COMPLIANT;

	if (!known)
		j->unknown = true;
	else if (broken && rule->evaluation > j->worst)
		j->worst = rule->evaluation;
	j->found(j->ctx, rule, v, !known ? "not told by the endpoint" : broken ? err_msg : "");
}

static void judge_product(struct judge *j, const struct os_policy *p,
			  const struct os_seen *seen)
{
	const struct os_product_rule *match = NULL;
	char err_msg[600];

	if (!p->n_products)
		return;
	for (size_t i = 0; !match && i < p->n_products; i++)
		if (fnmatch(p->products[i].name, seen->product, 0) == 0)
			match = &p->products[i];
	(void)snprintf(err_msg, sizeof(err_msg), "%s is not a product of the policy",
		       seen->product);
	judge_rule(j, &p->product, seen->has_product, !match, err_msg);
	if (!match || !seen->has_product || !match->minimum[0])
		return;
	(void)snprintf(err_msg, sizeof(err_msg), "%s is older than %s", seen->version,
		       match->minimum);
	judge_rule(j, &match->rule, seen->has_version,
		   os_version_cmp(seen->version, match->minimum) < 0, err_msg);
}

static void judge_packages(struct judge *j, const struct os_policy *p,
			   const struct os_seen *seen)
{
	for (size_t i = 0; i < p->n_packages; i++) {
		const struct os_package_rule *rule = &p->packages[i];
		uint8_t wanted = rule->version[0] ? OS_PACKAGE_VERSION : OS_PACKAGE_THERE;
		bool there = seen->has_packages && seen->packages[i] & wanted;
		char err_msg[600];

		(void)snprintf(err_msg, sizeof(err_msg), "%s%s%s is %sinstalled", rule->name,
			       rule->version[0] ? " " : "", rule->version,
			       there ? "" : "not ");
		judge_rule(j, &rule->rule, seen->has_packages, there == rule->forbidden,
			   err_msg);
	}
}

enum pa_result os_policy_judge(const struct os_policy *p, const struct os_seen *seen,
			       os_found_fn *found, void *ctx)
{
	struct judge j = { found, ctx, PA_RESULT_COMPLIANT, !seen->has_product };
	char err_msg[200];

	judge_product(&j, p, seen);
	if (!p->forwarding_allowed)
		judge_rule(&j, &p->forwarding,
			   seen->has_forwarding && seen->forwarding != PA_FORWARDING_UNKNOWN,
			   seen->forwarding == PA_FORWARDING_ENABLED, "forwarding is enabled");
	if (!p->password_allowed)
		judge_rule(&j, &p->password, seen->has_password, seen->password,
			   "a factory default password is in use");
	if (p->ports_forbidden || p->ports_allowed) {
		(void)snprintf(err_msg, sizeof(err_msg), "open ports: %s", seen->ports);
		judge_rule(&j, &p->ports, seen->has_ports, seen->ports[0] != '\0', err_msg);
	}
	judge_packages(&j, p, seen);
	return j.worst == PA_RESULT_COMPLIANT && j.unknown ? PA_RESULT_UNKNOWN : j.worst;
}
