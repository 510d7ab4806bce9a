/* SPDX-License-Identifier: BSD-2-Clause */
/* The operating system collector. Sends the attributes that the configuration lists when an
 * assessment starts, and on request all that it does not forbid. */
#include "kit/imc.h"
#include "os_product.h"
#include "os_state.h"
#include "base/clock.h"
#include "os_facts.h"
#include "os_packages.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

enum os_topic { TOPIC_OS = 1, TOPIC_FIREWALL = 2 };

static const struct kit_type firewall = { PEN_IETF, PA_SUBTYPE_FIREWALL };

/* State of the module, shared by all connections. */
struct os {
	const char *root;
	unsigned send, forbid; /* sets of rows of os_attrs */
	const char **pairs;
	size_t n_pairs;
	struct os_packages *packages;
	struct stat shadow; /* state of the password file when opens was determined */
	int opens;
};

/* --- one function per attribute: appends its value to w, or returns ST_ENOENT: unknown --- */

static int write_product(struct imc *imc, struct os *os, struct wr *w)
{
	bool fw = imc_subtype(imc).subtype == PA_SUBTYPE_FIREWALL;
	struct pa_product out = { 0 };
	struct os_product p;

	os_product_read(os->root, &p);
	out.vendor = fw ? 0 : p.vendor;
	out.name = fw ? span_str("Linux netfilter") : span_str(p.name);
	return pa_product_encode(w, &out);
}

static int write_numeric(struct imc *imc, struct os *os, struct wr *w)
{
	struct pa_numeric_version v = { 0 };
	struct os_product p;

	(void)imc;
	os_product_read(os->root, &p);
	v.major = p.major;
	v.minor = p.minor;
	return pa_numeric_version_encode(w, &v);
}

/* Version "12.11 x86_64" and, as build, the running kernel. For the firewall: the kernel. */
static int write_string(struct imc *imc, struct os *os, struct wr *w)
{
	bool fw = imc_subtype(imc).subtype == PA_SUBTYPE_FIREWALL;
	struct pa_string_version v = { 0 };
	char text[OS_STRING_MAX + 1];
	struct os_product p;

	os_product_read(os->root, &p);
	(void)snprintf(text, sizeof(text), "%s%s%s", p.version, p.version[0] ? " " : "",
		       p.arch);
	v.version = fw ? span_str(p.kernel) : span_str(text);
	v.build = fw ? (struct span){ 0 } : span_str(p.kernel);
	return pa_string_version_encode(w, &v);
}

static int write_status(struct imc *imc, struct os *os, struct wr *w)
{
	int64_t boot = os_boot_time(os->root);
	struct pa_op_status s = { PA_STATUS_OPERATIONAL, PA_LAST_SUCCESS, { 0 } };
	char when[CLOCK_TEXT];

	(void)imc;
	clock_format_sec(boot * CLOCK_SEC, when);
	s.last_use = boot ? span_str(when) : span_str(PA_TIME_UNKNOWN);
	return pa_op_status_encode(w, &s);
}

static int write_ports(struct imc *imc, struct os *os, struct wr *w)
{
	struct os_ports *ports = malloc(sizeof(*ports));
	struct pa_port out = { 0 };
	size_t start = w->len;

	(void)imc;
	if (!ports)
		return ST_ENOMEM;
	if (!os_ports_read(os->root, ports))
		memset(ports, 0, sizeof(*ports));
	for (unsigned i = 0; i < 2 * 65536; i++) {
		out.protocol = i < 65536 ? PROTOCOL_TCP : PROTOCOL_UDP;
		out.port = (uint16_t)i;
		if (os_port_is(i < 65536 ? ports->tcp : ports->udp, out.port))
			pa_port_encode(w, &out);
	}
	free(ports);
	if (w->err)
		return w->err;
	return w->len > start ? 0 : ST_ENOENT; /* the attribute has at least one entry */
}

static int write_packages(struct imc *imc, struct os *os, struct wr *w)
{
	(void)imc;
	return os_packages_write(os->packages, w);
}

static int write_forwarding(struct imc *imc, struct os *os, struct wr *w)
{
	int on = os_forwarding(os->root);

	(void)imc;
	return pa_forwarding_encode(w, on < 0 ? PA_FORWARDING_UNKNOWN
				       : on   ? PA_FORWARDING_ENABLED
					      : PA_FORWARDING_DISABLED);
}

/* Cached until the password file changes, because crypt(3) is slow. */
static int os_password_known(struct os *os)
{
	char path[PATH_MAX];
	struct stat st = { 0 };

	(void)snprintf(path, sizeof(path), "%s/etc/shadow", os->root);
	(void)stat(path, &st);
	if (os->shadow.st_ino != st.st_ino || os->shadow.st_size != st.st_size ||
	    os->shadow.st_mtim.tv_sec != st.st_mtim.tv_sec ||
	    os->shadow.st_mtim.tv_nsec != st.st_mtim.tv_nsec || os->opens < 0) {
		os->opens = os_password_check(os->root, os->pairs, os->n_pairs);
		os->shadow = st;
	}
	return os->opens;
}

static int write_password(struct imc *imc, struct os *os, struct wr *w)
{
	int opens = os_password_known(os);

	(void)imc;
	return opens < 0 ? ST_ENOENT : pa_default_password_encode(w, opens);
}

/* --- sending --- */

/* clang-format off */
static const struct os_attr {
	const char *name; /* in the configuration */
	uint32_t type;
	unsigned topics;  /* components that have the attribute */
	int (*write)(struct imc *imc, struct os *os, struct wr *w);
} os_attrs[] = {
	{ "product",            PA_PRODUCT_INFO,     TOPIC_OS | TOPIC_FIREWALL, write_product },
	{ "numeric-version",    PA_NUMERIC_VERSION,  TOPIC_OS,                  write_numeric },
	{ "string-version",     PA_STRING_VERSION,   TOPIC_OS | TOPIC_FIREWALL, write_string },
	{ "operational-status", PA_OP_STATUS,        TOPIC_OS,                  write_status },
	{ "port-filter",        PA_PORT_FILTER,      TOPIC_FIREWALL,            write_ports },
	{ "installed-packages", PA_PACKAGES,         TOPIC_OS,                  write_packages },
	{ "forwarding",         PA_FORWARDING,       TOPIC_OS,                  write_forwarding },
	{ "default-password",   PA_DEFAULT_PASSWORD, TOPIC_OS,                  write_password },
};
/* clang-format on */
#define N_ATTRS (sizeof(os_attrs) / sizeof(os_attrs[0]))

static void os_send(struct imc *imc, struct os *os, const struct os_attr *row)
{
	struct wr *w = imc_attr(imc);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, row->type);
	int err = row->write(imc, os, w);

	pa_attr_end(w, begin);
	if (!err)
		err = imc_send(imc);
	if (err && err != ST_ENOENT)
		log_warn(imc_log(imc), "attribute not sent: attribute=%s error=\"%s\"",
			 row->name, st_strerror(err));
}

/* Sends the rows in set that belong to the present subtype and are not forbidden. */
static void os_send_all(struct imc *imc, unsigned set)
{
	struct os *os = imc_module(imc)->state;
	unsigned topic =
		imc_subtype(imc).subtype == PA_SUBTYPE_FIREWALL ? TOPIC_FIREWALL : TOPIC_OS;

	for (size_t i = 0; i < N_ATTRS; i++)
		if ((set & ~os->forbid) >> i & 1 && os_attrs[i].topics & topic)
			os_send(imc, os, &os_attrs[i]);
}

static int os_begin(struct imc *imc, void *session)
{
	struct os *os = imc_module(imc)->state;
	unsigned firewall_set = 0;

	(void)session;
	os_send_all(imc, os->send);
	/* for the firewall only if `send` has an attribute that no other component has */
	for (size_t i = 0; i < N_ATTRS; i++)
		if (os->send >> i & 1 && os_attrs[i].topics == TOPIC_FIREWALL)
			firewall_set = os->send;
	imc_set_subtype(imc, firewall);
	os_send_all(imc, firewall_set);
	return 0;
}

static int on_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct pa_ref_list list;
	struct pa_ref ref;
	unsigned requested = 0;
	int err = pa_ref_list_begin(&list, a);

	(void)session;
	while (err >= 0 && (err = pa_ref_next(&list, &ref)) > 0)
		for (size_t i = 0; i < N_ATTRS; i++)
			if (ref.vendor == PEN_IETF && ref.type == os_attrs[i].type)
				requested |= 1u << i;
	if (err < 0)
		return imc_invalid(imc, a, list.rd.err_at);
	os_send_all(imc, requested);
	return 0;
}

static int on_result(struct imc *imc, void *session, const struct pa_attr *a)
{
	static const char *const words[PA_N_RESULT] = { "compliant", "minor differences",
							"significant differences", "error",
							"unknown" };
	enum pa_result result;
	struct rd r = a->value;
	int err = pa_result_decode(&r, &result);

	(void)session;
	if (err < 0 || imc_subtype(imc).subtype != PA_SUBTYPE_OS)
		return err;
	return imc_note(imc, "assessment result: %s", words[result]);
}

static int on_remediation(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct pa_remediation m;
	struct rd r = a->value;
	int err = pa_remediation_decode(&r, &m);

	(void)session;
	if (err < 0 || m.vendor != PEN_IETF)
		return err;
	return imc_note(imc, "remediation: %.*s", (int)(m.text.n < 400 ? m.text.n : 400),
			m.text.n ? (const char *)m.text.p : "");
}

static const struct imc_handler os_handlers[] = {
	{ PEN_IETF, PA_ATTR_REQUEST, on_request },
	{ PEN_IETF, PA_RESULT, on_result },
	{ PEN_IETF, PA_REMEDIATION, on_remediation },
	{ 0, 0, NULL },
};

/* --- settings --- */

static int os_attr_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	for (size_t i = 0; i < N_ATTRS; i++) {
		if (strcmp(os_attrs[i].name, value) == 0) {
			*(long *)result = (long)i;
			return 0;
		}
	}
	cfg_error(cfg, "%s: unknown attribute '%s'", opt->name, value);
	return -1;
}

static int os_pair_cb(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	if (!strchr(value, ':')) {
		cfg_error(cfg, "%s: entries must have the form user:password", opt->name);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

static cfg_opt_t os_conf[] = {
	CFG_STR("root", "/", CFGF_NONE),
	CFG_INT_LIST_CB("send",
			"{product, numeric-version, string-version, operational-status, "
			"forwarding, default-password}",
			CFGF_NONE, os_attr_cb),
	CFG_INT_LIST_CB("forbid", "{}", CFGF_NONE, os_attr_cb),
	CFG_STR_LIST_CB("default_passwords", "{}", CFGF_NONE, os_pair_cb),
	CFG_END(),
};

static unsigned os_conf_set(cfg_t *cfg, const char *key)
{
	unsigned set = 0;

	for (unsigned i = 0; i < cfg_size(cfg, key); i++)
		set |= 1u << cfg_getnint(cfg, key, i);
	return set;
}

static int os_load(struct kit_module *m)
{
	struct os *os = m->state = calloc(1, sizeof(*os));

	if (!os)
		return ST_ENOMEM;
	os->root = cfg_getstr(m->conf, "root");
	os->packages = os_packages_open(os->root, &m->log);
	os->send = os_conf_set(m->conf, "send");
	os->forbid = os_conf_set(m->conf, "forbid");
	os->opens = -1;
	os->n_pairs = cfg_size(m->conf, "default_passwords");
	os->pairs = calloc(os->n_pairs + 1, sizeof(*os->pairs));
	for (unsigned i = 0; os->pairs && i < os->n_pairs; i++)
		os->pairs[i] = cfg_getnstr(m->conf, "default_passwords", i);
	return os->pairs && os->packages ? 0 : ST_ENOMEM;
}

static void os_unload(struct kit_module *m)
{
	struct os *os = m->state;

	if (!os)
		return;
	os_packages_close(os->packages);
	free(os->pairs);
	free(os);
}

const struct imc_desc imc_desc = {
	.abi = IMC_ABI,
	.size = sizeof(struct imc_desc),
	.name = "os",
	.subtype = { PEN_IETF, PA_SUBTYPE_OS },
	.also = &firewall,
	.n_also = 1,
	.conf = os_conf,
	.handlers = os_handlers,
	.load = os_load,
	.unload = os_unload,
	.begin = os_begin,
};
