/* SPDX-License-Identifier: BSD-2-Clause */
/* What a simulated endpoint says about its system (RFC 5792, 4.2): always the same. */
#ifndef STANCE_LOAD_ENDPOINT_OS_H
#define STANCE_LOAD_ENDPOINT_OS_H

#include "base/span.h"
#include "base/wr.h"

/* Appends the attributes that a collector says unasked. Returns w->err. */
int load_os_say(struct wr *w);

/* Appends what a validator's message asks for. 0 or ST_E... of the message or of w. */
int load_os_answer(struct span message, struct wr *w);

#endif
