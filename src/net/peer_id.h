/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the peer is, as its certificate (or its password) proved: the subject's alternative
 * names, else its distinguished name, and the address it came from. Encoded as the
 * AR identity list of IF-IMV 1.4, which is what a host hands to its modules. */
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
	AR_ID_URI, /* ours: the TCG has no number for it */
};
enum ar_subject { AR_SUBJECT_UNKNOWN, AR_SUBJECT_MACHINE, AR_SUBJECT_USER };
enum ar_auth { AR_AUTH_UNKNOWN, AR_AUTH_X509, AR_AUTH_PASSWORD, AR_AUTH_SIM };

#define PEER_IDS_MAX 32     /* names of one certificate that we look at */
#define PEER_ID_OCTETS 1024 /* of one name */

/* An AR identity list being written. Zero-initialise; wr_reset(&list.out) in the end. */
struct peer_ids {
	struct wr out; /* the value of the attribute once peer_ids_begin was called */
	uint32_t n;
};

void peer_ids_begin(struct peer_ids *l);

/* Appends one identity; text is copied. Empty, too long or with control octets (a name that
 * two programs could read differently): ST_EVALUE, and the list is as before. */
int peer_ids_add(struct peer_ids *l, enum ar_id_type type, enum ar_subject subject,
		 enum ar_auth auth, struct span text);

/* Appends the names of cert: each dNSName, rfc822Name, iPAddress and URI of subjectAltName
 * (a URI has a number of ours), or, when there is none, the subject in the form of RFC 2253.
 * Everything is a machine identity proved by X.509, except mail addresses, which are users.
 * Names that peer_ids_add refuses make the whole certificate unusable: ST_EAUTH. */
int peer_ids_add_cert(struct peer_ids *l, X509 *cert);

/* Appends the address of a socket's other end: machine, not authenticated. */
int peer_ids_add_address(struct peer_ids *l, const struct sockaddr *sa);

/* The address in sa as text, an IPv4-mapped one as IPv4. False, and out empty, when it is of
 * another family. */
#define PEER_ADDRESS 46
bool peer_id_address(const struct sockaddr *sa, char out[PEER_ADDRESS]);
uint16_t peer_id_port(const struct sockaddr *sa);

/* Whose address it is: an IPv4 address, mapped into IPv6, or the first half of an IPv6 one, because
 * who has one address of such a network has all 2^64. Zeros for another family. */
#define PEER_NETWORK_OCTETS 16
void peer_id_network(const struct sockaddr *sa, uint8_t out[PEER_NETWORK_OCTETS]);

/* The subject of cert in the form of RFC 2253, for a log line; always NUL-terminated. */
void peer_id_subject(X509 *cert, char *out, size_t cap);

#endif
