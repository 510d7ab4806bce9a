/* SPDX-License-Identifier: BSD-2-Clause */
/* What a collector (IMC) is made of: one const descriptor called imc_desc, and the functions it
 * names. The kit, linked into the module, is everything else: the TNC_IMC_ entry points and
 * binding, PA-TNC framing, checks and error answers, segmentation in both directions, one
 * session for each connection, settings, log.
 *
 * The functions of the descriptor are called one at a time, by the host's threads; none may
 * wait. Except where it says otherwise, the services below are for use inside them, with the
 * `imc` they were given; it is good until `end`.
 *
 * Link: in the tree $(IMC_LIBS); elsewhere the flags of `pkg-config stance-imc`.
 *
 * Functions that return int: 0, or ST_E... */
#ifndef STANCE_KIT_IMC_H
#define STANCE_KIT_IMC_H

#include "base/api.h"
#include "kit/kit.h"

ST_LOCAL_BEGIN

#define IMC_ABI (1u << 16 | 1) /* major << 16 | minor */

struct imc; /* one connection, as the module sees it */

/* Handles one attribute: known to come from a validator, well-formed (if it is in the table of
 * pa_attr.h), whole if it came in segments. Borrowed until return. A negative result ends the
 * handling of this message and is logged; ST_EVALUE and the other decoding errors of a value
 * that the kit could not check are also answered with Invalid Parameter at the start of the
 * value (imc_invalid says a better place). */
struct imc_handler {
	uint32_t vendor, type;
	int (*fn)(struct imc *imc, void *session, const struct pa_attr *a);
};

/* What became of the connection, from TNC_IMC_NotifyConnectionChange. */
enum imc_access { IMC_ALLOWED = 2, IMC_ISOLATED = 3, IMC_REFUSED = 4 };

struct imc_desc {
	uint32_t abi;                /* IMC_ABI */
	size_t size;                 /* sizeof(struct imc_desc) */
	const char *name;            /* "os": the settings are imc-os.conf */
	struct kit_type subtype;     /* messages it speaks and listens to */
	const struct kit_type *also; /* more of them, or NULL */
	size_t n_also;
	size_t session_size; /* zeroed, one for each connection */
	cfg_opt_t *conf;     /* libConfuse table, or NULL */
	const struct conf_range *ranges;
	const struct imc_handler *handlers; /* ends with a row whose fn is NULL */

	/* Once a process: settings are in m->conf. A failure is logged by the module and makes
	 * the host drop it. May start threads; unload ends them. All three may be NULL. */
	int (*load)(struct kit_module *m);
	void (*unload)(struct kit_module *m); /* also after a failed load */
	/* A connection is there or gone; nothing can be sent. The session is all zero before
	 * the first and freed after the second. */
	int (*open)(struct imc *imc, void *session);
	void (*end)(struct imc *imc, void *session);

	int (*begin)(struct imc *imc, void *session);  /* an assessment starts: send first */
	int (*ending)(struct imc *imc, void *session); /* last word in this batch, or NULL */
	void (*access)(struct imc *imc, void *session, enum imc_access access); /* or NULL */

	/* Long attributes for this collector (targeted requests) may come in segments: the
	 * kit proposes a contract with the first message. */
	bool segments;

	/* After begin or ending: the host did not take everything that was sent in that call and
	 * the handlers before it (err says why), so none of it may count as said. Nothing can be
	 * sent here. Or NULL. */
	void (*unsent)(struct imc *imc, void *session, int err);
};

extern const struct imc_desc imc_desc;

/* --- sending --- */

/* The writer for one attribute, empty. Write it with its header (pa_attr_begin ... pa_attr_end,
 * or an encoder that does both), then imc_send. w->max is the largest attribute that this
 * validator and this connection can take, so that w->err says ST_ELIMIT. */
struct wr *imc_attr(struct imc *imc);

/* Sends what was written, in the order of the calls. All of it becomes one message of the
 * subtype in use (imc_set_subtype) when the batch ends; an answer goes to the validator that
 * asked and to nobody else; what is too long for the connection goes in segments if the
 * validator can take them. On error (also those of the writer) nothing was sent: ST_ELIMIT too
 * long, ST_EBUSY too many long ones under way, ST_ESTATE not a moment to send. */
int imc_send(struct imc *imc);

/* In begin and ending: what is sent from here to the end of the call is for this validator and
 * nobody else (KIT_ANY_ID: for all, as at the start). ST_ELIMIT: too many validators talk. */
int imc_set_validator(struct imc *imc, uint32_t validator);

/* Sends one error attribute. */
int imc_error(struct imc *imc, const struct pa_error *e);

/* Answers Invalid Parameter: the octet at offset `at` of the message (as in a->value's
 * positions) is wrong. Returns ST_EVALUE, for the handler to return. */
int imc_invalid(struct imc *imc, const struct pa_attr *a, size_t at);

/* Largest attribute in octets, header counted, that can be sent now; UINT32_MAX: no limit. */
uint32_t imc_max_attribute(struct imc *imc);

/* The subtype of the message being handled; elsewhere that of the descriptor, unless set. Set:
 * what is sent from here to the end of this call goes out under t. */
struct kit_type imc_subtype(const struct imc *imc);
void imc_set_subtype(struct imc *imc, struct kit_type t);

/* Another Posture Collector Identifier of our own, for a second product of the same kind (RFC
 * 5792, 3.3): reserve it once a process (in open or later), then say before sending whose words
 * they are; 0 is the module's first one. imc_destination says which one a message is for.
 * ST_EUNSUPPORTED: the host has none to give. */
int imc_reserve_id(struct imc *imc, uint32_t *id);
void imc_set_id(struct imc *imc, uint32_t id);

/* --- knowing --- */

struct kit_module *imc_module(const struct imc *imc); /* its state, settings */
uint32_t imc_connection(const struct imc *imc);       /* for kit_retry */
uint32_t
imc_source(const struct imc *imc); /* validator whose message this is, or KIT_ANY_ID */
uint32_t imc_destination(const struct imc *imc);  /* our id it is for, or KIT_ANY_ID */
const struct log *imc_log(const struct imc *imc); /* says module and connection */

/* The user's Accept-Language value, "" when unknown. Valid until return. */
const char *imc_language(struct imc *imc);

/* One line in the log at level info; returns 0 so that a handler can end with it. */
int imc_note(struct imc *imc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

ST_LOCAL_END

#endif
