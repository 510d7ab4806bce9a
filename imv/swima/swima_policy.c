/* SPDX-License-Identifier: BSD-2-Clause */
#include "swima_policy.h"

#include "base/wr.h"

#include <fnmatch.h>
#include <stdlib.h>

/* Octets of software names that a finding lists before it says "...", and of each. */
#define POLICY_WHAT_MAX 512
#define POLICY_ENTRY_MAX 128
#define POLICY_NAME_MAX 1024
#define POLICY_RULE_MAX 64 /* octets of a rule's name */

cfg_opt_t policy_rule_opts[] = {
	CFG_STR_LIST("required", "{}", CFGF_NONE),
	CFG_STR_LIST("forbidden", "{}", CFGF_NONE),
	CFG_STR("failure", "major", CFGF_NONE),
	CFG_STR("remediation", "", CFGF_NONE),
	CFG_END(),
};

struct policy_rule {
	const char *name;
	const char **required, **forbidden;
	size_t n_required, n_forbidden;
	size_t first; /* of its required patterns in policy_state.found */
	enum pa_result failure;
	const char *remediation;
};

struct policy {
	struct policy_rule *rules;
	size_t n, n_required, n_patterns;
	enum imv_recommendation actions[PA_N_RESULT];
	enum pa_result silence;
};

/* Software that a finding is about. */
struct policy_what {
	struct wr text;
	bool any, full;
};

struct policy_state {
	const struct policy *policy;
	bool *found;               /* for each required pattern */
	struct policy_what *extra; /* for each rule: the forbidden software that is there */
};

struct rule_word {
	const char *word;
	int value;
};

static int policy_word(cfg_t *conf, const char *key, const struct rule_word *words,
		       const struct log *log)
{
	const char *v = cfg_getstr(conf, key);

	for (; words->word; words++)
		if (strcmp(words->word, v) == 0)
			return words->value;
	log_error(log, "setting not understood: %s=%s", key, v);
	return ST_ECONF;
}

static int policy_strings(cfg_t *conf, const char *key, const char ***list, size_t *n)
{
	*n = cfg_size(conf, key);
	if (!(*list = calloc(*n + 1, sizeof(**list))))
		return ST_ENOMEM;
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = cfg_getnstr(conf, key, (unsigned int)i);
	return 0;
}

/* It becomes part of a dotted word ("swima.no-telnet"). */
static bool policy_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789-_");

	return n > 0 && n <= POLICY_RULE_MAX && !name[n] && strcmp(name, "inventory") != 0;
}

static int policy_read_rule(cfg_t *conf, const struct log *log, struct policy *p,
			    struct policy_rule *r)
{
	static const struct rule_word words[] = { { "minor", PA_RESULT_MINOR },
						  { "major", PA_RESULT_SIGNIFICANT },
						  { 0 } };
	int failure = policy_word(conf, "failure", words, log), err;

	if (failure < 0)
		return failure;
	r->name = cfg_title(conf);
	if (!policy_name_ok(r->name)) {
		log_error(log, "rule name is not a word, or taken: rule=%s", r->name);
		return ST_ECONF;
	}
	r->failure = (enum pa_result)failure;
	r->remediation = cfg_getstr(conf, "remediation");
	if (!*r->remediation)
		r->remediation = NULL;
	err = policy_strings(conf, "required", &r->required, &r->n_required);
	if (!err)
		err = policy_strings(conf, "forbidden", &r->forbidden, &r->n_forbidden);
	if (err)
		return err;
	if (!r->n_required && !r->n_forbidden) {
		log_error(log, "rule without required or forbidden software: rule=%s",
			  r->name);
		return ST_ECONF;
	}
	r->first = p->n_required;
	p->n_required += r->n_required;
	p->n_patterns += r->n_required + r->n_forbidden;
	return 0;
}

static int policy_read_actions(cfg_t *conf, const struct log *log, struct policy *p)
{
	static const struct rule_word words[] = { { "allow", IMV_ALLOW },
						  { "isolate", IMV_ISOLATE },
						  { "deny", IMV_NO_ACCESS },
						  { "none", IMV_NO_RECOMMENDATION },
						  { 0 } };
	static const struct {
		const char *key;
		enum pa_result evaluation;
	} keys[] = {
		{ "on_compliant", PA_RESULT_COMPLIANT }, { "on_minor", PA_RESULT_MINOR },
		{ "on_major", PA_RESULT_SIGNIFICANT },   { "on_error", PA_RESULT_ERROR },
		{ "on_error", PA_RESULT_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		int action = policy_word(conf, keys[i].key, words, log);

		if (action < 0)
			return action;
		p->actions[keys[i].evaluation] = (enum imv_recommendation)action;
	}
	return 0;
}

static int policy_read_silence(cfg_t *conf, const struct log *log, struct policy *p)
{
	static const struct rule_word words[] = { { "error", PA_RESULT_ERROR },
						  { "minor", PA_RESULT_MINOR },
						  { "major", PA_RESULT_SIGNIFICANT },
						  { 0 } };
	int evaluation = policy_word(conf, "silence", words, log);

	if (evaluation < 0)
		return evaluation;
	p->silence = (enum pa_result)evaluation;
	return 0;
}

int policy_open(cfg_t *conf, const struct log *log, struct policy **out)
{
	struct policy *p = calloc(1, sizeof(*p));
	size_t n = cfg_size(conf, "rule");
	int err;

	if (!p)
		return ST_ENOMEM;
	err = policy_read_actions(conf, log, p);
	if (!err)
		err = policy_read_silence(conf, log, p);
	if (!err && !(p->rules = calloc(n + 1, sizeof(*p->rules))))
		err = ST_ENOMEM;
	while (!err && p->n < n) {
		err = policy_read_rule(cfg_getnsec(conf, "rule", (unsigned int)p->n), log, p,
				       &p->rules[p->n]);
		p->n++;
	}
	if (err) {
		policy_close(p);
		return err;
	}
	*out = p;
	return 0;
}

void policy_close(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->rules[i].required);
		free(p->rules[i].forbidden);
	}
	free(p->rules);
	free(p);
}

size_t policy_patterns(const struct policy *p)
{
	return p->n_patterns;
}

enum imv_recommendation policy_action(const struct policy *p, enum pa_result evaluation)
{
	return p->actions[evaluation];
}

enum pa_result policy_silence(const struct policy *p)
{
	return p->silence;
}

struct policy_state *policy_state_new(const struct policy *p)
{
	struct policy_state *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->policy = p;
	s->found = calloc(p->n_required + 1, sizeof(*s->found));
	s->extra = calloc(p->n + 1, sizeof(*s->extra));
	if (!s->found || !s->extra) {
		policy_state_free(s);
		return NULL;
	}
	return s;
}

void policy_state_reset(struct policy_state *s)
{
	memset(s->found, 0, s->policy->n_required * sizeof(*s->found));
	for (size_t i = 0; i < s->policy->n; i++) {
		wr_reset(&s->extra[i].text);
		s->extra[i].any = s->extra[i].full = false;
	}
}

void policy_state_free(struct policy_state *s)
{
	if (!s)
		return;
	for (size_t i = 0; s->extra && i < s->policy->n; i++)
		wr_reset(&s->extra[i].text);
	free(s->found);
	free(s->extra);
	free(s);
}

/* fnmatch wants strings; what does not fit or holds a NUL is nothing a pattern could mean. */
static bool policy_text(struct span s, char out[POLICY_NAME_MAX])
{
	if (!s.n || s.n >= POLICY_NAME_MAX || span_has_nul(s))
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static bool policy_match(const char *pattern, const char *identifier, const char *name)
{
	return (*identifier && fnmatch(pattern, identifier, 0) == 0) ||
	       (*name && fnmatch(pattern, name, 0) == 0);
}

/* At most max octets of s, whole characters. */
static struct span policy_cut(struct span s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && (s.p[max] & 0xc0) == 0x80)
		max--;
	return span_of(s.p, max);
}

/* Adds one software to a list for people. */
static void policy_list(struct policy_what *what, struct span identifier, struct span name,
			struct span version)
{
	struct wr *w = &what->text;

	if (what->full)
		return;
	what->any = true;
	if (w->len)
		wr_str(w, ", ");
	if (w->len > POLICY_WHAT_MAX) {
		what->full = true;
		wr_str(w, "...");
		return;
	}
	wr_bytes(w, policy_cut(name.n ? name : identifier, POLICY_ENTRY_MAX));
	if (name.n && version.n) {
		wr_u8(w, ' ');
		wr_bytes(w, policy_cut(version, POLICY_ENTRY_MAX));
	}
}

void policy_see(struct policy_state *s, struct span identifier, struct span name,
		struct span version)
{
	char id_text[POLICY_NAME_MAX] = "", name_text[POLICY_NAME_MAX] = "";

	if (!s->policy->n_patterns)
		return;
	(void)policy_text(identifier, id_text);
	(void)policy_text(name, name_text);
	for (size_t i = 0; i < s->policy->n; i++) {
		const struct policy_rule *r = &s->policy->rules[i];

		for (size_t k = 0; k < r->n_required; k++)
			if (!s->found[r->first + k])
				s->found[r->first + k] =
					policy_match(r->required[k], id_text, name_text);
		for (size_t k = 0; k < r->n_forbidden; k++)
			if (policy_match(r->forbidden[k], id_text, name_text)) {
				policy_list(&s->extra[i], identifier, name, version);
				break;
			}
	}
}

static void policy_lacking(const struct policy_state *s, const struct policy_rule *r,
			   struct policy_what *what)
{
	for (size_t k = 0; k < r->n_required; k++)
		if (!s->found[r->first + k])
			policy_list(what, span_str(r->required[k]), (struct span){ 0 },
				    (struct span){ 0 });
}

enum pa_result policy_judge(struct policy_state *s,
			    void (*tell)(void *ctx, const struct policy_finding *f), void *ctx)
{
	enum pa_result worst = PA_RESULT_COMPLIANT;

	for (size_t i = 0; i < s->policy->n; i++) {
		const struct policy_rule *r = &s->policy->rules[i];
		struct policy_finding f = { .rule = r->name, .remediation = r->remediation };
		struct policy_what lacking = { 0 }, *what = &s->extra[i];

		policy_lacking(s, r, &lacking);
		f.lacking = lacking.any;
		if (lacking.any)
			what = &lacking;
		f.what = wr_span(&what->text);
		if (what->any)
			f.evaluation = r->failure;
		if (f.evaluation > worst)
			worst = f.evaluation;
		tell(ctx, &f);
		wr_reset(&lacking.text);
	}
	return worst;
}
