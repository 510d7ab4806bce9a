/* SPDX-License-Identifier: BSD-2-Clause */
/* Who an endpoint is: one canonical key, the same in every host.
 *
 * The key is what the repository is keyed by and never changes form: a scheme, a colon, a
 * value ("dns:host.example", "uri:...", "email:...", "dn:CN=host,O=Example", "user:alice",
 * "ip:192.0.2.7"). The name is what people call it: the value without the scheme. */
#ifndef STANCE_POSTURE_IDENTITY_H
#define STANCE_POSTURE_IDENTITY_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

#define IDENTITY_MAX 1024 /* octets of a value; longer ones are passed over */

/* The numbers of an access requestor's identity list (IF-IMV 1.4, AR_IDENTITIES), all of the
 * vendor TCG. */
enum identity_type {
	IDENTITY_UNKNOWN = 0,
	IDENTITY_IPV4 = 1,
	IDENTITY_IPV6 = 2,
	IDENTITY_FQDN = 3,
	IDENTITY_EMAIL = 4,
	IDENTITY_USER = 5,
	IDENTITY_DN = 6,
	IDENTITY_URI = 7, /* not in the TCG's list: ours, for a subjectAltName URI */
};

enum identity_subject { SUBJECT_UNKNOWN = 0, SUBJECT_MACHINE = 1, SUBJECT_USER = 2 };

enum identity_auth { AUTH_UNKNOWN = 0, AUTH_X509 = 1, AUTH_PASSWORD = 2, AUTH_SIM = 3 };

struct identity {
	char *key;  /* canonical: what the repository knows the endpoint by */
	char *name; /* for people */
};

/* Chooses from an identity list as a host hands it out: Identity Count, then records, all
 * big-endian. What a certificate proves about a machine comes first (FQDN, then URI, e-mail,
 * DN), then a certificate's other subjects, then user names proved by a password or a SIM,
 * then names nobody proved, and only if there is nothing else, nor a certificate whose names
 * were passed over, the address. Hosts that file a host name under "user name" (shaped like an FQDN, certificate) get the key of an FQDN.
 *
 * DNS names and the domain of an e-mail address are lower-cased and lose a final dot;
 * addresses are written in their shortest form. Values with control octets, not UTF-8, empty
 * or longer than IDENTITY_MAX are passed over.
 *
 * 0, ST_ENOENT (no usable identity), ST_ESHORT, ST_ELENGTH or ST_ENOMEM; on failure *id is
 * empty. Caller: identity_free. */
int identity_from_ar(struct span list, struct identity *id);

/* The same choice from one identity, for hosts that have no list: type and value as above. */
int identity_from_value(enum identity_type type, struct span value, struct identity *id);

/* An identity from its key, as it was made by this file. ST_EVALUE when it has no scheme. */
int identity_from_key(const char *key, struct identity *id);

void identity_free(struct identity *id);

/* Writing such a list, for hosts: begin, add as many as there are, end. */
struct wr;
size_t identity_list_begin(struct wr *w);
void identity_list_add(struct wr *w, enum identity_type type, struct span value,
		       enum identity_subject subject, enum identity_auth auth);
void identity_list_end(struct wr *w, size_t begin);

ST_API_END

#endif
