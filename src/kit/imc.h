/* SPDX-License-Identifier: BSD-2-Clause */
/* How to write a collector (IMC).
 *
 * A collector is one const descriptor, imc_desc, and the functions it names. The kit, which is
 * linked into the module, does the rest: the TNC_IMC_ entry points and the binding (IF-IMC
 * 1.3), PA-TNC framing, checks and error answers, segmentation in both directions, a session
 * for each connection, settings and log.
 *
 * A connection leads to one posture manager; it carries one assessment after another.
 * The order of the calls:
 *
 *	load                     with the settings
 *	  open                   a connection exists
 *	    begin                an assessment begins: send first
 *	      handlers, ending   for each batch: its attributes, then its end
 *	    access               the result of the assessment
 *	  end                    the connection is gone
 *	unload
 *
 * Rules:
 *
 *   - Threads of the host call these functions, one call at a time. No function may wait.
 *   - The functions below are for use inside these calls, with the imc that was passed; imc is
 *     valid until `end`.
 *   - int functions return 0 or ST_E....
 *   - Link with $(IMC_LIBS) in the tree, with the flags of `pkg-config stance-imc`
 *     elsewhere. */
#ifndef STANCE_KIT_IMC_H
#define STANCE_KIT_IMC_H

#include "base/api.h"
#include "kit/kit.h"

ST_LOCAL_BEGIN

#define IMC_ABI (1u << 16 | 1) /* major << 16 | minor */

struct imc; /* a connection */

/* Handles one attribute from a validator. It is whole, even if it came in segments, and
 * well-formed if pa_attr.h knows its type. Borrowed during the call.
 *
 * A negative result ends the handling of the message and is logged. If the kit could not check
 * the value, a decoding error (ST_EVALUE and the like) is also answered with Invalid Parameter
 * at the begin of the value; use imc_invalid to name a better place. */
struct imc_handler {
	uint32_t vendor, type;
	int (*fn)(struct imc *imc, void *session, const struct pa_attr *a);
};

/* The result for the endpoint; numbers of TNC_IMC_NotifyConnectionChange. */
enum imc_access { IMC_ALLOWED = 2, IMC_ISOLATED = 3, IMC_REFUSED = 4 };

struct imc_desc {
	uint32_t abi;                /* IMC_ABI */
	size_t size;                 /* sizeof(struct imc_desc) */
	const char *name;            /* "os": settings are in imc-os.conf */
	struct kit_type subtype;     /* message type to send and receive */
	const struct kit_type *also; /* further ones, or NULL */
	size_t n_also;
	size_t session_size; /* octets of the session of a connection, which begins zeroed */
	cfg_opt_t *conf;     /* libConfuse options, or NULL */
	const struct conf_range *ranges;    /* of integer settings, or NULL */
	const struct imc_handler *handlers; /* ends with a row whose fn is NULL */

	/* Once in a process; the settings are in m->conf. When load fails, it logs the reason
	 * and the host drops the module; unload is called all the same. load may start
	 * threads, which unload ends. May be NULL. */
	int (*load)(struct kit_module *m);
	void (*unload)(struct kit_module *m);

	/* A connection exists. Nothing can be sent yet. May be NULL. */
	int (*open)(struct imc *imc, void *session);

	/* The connection is gone: release what the session owns. May be NULL. */
	void (*end)(struct imc *imc, void *session);

	/* An assessment begins: send what is reported unasked. */
	int (*begin)(struct imc *imc, void *session);

	/* All messages of a batch are handled: send the rest. May be NULL. */
	int (*ending)(struct imc *imc, void *session);

	/* The result of the assessment. May be NULL. */
	void (*access)(struct imc *imc, void *session, enum imc_access access);

	/* Accept long attributes (targeted requests) in segments: the kit proposes a contract
	 * with the first message. */
	bool segments;

	/* After begin or ending: the host refused a part of what was sent in that call and in
	 * the handlers before it, for the reason err. Treat all of it as not sent. Nothing can
	 * be sent here. May be NULL. */
	void (*unsent)(struct imc *imc, void *session, int err);
};

extern const struct imc_desc imc_desc;

/* --- sending --- */

/* The writer for the next attribute, empty. Write the attribute with its header (pa_attr_begin
 * and pa_attr_end, or an encoder that does both), then call imc_send. The writer's limit is
 * the largest attribute that this connection and this validator accept: beyond it w->err is
 * ST_ELIMIT. */
struct wr *imc_attr(struct imc *imc);

/* Sends the attribute in the writer.
 *
 *   - All attributes sent until the end of the batch form one message of the current subtype
 *     (imc_set_subtype), in the order of the calls.
 *   - In a handler the message goes only to the validator whose message is handled, elsewhere
 *     to all.
 *   - An attribute that is too long for the connection goes in segments if the validator
 *     accepts them.
 *
 * On an error nothing was sent: ST_ELIMIT (too long), ST_EBUSY (too many segmented attributes
 * under way), ST_ESTATE (sending is not possible now), or the error of the writer. */
int imc_send(struct imc *imc);

/* In begin and ending: what follows in this call goes only to this validator; KIT_ANY_ID: to
 * all. ST_ELIMIT: too many validators. */
int imc_set_validator(struct imc *imc, uint32_t validator);

/* Sends a PA-TNC error. */
int imc_error(struct imc *imc, const struct pa_error *e);

/* Sends the error Invalid Parameter for the octet at offset `at` of the message, counted as
 * the positions in a->value. Returns ST_EVALUE, for the handler to return. */
int imc_invalid(struct imc *imc, const struct pa_attr *a, size_t at);

/* Octets of the largest attribute, with its header, that can be sent now. UINT32_MAX: no
 * limit. */
uint32_t imc_max_attribute(struct imc *imc);

/* The current subtype: that of the message being handled, or else of the descriptor. Setting
 * it applies until the end of this call. */
struct kit_type imc_subtype(const struct imc *imc);
void imc_set_subtype(struct imc *imc, struct kit_type t);

/* A second Posture Collector Identifier, for another product of the same kind (RFC 5792, 3.3).
 * Reserve it once in a process, in open or later; set it before sending on behalf of that
 * product (0: the first identifier). imc_destination has the identifier a message was sent to.
 * ST_EUNSUPPORTED: the host has none to give. */
int imc_reserve_id(struct imc *imc, uint32_t *id);
void imc_set_id(struct imc *imc, uint32_t id);

/* --- the connection --- */

struct kit_module *imc_module(const struct imc *imc); /* settings and state of the module */
uint32_t imc_connection(const struct imc *imc);       /* its id, for kit_retry */
const struct log *imc_log(const struct imc *imc);     /* names module and connection */

/* The id of the validator whose message is being handled, and our id it was sent to; or
 * KIT_ANY_ID. */
uint32_t imc_source(const struct imc *imc);
uint32_t imc_destination(const struct imc *imc);

/* The user's Accept-Language value; "" when unknown. Valid until the call returns. */
const char *imc_language(struct imc *imc);

/* Writes a line to the log, level info. Returns 0, for a handler to return. */
int imc_note(struct imc *imc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

ST_LOCAL_END

#endif
