/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from the peer. Private to the kit. */
#ifndef STANCE_KIT_INBOX_H
#define STANCE_KIT_INBOX_H

#include "kit/core.h"

/* True when the descriptor lists this type. */
bool kit_listens(const struct kit *k, struct kit_type type);

/* Handles one message: checks it, answers errors (RFC 5792, 4.2.8), calls the handlers. Faults
 * of the peer are logged and answered, not returned. */
void kit_receive(struct kit_conn *c, struct kit_type type, uint32_t source, struct span msg);

#endif
