/* SPDX-License-Identifier: BSD-2-Clause */
/* Both ends of a TLS connection without a socket in between. */
#ifndef TLS_LAB_H
#define TLS_LAB_H

#include "net_lab.h"

struct end {
	struct tls *tls;
	int err; /* of the last tls_read: ST_E..., 0 */
	uint8_t got[4096];
	size_t n;
};

/* Carries octets to and fro until nobody has any. */
void shuttle(struct end *server, struct end *client);

#endif
