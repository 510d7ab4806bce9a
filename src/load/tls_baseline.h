/* SPDX-License-Identifier: BSD-2-Clause */
/* The floor under an assessment: what a bare mutual TLS handshake costs the manager's side on
 * this machine, now. */
#ifndef STANCE_LOAD_TLS_BASELINE_H
#define STANCE_LOAD_TLS_BASELINE_H

#include "load/certificates.h"

/* Processor ms of the server for one TLS 1.3 handshake with certificates on both sides, issued
 * by p: the mean of `count`, with both ends here and no socket in between. 0: p cannot
 * issue. */
double tls_baseline_handshake_ms(const struct load_pki *p, unsigned count);

#endif
