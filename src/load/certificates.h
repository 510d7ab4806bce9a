/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the simulated endpoints are: certificates that are issued on the fly by an authority
 * whose key we are given, or those of a directory. */
#ifndef STANCE_LOAD_CERTIFICATES_H
#define STANCE_LOAD_CERTIFICATES_H

#include "net/tls.h"

struct load_identity {
	X509 *certificate;
	EVP_PKEY *key;
};

struct load_pki {
	X509 *ca;
	EVP_PKEY *ca_key, *key; /* key: P-256, shared by all endpoints that we issue for */
	const char *domain;     /* endpoint 17 is load-000017.DOMAIN; borrowed */
	struct load_identity *found; /* of a directory, or kept from before */
	size_t n;
};

/* To issue: PEM files of the authority and its key. ST_ECONF with e filled. Close it in any
 * case. */
int load_pki_issuer(struct load_pki *p, const char *ca, const char *ca_key, const char *domain,
		    struct tls_error *e);

/* Every NAME.crt of dir with NAME.key; p->n says how many. ST_ECONF with e filled. */
int load_pki_directory(struct load_pki *p, const char *dir, struct tls_error *e);

void load_pki_close(struct load_pki *p);

/* What endpoint `number` is called when we issue its certificate; and the number of one that
 * is called so, false when none of ours is. */
#define LOAD_NAME 256
void load_pki_name(const struct load_pki *p, uint32_t number, char name[LOAD_NAME]);
bool load_pki_number(const struct load_pki *p, const char *name, uint32_t *number);

/* A new certificate for endpoint `number`, by a load_pki_issuer; the caller's references. */
int load_pki_issue(const struct load_pki *p, uint32_t number, struct load_identity *id);

/* Of endpoint `number`; the certificate and key are the caller's references. When there are
 * fewer in the directory they are used again. ST_ENOMEM. */
int load_pki_identity(const struct load_pki *p, uint32_t number, struct load_identity *id);
void load_identity_reset(struct load_identity *id);

#endif
