/* SPDX-License-Identifier: BSD-2-Clause */
/* PB-TNC messages (RFC 5793, 4.2 to 4.11, and TCG's PDP-Referral): what a batch holds. */
#ifndef STANCE_WIRE_PB_MSG_H
#define STANCE_WIRE_PB_MSG_H

#include "base/api.h"
#include "base/rd.h"
#include "base/wr.h"
#include "wire/pen.h"

ST_API_BEGIN

#define PB_MSG_HDR 12u
#define PB_PA_HDR 24u        /* message header and PB-PA header */
#define PB_MODULE_ANY 0xffff /* collector or validator identifier: nobody, anybody */
#define PB_NOSKIP 0x80

/* Vendor IETF; PB_MSG_REFERRAL is vendor TCG. */
enum pb_msg_type {
	PB_MSG_EXPERIMENTAL,
	PB_MSG_PA,
	PB_MSG_ASSESSMENT_RESULT,
	PB_MSG_ACCESS_RECOMMENDATION,
	PB_MSG_REMEDIATION,
	PB_MSG_ERROR,
	PB_MSG_LANGUAGE,
	PB_MSG_REASON
};
#define PB_MSG_REFERRAL 1u

/* RFC 5793, 4.6; the same numbers as TNC_IMV_EVALUATION_RESULT_... */
enum pb_assessment {
	PB_COMPLIANT,
	PB_NONCOMPLIANT_MINOR,
	PB_NONCOMPLIANT_MAJOR,
	PB_ASSESSMENT_ERROR,
	PB_DONT_KNOW,
	PB_N_ASSESSMENTS
};

/* RFC 5793, 4.7; not the numbers of IF-IMV's recommendations */
enum pb_access { PB_ACCESS_ALLOWED = 1, PB_ACCESS_DENIED, PB_QUARANTINED, PB_N_ACCESS };

enum pb_remediation_type { PB_REMEDIATION_URI = 1, PB_REMEDIATION_STRING };

/* RFC 5793, 4.9.1 */
enum pb_error_code {
	PB_E_UNEXPECTED_BATCH,
	PB_E_INVALID_PARAMETER,
	PB_E_LOCAL,
	PB_E_UNSUPPORTED,
	PB_E_VERSION,
	PB_N_ERRORS
};

enum pb_pdp_type { PB_PDP_FQDN, PB_PDP_IPV4, PB_PDP_IPV6 };

struct pb_pa {
	bool excl;                /* only for the module that is addressed */
	uint32_t vendor, subtype; /* PA message vendor and subtype */
	uint16_t collector, validator;
	struct span body; /* the PA-TNC message */
};

struct pb_remediation {
	uint32_t vendor, type;
	struct span text; /* URI or string; the raw parameters of other types */
	struct span lang; /* of a string; empty: unknown */
};

/* Which of the parameters mean something depends on the code: offset with
 * PB_E_INVALID_PARAMETER and PB_E_UNSUPPORTED, versions with PB_E_VERSION. */
struct pb_error {
	bool fatal;
	uint32_t vendor;
	uint16_t code;
	uint32_t offset;
	uint8_t bad, max, min;
	struct span params; /* as received; encoded as they are when not empty */
};

struct pb_reason {
	struct span text, lang;
};

/* TCG Server Discovery and Validation 1.0, 3.1 */
struct pb_referral {
	uint32_t vendor, type; /* enum pb_pdp_type when vendor is TCG */
	uint8_t protocol;      /* 0: PT-TLS */
	uint16_t port;
	struct span address; /* a name, or 4 or 16 octets */
};

struct pb_rule;

/* One message. Spans borrow from what was decoded. `rule` says which union member holds it;
 * NULL: we do not know the type and `value` is all there is. */
struct pb_msg {
	const struct pb_rule *rule;
	size_t at; /* where it starts, for the offset in an error */
	uint32_t vendor, type;
	bool noskip;
	union {
		struct pb_pa pa;
		uint32_t assessment;
		uint16_t access;
		struct pb_remediation remediation;
		struct pb_error error;
		struct span language; /* "Accept-Language: de, en"; empty: no preference */
		struct pb_reason reason;
		struct pb_referral referral;
		struct span value; /* Experimental, unknown */
	};
};

enum pb_noskip { PB_NOSKIP_EITHER, PB_NOSKIP_MUST, PB_NOSKIP_NEVER };

#define PB_IN(type) (1u << (type)) /* bit of a batch type in pb_rule.batches */
#define PB_IN_ANY 0x7eu

/* A row of the table of messages. */
struct pb_rule {
	uint32_t vendor, type;
	const char *name;
	uint32_t min;      /* octets, header included */
	bool exact;        /* min is also the most */
	bool client_never; /* the client must not send it; refuse it with an error */
	bool once;         /* at most one in a batch; refuse the second */
	enum pb_noskip noskip;
	uint8_t batches; /* PB_IN bits: where it means something; elsewhere it is ignored */
	void (*decode)(struct rd *r, struct pb_msg *m); /* r: the value */
	void (*encode)(struct wr *w, const struct pb_msg *m);
};

/* The row of a type, or NULL when we do not know it. */
const struct pb_rule *pb_rule_of(uint32_t vendor, uint32_t type);

/* Reads the next message's header and takes its value off r without looking into it; *value
 * is over the value. Errors with the offset of the field: ST_ESHORT, ST_ELENGTH (length
 * field), ST_EVALUE (reserved vendor or type; NOSKIP against the rule of the type). */
int pb_msg_frame(struct rd *r, struct pb_msg *m, struct rd *value);

/* Reads the value of a framed message: value->err is ST_ELENGTH when the type cannot have this
 * length (at the length field) or inner lengths do not add up (at the inner field), ST_EVALUE
 * for content the RFC forbids. */
int pb_msg_content(struct rd *value, struct pb_msg *m);

/* Both at once; the error is in r too. */
int pb_msg_decode(struct rd *r, struct pb_msg *m);

/* Appends m; m->rule may be NULL, the type decides. NOSKIP is what the rule demands, m->noskip
 * where either is right. Returns w->err. */
int pb_msg_encode(struct wr *w, const struct pb_msg *m);

/* "PB-PA" ...; "unknown". */
const char *pb_msg_name(uint32_t vendor, uint32_t type);
/* "Invalid Parameter" ...; "unknown". */
const char *pb_error_name(uint32_t vendor, uint16_t code);

ST_API_END

#endif
