/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator wants of an operating system, and how well one fits. Pure: what was
 * seen goes in, findings come out. */
#ifndef STANCE_IMV_OS_POLICY_H
#define STANCE_IMV_OS_POLICY_H

#include "base/arena.h"
#include "kit/imv.h"

/* What a collector can be asked for. */
struct os_topic {
	const char *name; /* in the configuration */
	uint32_t type;    /* attribute */
	bool firewall;    /* asked for under that subtype */
};

#define OS_N_TOPICS 8
extern const struct os_topic os_topics[OS_N_TOPICS];

/* The bit of a set of topics that stands for the attribute `type`; 0 for others. */
unsigned os_topic_bit(uint32_t type);

/* What a rule has in common with every other. */
struct os_rule {
	const char *id;            /* "os.forwarding" */
	enum pa_result evaluation; /* of an endpoint that breaks it */
	const char *uri;           /* where help is, or "" */
	struct kit_text *texts;    /* what the user should do */
	size_t n_texts;
};

struct os_product_rule {
	struct os_rule rule;
	const char *name;    /* glob */
	const char *minimum; /* version, or "" */
};

struct os_package_rule {
	struct os_rule rule;
	const char *name;
	const char *version; /* the only one that counts, or "" */
	bool forbidden;      /* else required */
};

struct os_policy {
	struct arena arena;
	unsigned request; /* set of topics to ask for: those listed, those that rules need */
	enum imv_recommendation recommend[PA_N_RESULT];
	struct kit_text *reason;
	size_t n_reason;

	struct os_rule product; /* which one it is: only when products are listed */
	struct os_product_rule *products;
	size_t n_products;
	struct os_rule forwarding;
	bool forwarding_allowed;
	struct os_rule password;
	bool password_allowed;
	struct os_rule ports;
	uint8_t *ports_forbidden,
		*ports_allowed; /* bit sets, TCP then UDP; NULL: no such list */
	struct os_package_rule *packages;
	size_t n_packages;
};

/* The libConfuse table. */
extern cfg_opt_t os_policy_opts[];

/* Reads what was parsed with that table; borrows it. ST_ENOMEM. Free either way. */
int os_policy_read(struct os_policy *p, cfg_t *cfg);
void os_policy_free(struct os_policy *p);

/* What a collector has told, as far as it matters for a policy. */
struct os_seen {
	bool has_product, has_version, has_forwarding, has_password, has_ports, has_packages;
	char product[256], version[256]; /* version: "12.11" */
	enum pa_forwarding forwarding;
	bool password;
	char ports[160];   /* those that the policy does not want: "tcp/23 udp/69" */
	uint8_t *packages; /* one for each of policy->packages: enum below */
};

enum { OS_PACKAGE_THERE = 1, OS_PACKAGE_VERSION = 2 };

/* Takes note of one entry of a Port Filter, one of Installed Packages. seen->packages has
 * n_packages octets. */
void os_policy_port(const struct os_policy *p, struct os_seen *seen,
		    const struct pa_port *port);
void os_policy_package(const struct os_policy *p, struct os_seen *seen,
		       const struct pa_package *package);

/* Tells found() about each rule that applies: how it came out, and why. Returns the overall
 * evaluation: the worst, PA_RESULT_UNKNOWN when something was not told and nothing is
 * wrong. */
typedef void os_found_fn(void *ctx, const struct os_rule *rule, enum verdict v,
			 const char *err_msg);
enum pa_result os_policy_judge(const struct os_policy *p, const struct os_seen *seen,
			       os_found_fn *found, void *ctx);

/* Versions as people write them, number by number: negative, 0 or positive like strcmp.
 * "12.5" < "12.11"; what is not a number compares as text. */
int os_version_cmp(const char *a, const char *b);

#endif
