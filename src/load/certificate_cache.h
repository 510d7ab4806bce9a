/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates of a simulated fleet, kept in a directory: issuing them takes longer than
 * reading them. */
#ifndef STANCE_LOAD_CERTIFICATE_CACHE_H
#define STANCE_LOAD_CERTIFICATE_CACHE_H

#include "load/certificates.h"

/* Takes the certificates of endpoints 0 to n - 1 from dir, which is made if need be, and
 * issues and keeps there those that are missing. p is a load_pki_issuer; afterwards it has
 * them all, with the key that is kept with them. What is of another authority or domain, too
 * old or damaged is not used. ST_ECONF with e filled; ST_ENOMEM. */
int load_cache(struct load_pki *p, const char *dir, uint32_t n, struct tls_error *e);

#endif
