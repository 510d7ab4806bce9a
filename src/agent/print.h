/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of `stance-agent --once`. */
#ifndef STANCE_AGENT_PRINT_H
#define STANCE_AGENT_PRINT_H

#include "host/imc_peer.h"

#include <stdio.h>

/* "compliant", "allowed" ...; never NULL. */
const char *agent_evaluation_name(enum pb_assessment evaluation);
const char *agent_access_name(enum pb_access access);

/* Prints the result with all reasons and remediation instructions, one per line. Control
 * characters in text from the manager are omitted. */
void agent_print(FILE *to, const char *server, const struct imc_result *r);

/* True: the manager recommends access, or it gives no recommendation and the endpoint is
 * compliant. */
bool agent_accepted(const struct imc_result *r);

#endif
