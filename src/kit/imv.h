/* SPDX-License-Identifier: BSD-2-Clause */
/* What a validator (IMV) is made of: one const descriptor called imv_desc, and the functions it
 * names. The kit, linked into the module, is everything else: the TNC_IMV_ entry points and
 * binding, PA-TNC framing, checks and error answers, segmentation in both directions, one
 * session for each connection, the endpoint's identity, the report to the posture, settings,
 * log.
 *
 * The functions of the descriptor are called by the host's threads: one at a time for one
 * connection, at the same time for different ones. None may wait. Except where it says
 * otherwise, the services below are for use inside them, with the `imv` they were given; it is
 * good until `end`.
 *
 * Link: in the tree $(IMV_LIBS); elsewhere the flags of `pkg-config stance-imv`.
 *
 * Functions that return int: 0, or ST_E... */
#ifndef STANCE_KIT_IMV_H
#define STANCE_KIT_IMV_H

#include "base/api.h"
#include "kit/kit.h"
#include "posture/identity.h"
#include "posture/posture.h"
#include "posture/report.h"
#include "kit/imv_report.h"

ST_LOCAL_BEGIN

#define IMV_ABI (1u << 16 | 0) /* major << 16 | minor */

struct imv; /* one connection, as the module sees it */

/* Handles one attribute: known to come from a collector, well-formed (if it is in the table of
 * pa_attr.h), whole if it came in segments. Borrowed until return. A negative result ends the
 * handling of this message and is logged; ST_EVALUE and the other decoding errors of a value
 * that the kit could not check are also answered with Invalid Parameter at the start of the
 * value (imv_invalid says a better place).
 *
 * A row for PA_ERROR is told what a collector complained about; the kit has logged it. */
struct imv_handler {
	uint32_t vendor, type;
	int (*fn)(struct imv *imv, void *session, const struct pa_attr *a);
};

/* What to do with the endpoint; the numbers are those of the binding. The evaluation is an enum
 * pa_result, whose numbers are the same in PA-TNC, PB-TNC and the binding. */
enum imv_recommendation {
	IMV_ALLOW = 0,
	IMV_NO_ACCESS = 1,
	IMV_ISOLATE = 2,
	IMV_NO_RECOMMENDATION = 3
};

struct imv_desc {
	uint32_t abi;                /* IMV_ABI */
	size_t size;                 /* sizeof(struct imv_desc) */
	const char *name;            /* "os": the settings are imv-os.conf */
	struct kit_type subtype;     /* messages it speaks and listens to */
	const struct kit_type *also; /* more of them, or NULL */
	size_t n_also;
	size_t session_size; /* zeroed, one for each connection */
	cfg_opt_t *conf;     /* libConfuse table, or NULL */
	const struct conf_range *ranges;
	const struct imv_handler *handlers; /* ends with a row whose fn is NULL */

	/* Once a process: settings are in m->conf. A failure is logged by the module and makes
	 * the host drop it. May start threads; unload ends them. All four may be NULL. */
	int (*load)(struct kit_module *m);
	void (*unload)(struct kit_module *m); /* also after a failed load */
	/* A connection is there or gone; nothing can be sent. The session is all zero before
	 * the first and freed after the second. */
	int (*open)(struct imv *imv, void *session);
	void (*end)(struct imv *imv, void *session);

	/* An assessment starts (also a repeated one on the same connection, with the session as
	 * it was: reset what belongs to one assessment). What is sent here waits for the first
	 * batch from the endpoint and goes out with the answer to it. */
	int (*begin)(struct imv *imv, void *session);

	/* All messages of a batch are handled: ask for what is still missing. Or NULL. */
	int (*ending)(struct imv *imv, void *session);

	/* Everything is there: evaluation and recommendation (imv_recommend), once for each
	 * assessment. The kit calls it after the first batch after which the module sends
	 * nothing and waits for no segment, and at the latest when the host asks. What it sends
	 * goes out with the result. NULL, or no imv_recommend: no recommendation. */
	int (*decide)(struct imv *imv, void *session);

	/* Long attributes for this validator may come in segments: the kit proposes a contract
	 * with the first message. */
	bool segments;

	/* This validator never sends PA-TNC errors (RFC 8412, 3.9); the kit logs them. */
	bool no_errors;

	/* An assessment is about to begin, and the settings are others than in the last one:
	 * imv_module is the new module state already, the old one is there until this returns.
	 * Makes again what the session made from it. A failure leaves the session as it was:
	 * it goes by the old settings once more. NULL: a connection keeps the settings that it
	 * began with. load and unload are called once for each version of the settings, load
	 * also while others are still in use. */
	int (*renew)(struct imv *imv, void *session);
};

extern const struct imv_desc imv_desc;

/* --- sending --- */

/* The writer for one attribute, empty. Write it with its header (pa_attr_begin ... pa_attr_end,
 * or an encoder that does both), then imv_send. w->max is the largest attribute that this
 * collector and this connection can take, so that w->err says ST_ELIMIT. */
struct wr *imv_attr(struct imv *imv);

/* Sends what was written, in the order of the calls. All of it becomes one message of the
 * subtype in use (imv_set_subtype) when the batch ends: from a handler to the collector whose
 * message is being handled and to nobody else, otherwise to all. What is too long for the
 * connection goes in segments if the collector can take them. On error (also those of the
 * writer) nothing was sent: ST_ELIMIT too long, ST_EBUSY too many long ones under way,
 * ST_ESTATE not a moment to send. */
int imv_send(struct imv *imv);

/* Sends an Attribute Request for n attributes (RFC 5792, 4.2.1). */
int imv_request(struct imv *imv, const struct pa_ref *refs, size_t n);

/* Sends one error attribute (not with no_errors: then it is only logged). */
int imv_error(struct imv *imv, const struct pa_error *e);

/* Answers Invalid Parameter: the octet at offset `at` of the message (as in a->value's
 * positions) is wrong. Returns ST_EVALUE, for the handler to return. */
int imv_invalid(struct imv *imv, const struct pa_attr *a, size_t at);

/* Sends Remediation Instructions (RFC 5792, 4.2.10): an address, or a text in the endpoint's
 * language. */
int imv_remedy_uri(struct imv *imv, const char *uri);
int imv_remedy_text(struct imv *imv, const struct kit_text *texts, size_t n);

/* A long attribute for this validator is coming in segments and not whole yet. */
bool imv_waiting(const struct imv *imv);

/* Largest attribute in octets, header counted, that can be sent now; UINT32_MAX: no limit. */
uint32_t imv_max_attribute(struct imv *imv);

/* The subtype of the message being handled; elsewhere that of the descriptor, unless set. Set:
 * what is sent from here to the end of this call goes out under t. */
struct kit_type imv_subtype(const struct imv *imv);
void imv_set_subtype(struct imv *imv, struct kit_type t);

/* --- deciding --- */

/* The module's word on the endpoint, in decide (or before it, when nothing will change it); the
 * last one counts. When decide has returned and the posture has taken the report, the kit
 * tells it to the collectors (Assessment Result attribute) and to the host. */
void imv_recommend(struct imv *imv, enum imv_recommendation rec, enum pa_result evaluation);

/* Why, for the user, in the language of the endpoint. The first reason given is the one that
 * is shown. Ignored by hosts that cannot. */
void imv_reason(struct imv *imv, const struct kit_text *texts, size_t n);

/* --- knowing --- */

struct kit_module *imv_module(const struct imv *imv); /* its state, settings */
uint32_t imv_connection(const struct imv *imv);       /* for kit_retry */
uint32_t
imv_source(const struct imv *imv); /* collector whose message this is, or KIT_ANY_ID */
const struct log *imv_log(const struct imv *imv); /* says module and peer */

/* The endpoint's Accept-Language value, "" when unknown. Valid until return. */
const char *imv_language(struct imv *imv);

/* One line in the log at level info; returns 0 so that a handler can end with it. */
int imv_note(struct imv *imv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

ST_LOCAL_END

#endif
