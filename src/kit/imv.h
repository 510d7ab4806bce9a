/* SPDX-License-Identifier: BSD-2-Clause */
/* How to write a validator (IMV).
 *
 * A validator is one const descriptor, imv_desc, and the functions it names. The kit, which is
 * linked into the module, does the rest: the TNC_IMV_ entry points and the binding (IF-IMV
 * 1.4), PA-TNC framing, checks and error answers, segmentation in both directions, a session
 * for each connection, the endpoint's identity, the report to the posture, settings and log.
 *
 * A connection belongs to one endpoint and carries one assessment after another. The order of
 * the calls:
 *
 *	load                     with the settings
 *	  open                   a connection exists
 *	    begin                an assessment begins: send requests
 *	      handlers, ending   for each batch: its attributes, then its end
 *	    decide               all answers are there: recommend
 *	    begin ...            the next assessment of the connection
 *	  end                    the connection is gone
 *	unload
 *
 * Rules:
 *
 *   - Threads of the host call these functions: one call at a time for each connection, calls
 *     for different connections at the same time. No function may wait.
 *   - The functions below are for use inside these calls, with the imv that was passed; imv is
 *     valid until `end`.
 *   - int functions return 0 or ST_E....
 *   - Link with $(IMV_LIBS) in the tree, with the flags of `pkg-config stance-imv`
 *     elsewhere. */
#ifndef STANCE_KIT_IMV_H
#define STANCE_KIT_IMV_H

#include "base/api.h"
#include "kit/imv_report.h"
#include "kit/kit.h"

ST_LOCAL_BEGIN

#define IMV_ABI (1u << 16 | 0) /* major << 16 | minor */

struct imv; /* a connection */

/* Handles one attribute from a collector. It is whole, even if it came in segments, and
 * well-formed if pa_attr.h knows its type. Borrowed during the call.
 *
 * A negative result ends the handling of the message and is logged. If the kit could not check
 * the value, a decoding error (ST_EVALUE and the like) is also answered with Invalid Parameter
 * at the begin of the value; use imv_invalid to name a better place.
 *
 * A row for PA_ERROR receives errors that a collector reports. The kit has logged them. */
struct imv_handler {
	uint32_t vendor, type;
	int (*fn)(struct imv *imv, void *session, const struct pa_attr *a);
};

/* The recommendation; numbers of IF-IMV. (Evaluations are enum pa_result, with the same
 * numbers in PA-TNC, PB-TNC and IF-IMV.) */
enum imv_recommendation {
	IMV_ALLOW = 0,
	IMV_NO_ACCESS = 1,
	IMV_ISOLATE = 2,
	IMV_NO_RECOMMENDATION = 3
};

struct imv_desc {
	uint32_t abi;                /* IMV_ABI */
	size_t size;                 /* sizeof(struct imv_desc) */
	const char *name;            /* "os": settings are in imv-os.conf */
	struct kit_type subtype;     /* message type to send and receive */
	const struct kit_type *also; /* further ones, or NULL */
	size_t n_also;
	size_t session_size; /* octets of the session of a connection, which begins zeroed */
	cfg_opt_t *conf;     /* libConfuse options, or NULL */
	const struct conf_range *ranges;    /* of integer settings, or NULL */
	const struct imv_handler *handlers; /* ends with a row whose fn is NULL */

	/* Once for each version of the settings, which are in m->conf; after a reload,
	 * versions exist at the same time until the last connection of the old one has ended.
	 * When load fails, it logs the reason and the host drops the module; unload is called
	 * all the same. load may start threads, which unload ends. May be NULL. */
	int (*load)(struct kit_module *m);
	void (*unload)(struct kit_module *m);

	/* A connection exists. Nothing can be sent yet. May be NULL. */
	int (*open)(struct imv *imv, void *session);

	/* The connection is gone: release what the session owns. May be NULL. */
	void (*end)(struct imv *imv, void *session);

	/* An assessment begins. The session is as the one before left it: reset what belongs
	 * to one assessment. What is sent here leaves with the answer to the endpoint's first
	 * batch. */
	int (*begin)(struct imv *imv, void *session);

	/* All messages of a batch are handled: request what is still missing. May be NULL. */
	int (*ending)(struct imv *imv, void *session);

	/* Evaluate, and call imv_recommend. Called once in each assessment, at the earlier of:
	 *   - the end of a batch for which the validator sent nothing, with no segment
	 *     outstanding;
	 *   - the host's request for the recommendation.
	 * What is sent here leaves with the result. NULL, or without imv_recommend: no
	 * recommendation. */
	int (*decide)(struct imv *imv, void *session);

	/* Accept long attributes in segments: the kit proposes a contract with the first
	 * message. */
	bool segments;

	/* Never send PA-TNC errors (RFC 8412, 3.9); the kit logs them. */
	bool no_errors;

	/* The settings changed since the last assessment, and one is about to begin.
	 * imv_module has the state of the new settings; that of the old ones exists until
	 * renew returns. Rebuild what the session derived from it. When renew fails, the
	 * session keeps the old settings. NULL: a connection keeps the settings with which it
	 * began. */
	int (*renew)(struct imv *imv, void *session);
};

extern const struct imv_desc imv_desc;

/* --- sending --- */

/* The writer for the next attribute, empty. Write the attribute with its header (pa_attr_begin
 * and pa_attr_end, or an encoder that does both), then call imv_send. The writer's limit is
 * the largest attribute that this connection and this collector accept: beyond it w->err is
 * ST_ELIMIT. */
struct wr *imv_attr(struct imv *imv);

/* Sends the attribute in the writer.
 *
 *   - All attributes sent until the end of the batch form one message of the current subtype
 *     (imv_set_subtype), in the order of the calls.
 *   - In a handler the message goes only to the collector whose message is handled, elsewhere
 *     to all.
 *   - An attribute that is too long for the connection goes in segments if the collector
 *     accepts them.
 *
 * On an error nothing was sent: ST_ELIMIT (too long), ST_EBUSY (too many segmented attributes
 * under way), ST_ESTATE (sending is not possible now), or the error of the writer. */
int imv_send(struct imv *imv);

/* Sends an Attribute Request for n attributes (RFC 5792, 4.2.1). */
int imv_request(struct imv *imv, const struct pa_ref *refs, size_t n);

/* Sends a PA-TNC error. With no_errors it is only logged. */
int imv_error(struct imv *imv, const struct pa_error *e);

/* Sends the error Invalid Parameter for the octet at offset `at` of the message, counted as
 * the positions in a->value. Returns ST_EVALUE, for the handler to return. */
int imv_invalid(struct imv *imv, const struct pa_attr *a, size_t at);

/* Send Remediation Instructions (RFC 5792, 4.2.10): a URI, or a text in the endpoint's
 * language. */
int imv_remedy_uri(struct imv *imv, const char *uri);
int imv_remedy_text(struct imv *imv, const struct kit_text *texts, size_t n);

/* True while a segmented attribute for this validator is incomplete. */
bool imv_waiting(const struct imv *imv);

/* Octets of the largest attribute, with its header, that can be sent now. UINT32_MAX: no
 * limit. */
uint32_t imv_max_attribute(struct imv *imv);

/* The current subtype: that of the message being handled, or else of the descriptor. Setting
 * it applies until the end of this call. */
struct kit_type imv_subtype(const struct imv *imv);
void imv_set_subtype(struct imv *imv, struct kit_type t);

/* --- deciding --- */

/* The result of the validator. Called in decide, or earlier when nothing can change it; the
 * last call counts. After decide has returned and the posture has accepted the report, the kit
 * sends it to the collectors (Assessment Result) and gives it to the host. */
void imv_recommend(struct imv *imv, enum imv_recommendation rec, enum pa_result evaluation);

/* The reason, for the user, in the language of the endpoint. The first one counts. Hosts
 * without support for reasons ignore it. */
void imv_reason(struct imv *imv, const struct kit_text *texts, size_t n);

/* --- the connection --- */

struct kit_module *imv_module(const struct imv *imv); /* settings and state of the module */
uint32_t imv_connection(const struct imv *imv);       /* its id, for kit_retry */
const struct log *imv_log(const struct imv *imv);     /* names module and peer */

/* The id of the collector whose message is being handled, or KIT_ANY_ID. */
uint32_t imv_source(const struct imv *imv);

/* The endpoint's Accept-Language value; "" when unknown. Valid until the call returns. */
const char *imv_language(struct imv *imv);

/* Writes a line to the log, level info. Returns 0, for a handler to return. */
int imv_note(struct imv *imv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

ST_LOCAL_END

#endif
