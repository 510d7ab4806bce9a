/* SPDX-License-Identifier: BSD-2-Clause */
/* The identity of an endpoint: a canonical key, the same in every host, and a name for people.
 *
 * The key identifies the endpoint in the repository. It is a scheme, a colon and a value:
 * "dns:host.example", "uri:...", "email:...", "dn:CN=host,O=Example", "user:alice",
 * "ip:192.0.2.7". The name is the value. */
#ifndef STANCE_POSTURE_IDENTITY_H
#define STANCE_POSTURE_IDENTITY_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

#define IDENTITY_MAX 1024 /* octets of a value; longer ones are skipped */

/* Types in the identity list of an access requestor (IF-IMV 1.4, AR_IDENTITIES), vendor
 * TCG. */
enum identity_type {
	IDENTITY_UNKNOWN = 0,
	IDENTITY_IPV4 = 1,
	IDENTITY_IPV6 = 2,
	IDENTITY_FQDN = 3,
	IDENTITY_EMAIL = 4,
	IDENTITY_USER = 5,
	IDENTITY_DN = 6,
	IDENTITY_URI = 7, /* our number, for a subjectAltName URI; the TCG has none */
};

enum identity_subject { SUBJECT_UNKNOWN = 0, SUBJECT_MACHINE = 1, SUBJECT_USER = 2 };

enum identity_auth { AUTH_UNKNOWN = 0, AUTH_X509 = 1, AUTH_PASSWORD = 2, AUTH_SIM = 3 };

struct identity {
	char *key;  /* canonical */
	char *name; /* for people */
};

/* Chooses an identity from a list as hosts provide it: Identity Count, then records, all
 * big-endian. The first of these that exists:
 *
 *   1. a machine proved by a certificate: FQDN, then URI, e-mail, DN
 *   2. another subject proved by a certificate
 *   3. a user name proved by a password or a SIM
 *   4. a name without proof
 *   5. the address, unless a certificate's names were skipped
 *
 * A user name proved by a certificate and shaped like an FQDN counts as FQDN: some hosts list
 * host names so. DNS names and domains of e-mail addresses become lower case without a final
 * dot; addresses take their shortest form. Values that are empty, longer than IDENTITY_MAX,
 * not UTF-8, or contain control octets are skipped.
 *
 * 0, ST_ENOENT (no usable identity), ST_ESHORT, ST_ELENGTH or ST_ENOMEM; on failure *id is
 * empty. Caller: identity_free. */
int identity_from_ar(struct span list, struct identity *id);

/* The same for a single identity, for hosts without a list. */
int identity_from_value(enum identity_type type, struct span value, struct identity *id);

/* Makes an identity from its key. ST_EVALUE: the key has no scheme. */
int identity_from_key(const char *key, struct identity *id);

void identity_free(struct identity *id);

/* Write such a list, for hosts: begin, add each identity, end. */
struct wr;
size_t identity_list_begin(struct wr *w);
void identity_list_add(struct wr *w, enum identity_type type, struct span value,
		       enum identity_subject subject, enum identity_auth auth);
void identity_list_end(struct wr *w, size_t begin);

ST_API_END

#endif
