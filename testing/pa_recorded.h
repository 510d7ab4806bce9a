/* SPDX-License-Identifier: BSD-2-Clause */
/* The PA-TNC messages inside recorded conversations: transcript lines are PT-TLS messages. */
#ifndef STANCE_TESTING_PA_RECORDED_H
#define STANCE_TESTING_PA_RECORDED_H

#include "base/span.h"

#include <stddef.h>

/* Calls fn for each PA-TNC message of this subtype (vendor IETF) that side ('C' or 'S') said
 * in testing/vectors/transcripts/NAME.txt, in order. batch counts the batches of that side.
 * Returns how many there were. */
size_t pa_recorded(const char *name, char side, uint32_t subtype,
		   void (*fn)(void *ctx, size_t batch, struct span msg), void *ctx);

#endif
