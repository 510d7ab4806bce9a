/* SPDX-License-Identifier: BSD-2-Clause */
/* The operating system validator: asks for what it lacks, keeps the facts, judges them by the
 * policy, and tells the endpoint what to do about it. */
#include "os_policy.h"

#include <stdio.h>
#include <stdlib.h>

static const struct kit_type firewall = { PEN_IETF, PA_SUBTYPE_FIREWALL };

/* Ports of one endpoint that are kept as facts, however many Port Filters it sends. */
#define PORT_FACTS_MAX 1024

struct os_session {
	unsigned have, asked; /* sets of topics */
	unsigned ports;       /* that came in this assessment */
	bool silence_told;    /* on this connection */
	struct os_seen seen;
	char version[256]; /* String Version as it came: "12.11 x86_64" */
};

/* The attribute describes the operating system, not the firewall. */
static bool about_os(struct imv *imv)
{
	return imv_subtype(imv).subtype == PA_SUBTYPE_OS;
}

static void copy(char *to, size_t cap, struct span s)
{
	size_t n = s.n < cap ? s.n : cap - 1;

	if (n)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

static int fact_number(struct imv *imv, const char *name, uint32_t v)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", v);
	return imv_fact(imv, name, span_str(text));
}

/* --- one handler for each attribute --- */

static int on_product(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct os_session *s = session;
	struct rd r = a->value;
	struct pa_product p;
	int err = pa_product_decode(&r, &p);

	if (err < 0 || !about_os(imv))
		return err;
	s->have |= os_topic_bit(a->type);
	s->seen.has_product = true;
	copy(s->seen.product, sizeof(s->seen.product), p.name);
	(void)fact_number(imv, "os.vendor", p.vendor);
	return imv_fact(imv, "os.product", p.name);
}

static int on_numeric(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct os_session *s = session;
	struct pa_numeric_version v;
	struct rd r = a->value;
	int err = pa_numeric_version_decode(&r, &v);

	if (err < 0 || !about_os(imv))
		return err;
	s->have |= os_topic_bit(a->type);
	if (s->seen.has_version) /* the string says more */
		return 0;
	s->seen.has_version = true;
	(void)snprintf(s->seen.version, sizeof(s->seen.version), "%u.%u", v.major, v.minor);
	return imv_fact(imv, "os.version", span_str(s->seen.version));
}

/* "12.11 x86_64": the version, then perhaps the architecture. */
static int on_string(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct os_session *s = session;
	struct pa_string_version v;
	struct rd r = a->value;
	int err = pa_string_version_decode(&r, &v);
	char *arch;

	if (err < 0 || !about_os(imv))
		return err;
	s->have |= os_topic_bit(a->type);
	copy(s->version, sizeof(s->version), v.version);
	(void)imv_fact(imv, "os.version.string", v.version);
	if (v.build.n)
		(void)imv_fact(imv, "os.kernel", v.build);
	copy(s->seen.version, sizeof(s->seen.version), v.version);
	if ((arch = strchr(s->seen.version, ' '))) {
		*arch++ = '\0';
		(void)imv_fact(imv, "os.arch", span_str(arch));
	}
	s->seen.has_version = s->seen.version[0] != '\0';
	return s->seen.has_version ? imv_fact(imv, "os.version", span_str(s->seen.version))
				   : 0;
}

static int on_status(struct imv *imv, void *session, const struct pa_attr *a)
{
	static const char *const words[PA_N_STATUS] = { "unknown", "not installed",
							"not operational", "operational" };
	struct os_session *s = session;
	struct pa_op_status st;
	struct rd r = a->value;
	int err = pa_op_status_decode(&r, &st);

	if (err < 0 || !about_os(imv))
		return err;
	s->have |= os_topic_bit(a->type);
	(void)imv_fact(imv, "os.status", span_str(words[st.status]));
	if (span_eq(st.last_use, span_str(PA_TIME_UNKNOWN)))
		return 0;
	return imv_fact(imv, "os.last_use", st.last_use);
}

static int on_forwarding(struct imv *imv, void *session, const struct pa_attr *a)
{
	static const char *const words[PA_N_FORWARDING] = { "disabled", "enabled", "unknown" };
	struct os_session *s = session;
	struct rd r = a->value;
	int err = pa_forwarding_decode(&r, &s->seen.forwarding);

	if (err < 0)
		return err;
	s->have |= os_topic_bit(a->type);
	s->seen.has_forwarding = true;
	return imv_fact(imv, "os.forwarding", span_str(words[s->seen.forwarding]));
}

static int on_password(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct os_session *s = session;
	struct rd r = a->value;
	int err = pa_default_password_decode(&r, &s->seen.password);

	if (err < 0)
		return err;
	s->have |= os_topic_bit(a->type);
	s->seen.has_password = true;
	return imv_fact(imv, "os.default_password", span_str(s->seen.password ? "yes" : "no"));
}

static void port_fact(struct imv *imv, const struct pa_port *p)
{
	char name[64];

	if (p->protocol == 6 || p->protocol == 17)
		(void)snprintf(name, sizeof(name), "os.port.%s/%u",
			       p->protocol == 6 ? "tcp" : "udp", p->port);
	else
		(void)snprintf(name, sizeof(name), "os.port.%u/%u", p->protocol, p->port);
	(void)imv_fact(imv, name, span_str(p->blocked ? "blocked" : "allowed"));
}

static int on_ports(struct imv *imv, void *session, const struct pa_attr *a)
{
	const struct os_policy *policy = imv_module(imv)->state;
	struct os_session *s = session;
	struct pa_port_list list;
	struct pa_port p;
	bool fitted = s->ports <= PORT_FACTS_MAX;
	int err = pa_port_list_begin(&list, a);

	s->seen.ports[0] = '\0';
	while (err >= 0 && (err = pa_port_next(&list, &p)) > 0) {
		os_policy_port(policy, &s->seen, &p);
		if (s->ports++ < PORT_FACTS_MAX)
			port_fact(imv, &p);
	}
	if (err < 0)
		return err;
	if (fitted && s->ports > PORT_FACTS_MAX)
		log_warn(imv_log(imv), "%u ports, only %u kept as facts", s->ports,
			 PORT_FACTS_MAX);
	s->have |= os_topic_bit(a->type);
	s->seen.has_ports = true;
	return imv_report(imv) ? report_facts_end(imv_report(imv), "os.port.") : 0;
}

static int on_packages(struct imv *imv, void *session, const struct pa_attr *a)
{
	const struct os_policy *policy = imv_module(imv)->state;
	struct os_session *s = session;
	struct pa_package_list list;
	struct pa_package p;
	int err = pa_package_list_begin(&list, a);

	while (err >= 0 && (err = pa_package_next(&list, &p)) > 0)
		os_policy_package(policy, &s->seen, &p);
	if (err < 0)
		return err;
	s->have |= os_topic_bit(a->type);
	s->seen.has_packages = true;
	return imv_note(imv, "installed packages: %u", list.count);
}

static const struct imv_handler os_handlers[] = {
	{ PEN_IETF, PA_PRODUCT_INFO, on_product },
	{ PEN_IETF, PA_NUMERIC_VERSION, on_numeric },
	{ PEN_IETF, PA_STRING_VERSION, on_string },
	{ PEN_IETF, PA_OP_STATUS, on_status },
	{ PEN_IETF, PA_PORT_FILTER, on_ports },
	{ PEN_IETF, PA_PACKAGES, on_packages },
	{ PEN_IETF, PA_FORWARDING, on_forwarding },
	{ PEN_IETF, PA_DEFAULT_PASSWORD, on_password },
	{ 0, 0, NULL },
};

/* --- an assessment --- */

static int os_open(struct imv *imv, void *session)
{
	const struct os_policy *policy = imv_module(imv)->state;
	struct os_session *s = session;

	s->seen.packages = calloc(policy->n_packages + 1, 1);
	return s->seen.packages ? 0 : ST_ENOMEM;
}

static int os_renew(struct imv *imv, void *session)
{
	struct os_session *s = session;
	uint8_t *old = s->seen.packages;
	int err = os_open(imv, session);

	if (err)
		s->seen.packages = old;
	else
		free(old);
	return err;
}

static void os_end(struct imv *imv, void *session)
{
	struct os_session *s = session;

	(void)imv;
	free(s->seen.packages);
}

static int os_begin(struct imv *imv, void *session)
{
	const struct os_policy *policy = imv_module(imv)->state;
	struct os_session *s = session;
	const struct os_session was = *s;

	memset(was.seen.packages, 0, policy->n_packages);
	*s = (struct os_session){ .silence_told = was.silence_told };
	s->seen.packages = was.seen.packages;
	return 0;
}

/* Asks for the topics in `set` that are the firewall's, or those that are not. */
static int os_ask(struct imv *imv, unsigned set, bool about_firewall)
{
	struct pa_ref refs[OS_N_TOPICS];
	size_t n = 0;

	for (size_t i = 0; i < OS_N_TOPICS; i++)
		if (set >> i & 1 && os_topics[i].firewall == about_firewall)
			refs[n++] = (struct pa_ref){ PEN_IETF, os_topics[i].type };
	return n ? imv_request(imv, refs, n) : 0;
}

static int os_ending(struct imv *imv, void *session)
{
	const struct os_policy *policy = imv_module(imv)->state;
	struct os_session *s = session;
	unsigned missing = policy->request & ~s->have & ~s->asked;
	int err = os_ask(imv, missing, false);

	imv_set_subtype(imv, firewall);
	s->asked |= missing;
	return err ? err : os_ask(imv, missing, true);
}

static void os_found(void *ctx, const struct os_rule *rule, enum verdict v,
		     const char *err_msg)
{
	struct imv *imv = ctx;

	(void)imv_result(imv, rule->id, v, span_str(err_msg));
	if (v != VERDICT_MINOR && v != VERDICT_MAJOR)
		return;
	log_info(imv_log(imv), "rule=%s verdict=%s reason=\"%s\"", rule->id,
		 v == VERDICT_MINOR ? "minor" : "major", err_msg);
	if (rule->n_texts)
		(void)imv_remedy_text(imv, rule->texts, rule->n_texts);
	if (rule->uri[0])
		(void)imv_remedy_uri(imv, rule->uri);
}

static void os_platform(struct imv *imv, const struct os_session *s)
{
	char text[600];

	if (!s->seen.has_product)
		return;
	(void)snprintf(text, sizeof(text), "%s%s%s", s->seen.product,
		       s->version[0] || s->seen.has_version ? " " : "",
		       s->version[0] ? s->version : s->seen.version);
	(void)imv_fact(imv, FACT_PLATFORM, span_str(text));
}

/* It told of its operating system once, and this connection does not: what is known is old.
 * Said once a connection. */
static void os_silence(struct imv *imv, struct os_session *s)
{
	struct report *r = imv_report(imv);
	char platform[8];

	if (s->have || s->silence_told || !r ||
	    imv_known_fact(imv, FACT_PLATFORM, platform, sizeof(platform)) < 0)
		return;
	s->silence_told = true;
	(void)report_notice(r, "os.silent",
			    span_str("no collector speaks of the operating system any more"));
}

static int os_decide(struct imv *imv, void *session)
{
	const struct os_policy *policy = imv_module(imv)->state;
	struct os_session *s = session;
	enum pa_result result;

	os_platform(imv, s);
	os_silence(imv, s);
	result = os_policy_judge(policy, &s->seen, os_found, imv);
	if (imv_report(imv))
		(void)report_results_end(imv_report(imv), "os.");
	if (result == PA_RESULT_MINOR || result == PA_RESULT_SIGNIFICANT)
		imv_reason(imv, policy->reason, policy->n_reason);
	imv_recommend(imv, policy->recommend[result], result);
	return 0;
}

/* --- settings --- */

static int os_load(struct kit_module *m)
{
	struct os_policy *policy = m->state = calloc(1, sizeof(*policy));

	return policy ? os_policy_read(policy, m->conf) : ST_ENOMEM;
}

static void os_unload(struct kit_module *m)
{
	struct os_policy *policy = m->state;

	if (policy)
		os_policy_free(policy);
	free(policy);
}

const struct imv_desc imv_desc = {
	.abi = IMV_ABI,
	.size = sizeof(struct imv_desc),
	.name = "os",
	.subtype = { PEN_IETF, PA_SUBTYPE_OS },
	.also = &firewall,
	.n_also = 1,
	.session_size = sizeof(struct os_session),
	.conf = os_policy_opts,
	.handlers = os_handlers,
	.load = os_load,
	.unload = os_unload,
	.open = os_open,
	.end = os_end,
	.begin = os_begin,
	.ending = os_ending,
	.decide = os_decide,
	.segments = true, /* a long list of packages */
	.renew = os_renew,
};
