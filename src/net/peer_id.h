/* SPDX-License-Identifier: BSD-2-Clause */
/* The identity of a peer: the subjectAltNames of its certificate, else its distinguished name,
 * its user name, and its address. Encoded as the AR identity list of IF-IMV 1.4, which hosts
 * give to modules. */
#ifndef STANCE_NET_PEER_ID_H
#define STANCE_NET_PEER_ID_H

#include "base/wr.h"

#include <openssl/x509.h>
#include <sys/socket.h>

/* IF-IMV 1.4: identity types, subject types and authentication methods of the TCG. */
enum ar_id_type {
	AR_ID_UNKNOWN,
	AR_ID_IPV4,
	AR_ID_IPV6,
	AR_ID_FQDN,
	AR_ID_EMAIL,
	AR_ID_USER,
	AR_ID_DN,
	AR_ID_URI, /* our number; the TCG has none */
};
enum ar_subject { AR_SUBJECT_UNKNOWN, AR_SUBJECT_MACHINE, AR_SUBJECT_USER };
enum ar_auth { AR_AUTH_UNKNOWN, AR_AUTH_X509, AR_AUTH_PASSWORD, AR_AUTH_SIM };

#define PEER_IDS_MAX 32     /* names read from one certificate */
#define PEER_ID_OCTETS 1024 /* of one name */

/* An AR identity list under construction. Zero-initialise; wr_reset(&list.out) at the end. */
struct peer_ids {
	struct wr out; /* the value of the attribute, after peer_ids_begin */
	uint32_t n;
};

void peer_ids_begin(struct peer_ids *l);

/* Appends an identity; text is copied. ST_EVALUE, with the list unchanged, when text is empty,
 * too long, or contains control octets (programs could read such a name differently). */
int peer_ids_add(struct peer_ids *l, enum ar_id_type type, enum ar_subject subject,
		 enum ar_auth auth, struct span text);

/* Appends the names of cert: each dNSName, rfc822Name, iPAddress and URI of subjectAltName, or
 * else the subject in the form of RFC 2253. All are machine identities proved by X.509, except
 * mail addresses, which are users. A name that peer_ids_add refuses makes the certificate
 * unusable: ST_EAUTH. */
int peer_ids_add_cert(struct peer_ids *l, X509 *cert);

/* Appends the peer's address: a machine identity, not authenticated. */
int peer_ids_add_address(struct peer_ids *l, const struct sockaddr *sa);

/* The address as text; an IPv4-mapped one as IPv4. False, with out empty, for other
 * families. */
#define PEER_ADDRESS 46
bool peer_id_address(const struct sockaddr *sa, char out[PEER_ADDRESS]);
uint16_t peer_id_port(const struct sockaddr *sa);

/* The network that counts as one peer: an IPv4 address mapped into IPv6, or the /64 of an IPv6
 * address, because the owner of one of its addresses has all of them. Zeros for other
 * families. */
#define PEER_NETWORK_OCTETS 16
void peer_id_network(const struct sockaddr *sa, uint8_t out[PEER_NETWORK_OCTETS]);

/* The subject of cert in the form of RFC 2253, for the log; NUL-terminated. */
void peer_id_subject(X509 *cert, char *out, size_t cap);

#endif
