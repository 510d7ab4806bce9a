/* SPDX-License-Identifier: BSD-2-Clause */
/* What a person who ran `stance-agent --once` sees. */
#ifndef STANCE_AGENT_PRINT_H
#define STANCE_AGENT_PRINT_H

#include "host/imc_peer.h"

#include <stdio.h>

/* "compliant", "allowed" ...; never NULL. */
const char *agent_evaluation_name(enum pb_assessment evaluation);
const char *agent_access_name(enum pb_access access);

/* The result with all reasons and remediation, one thing a line. What the manager wrote is
 * shown without its control characters. */
void agent_print(FILE *to, const char *server, const struct imc_result *r);

/* Whether this endpoint is welcome as it is: the recommendation decides; without one, the
 * assessment. */
bool agent_accepted(const struct imc_result *r);

#endif
