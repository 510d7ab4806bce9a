/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/peer_id.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/socket.h>

#define PEN_TCG 0x005597u

static void ids_put_type(struct wr *w, uint32_t type)
{
	wr_u8(w, 0);
	wr_u24(w, PEN_TCG);
	wr_u32(w, type);
}

void peer_ids_begin(struct peer_ids *l)
{
	wr_truncate(&l->out, 0);
	wr_u32(&l->out, 0);
	l->n = 0;
}

static bool id_is_clean(struct span text)
{
	if (!text.n || text.n > PEER_ID_OCTETS)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return true;
}

int peer_ids_add(struct peer_ids *l, enum ar_id_type type, enum ar_subject subject,
		 enum ar_auth auth, struct span text)
{
	struct wr *w = &l->out;

	if (!id_is_clean(text))
		return ST_EVALUE;
	ids_put_type(w, type);
	wr_u32(w, (uint32_t)text.n);
	wr_bytes(w, text);
	ids_put_type(w, subject);
	ids_put_type(w, auth);
	wr_fill32(w, 0, ++l->n);
	return w->err;
}

/* iPAddress has 4 or 16 octets; other lengths are ranges and not identities. */
static int ids_add_ip(struct peer_ids *l, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(ip), af = n == 4 ? AF_INET : AF_INET6;

	if ((n != 4 && n != 16) ||
	    !inet_ntop(af, ASN1_STRING_get0_data(ip), text, sizeof(text)))
		return ST_EVALUE;
	return peer_ids_add(l, n == 4 ? AR_ID_IPV4 : AR_ID_IPV6, AR_SUBJECT_MACHINE,
			    AR_AUTH_X509, span_str(text));
}

/* 1: added; 0: a kind of name that is not used. */
static int ids_add_name(struct peer_ids *l, const GENERAL_NAME *name)
{
	static const struct {
		int kind;
		enum ar_id_type type;
		enum ar_subject subject;
	} kinds[] = {
		{ GEN_DNS, AR_ID_FQDN, AR_SUBJECT_MACHINE },
		{ GEN_EMAIL, AR_ID_EMAIL, AR_SUBJECT_USER },
		{ GEN_URI, AR_ID_URI, AR_SUBJECT_MACHINE },
	};
	int kind, err;
	const ASN1_STRING *s = GENERAL_NAME_get0_value(name, &kind);

	if (kind == GEN_IPADD)
		return (err = ids_add_ip(l, s)) < 0 ? err : 1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind != kind)
			continue;
		err = peer_ids_add(
			l, kinds[i].type, kinds[i].subject, AR_AUTH_X509,
			span_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)));
		return err < 0 ? err : 1;
	}
	return 0;
}

/* Number of names added, or negative. */
static int ids_add_alt_names(struct peer_ids *l, X509 *cert)
{
	int critical, n = 0, err = 0;
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, &critical, NULL);

	if (!names)
		return critical == -1 ? 0 : ST_EVALUE; /* -1: no such extension */
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && n < PEER_IDS_MAX; i++) {
		if ((err = ids_add_name(l, sk_GENERAL_NAME_value(names, i))) < 0)
			break;
		n += err;
	}
	GENERAL_NAMES_free(names);
	return err < 0 ? err : n;
}

static int ids_add_subject(struct peer_ids *l, X509 *cert)
{
	char text[PEER_ID_OCTETS + 2];

	peer_id_subject(cert, text, sizeof(text));
	return peer_ids_add(l, AR_ID_DN, AR_SUBJECT_MACHINE, AR_AUTH_X509, span_str(text));
}

int peer_ids_add_cert(struct peer_ids *l, X509 *cert)
{
	int n = ids_add_alt_names(l, cert);

	if (n == 0)
		n = ids_add_subject(l, cert);
	return n == ST_ENOMEM ? n : n < 0 ? ST_EAUTH : 0;
}

int peer_ids_add_address(struct peer_ids *l, const struct sockaddr *sa)
{
	char text[INET6_ADDRSTRLEN];

	if (!peer_id_address(sa, text))
		return ST_EVALUE;
	return peer_ids_add(l, strchr(text, ':') ? AR_ID_IPV6 : AR_ID_IPV4, AR_SUBJECT_MACHINE,
			    AR_AUTH_UNKNOWN, span_str(text));
}

bool peer_id_address(const struct sockaddr *sa, char out[PEER_ADDRESS])
{
	const struct sockaddr_in6 *in6 = (const void *)sa;
	const struct sockaddr_in *in4 = (const void *)sa;

	out[0] = '\0';
	if (sa->sa_family == AF_INET)
		return inet_ntop(AF_INET, &in4->sin_addr, out, PEER_ADDRESS);
	if (sa->sa_family != AF_INET6)
		return false;
	/* dual-stack sockets report IPv4 peers in this form */
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], out, PEER_ADDRESS);
	return inet_ntop(AF_INET6, &in6->sin6_addr, out, PEER_ADDRESS);
}

uint16_t peer_id_port(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)sa)->sin_port);
	if (sa->sa_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)sa)->sin6_port);
	return 0;
}

void peer_id_network(const struct sockaddr *sa, uint8_t out[PEER_NETWORK_OCTETS])
{
	const struct sockaddr_in6 *in6 = (const void *)sa;
	const struct sockaddr_in *in4 = (const void *)sa;

	memset(out, 0, PEER_NETWORK_OCTETS);
	if (sa->sa_family == AF_INET6) {
		memcpy(out, &in6->sin6_addr, IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) ? 16 : 8);
	} else if (sa->sa_family == AF_INET) {
		out[10] = out[11] = 0xff;
		memcpy(out + 12, &in4->sin_addr, 4);
	}
}

void peer_id_subject(X509 *cert, char *out, size_t cap)
{
	BIO *mem = BIO_new(BIO_s_mem());
	char *text;
	long n;

	out[0] = '\0';
	/* RFC 2253, but with UTF-8 instead of escapes */
	if (mem &&
	    X509_NAME_print_ex(mem, X509_get_subject_name(cert), 0,
			       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) > 0 &&
	    (n = BIO_get_mem_data(mem, &text)) > 0)
		(void)snprintf(out, cap, "%.*s", (int)n, text);
	BIO_free(mem);
}
