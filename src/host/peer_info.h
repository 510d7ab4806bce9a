/* SPDX-License-Identifier: BSD-2-Clause */
/* What a host must know about the other end and the transport. */
#ifndef STANCE_HOST_PEER_INFO_H
#define STANCE_HOST_PEER_INFO_H

#include "base/limits.h"
#include "base/log.h"
#include "base/span.h"

struct peer_info {
	const struct log
		*log; /* with the context of its lines; borrowed until the peer is closed */
	const struct limits *limits; /* borrowed until the peer is closed */

	/* The rest is copied. */
	struct span
		ar_identities;  /* validators: AR identity list of IF-IMV 1.4; empty: none */
	struct span tls_unique; /* channel binding; may be empty */
	const char *transport;  /* NULL: "IF-T for TLS" */
	const char *transport_version; /* NULL: "2.0" */

	/* Validators: the language assumed until the peer names one (NULL: "en"). Collectors:
	 * what is asked for, the value of an Accept-Language header (NULL: nothing). */
	const char *language;

	bool full_duplex; /* false on EAP: the server cannot speak after its result */
	bool lax_retry; /* tolerate peers that retry in the middle of a handshake (pb_session.h) */
};

/* A loaded module. Strings are valid as long as the host. */
struct host_module {
	const char *name; /* of tnc_config */
	const char *path;
	unsigned id;
	bool running; /* false: it failed and is not called any more */
};

#endif
