/* SPDX-License-Identifier: BSD-2-Clause */
/* PT-TLS messages (RFC 6876): what travels inside TLS. Pure codec; the rules about who may say
 * what and when are proto/pt_session.h. */
#ifndef STANCE_WIRE_PT_TLS_H
#define STANCE_WIRE_PT_TLS_H

#include "base/api.h"
#include "base/rd.h"
#include "base/wr.h"
#include "wire/pen.h"

ST_API_BEGIN

#define PT_PORT 271
#define PT_HDR 16u          /* octets of a message header */
#define PT_VERSION 1        /* the one version there is */
#define PT_ERROR_COPY 1024u /* most octets of the offending message in an Error */
#define PT_MECH_MAX 20u     /* octets of a SASL mechanism name */

/* RFC 6876, 3.6 */
enum pt_type {
	PT_EXPERIMENTAL,
	PT_VERSION_REQUEST,
	PT_VERSION_RESPONSE,
	PT_SASL_MECHANISMS,
	PT_SASL_SELECTION,
	PT_SASL_DATA,
	PT_SASL_RESULT,
	PT_PB_BATCH,
	PT_ERROR,
	PT_N_TYPES
};

/* RFC 6876, 3.9 */
enum pt_error_code {
	PT_E_RESERVED,
	PT_E_MALFORMED,
	PT_E_VERSION,
	PT_E_TYPE,
	PT_E_INVALID_MESSAGE,
	PT_E_SASL,
	PT_E_INVALID_PARAMETER,
	PT_N_ERRORS
};

/* RFC 6876, 3.8.10 */
enum pt_sasl_code {
	PT_SASL_SUCCESS,
	PT_SASL_FAILURE,
	PT_SASL_ABORT,
	PT_SASL_MECHANISM_FAILURE,
	PT_N_SASL_CODES
};

struct pt_hdr {
	uint32_t vendor, type;
	uint32_t length; /* whole message, header included */
	uint32_t id;
};

/* One message. Spans borrow from what was decoded. The union member is the one of an IETF
 * type; vendor messages and Experimental have `value`. The length is found when encoding. */
struct pt_msg {
	uint32_t vendor, type, id;
	union {
		struct {
			uint8_t min, max, pref;
		} request;
		uint8_t version;   /* Version Response */
		struct span mechs; /* walk it with pt_mech_next */
		struct {
			struct span mech, initial; /* no initial response: empty */
		} selection;
		struct {
			uint16_t code;
			bool narrow; /* code in one octet, as some peers have it */
			struct span data;
		} result;
		struct span value; /* SASL data, PB batch, anything unknown */
		struct {
			uint32_t vendor, code;
			struct span copy; /* the offending message from its header on */
		} error;
	};
};

/* Reads the 16 octets of a header. ST_EVALUE for a reserved vendor or type, ST_ELENGTH for a
 * length under 16; h is filled even then. */
int pt_hdr_decode(struct rd *r, struct pt_hdr *h);

/* Reads one whole message that fills r exactly. ST_ELENGTH at 8 when the length is not that of
 * r or not one this type can have; other errors are in the value. */
int pt_msg_decode(struct rd *r, struct pt_msg *m);

/* Appends m. An error copy over 1024 octets is cut. Returns w->err. */
int pt_msg_encode(struct wr *w, const struct pt_msg *m);

/* Takes the next mechanism name from the value of SASL Mechanisms. 1, 0 at the end, or
 * ST_EVALUE (length 0 or over 20, a character outside A-Z 0-9 - _) or ST_ESHORT. */
int pt_mech_next(struct rd *r, struct span *name);

/* Appends one entry of SASL Mechanisms, for building pt_msg.mechs. */
void pt_mech_put(struct wr *w, struct span name);

/* For logs: "SASL Result"; "unknown" for what has no name. */
const char *pt_type_name(uint32_t vendor, uint32_t type);
const char *pt_error_name(uint32_t vendor, uint32_t code);

ST_API_END

#endif
