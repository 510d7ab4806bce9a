/* SPDX-License-Identifier: BSD-2-Clause */
/* The administrator's rules about software: what has to be installed and what may not be. */
#ifndef STANCE_IMV_SWIMA_POLICY_H
#define STANCE_IMV_SWIMA_POLICY_H

#include "base/conf.h"
#include "base/log.h"
#include "kit/imv.h"

/* The part of the module's settings that this file reads:
 *	CFG_SEC("rule", policy_rule_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)
 * and the keys on_compliant, on_minor, on_major, on_error, silence. */
extern cfg_opt_t policy_rule_opts[];

struct policy;

/* Reads the rules; borrows conf's strings until close. ST_ECONF: a setting is not understood,
 * the log says which. */
int policy_open(cfg_t *conf, const struct log *log, struct policy **p);
void policy_close(struct policy *p);

/* Patterns there are: 0, and nobody has to look at names. */
size_t policy_patterns(const struct policy *p);

/* What follows from an evaluation. */
enum imv_recommendation policy_action(const struct policy *p, enum pa_result evaluation);

/* What it means that no collector speaks where an inventory is known. */
enum pa_result policy_silence(const struct policy *p);

/* What the rules have seen of one endpoint in one assessment. */
struct policy_state;

struct policy_state *policy_state_new(const struct policy *p); /* NULL: out of memory */
void policy_state_reset(struct policy_state *s);
void policy_state_free(struct policy_state *s);

/* This software is installed; once for each. Name and version are empty when not known. */
void policy_see(struct policy_state *s, struct span identifier, struct span name,
		struct span version);

/* What a rule came to. */
struct policy_finding {
	const char *rule; /* its title */
	enum pa_result evaluation;
	bool lacking;     /* something required is not there; else something is too much */
	struct span what; /* which software, for people; empty when compliant */
	const char *remediation; /* NULL: none said */
};

/* Tells each rule's finding and returns the worst evaluation. */
enum pa_result policy_judge(struct policy_state *s,
			    void (*tell)(void *ctx, const struct policy_finding *f),
			    void *ctx);

#endif
