/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host does for the module (functions found through the bind function). Private to
 * the kit. */
#ifndef STANCE_KIT_BROKER_H
#define STANCE_KIT_BROKER_H

#include "kit/core.h"
#include "kit/outbox.h"

/* Looks up the host's functions. 0, or ST_EPLUGIN when a required one is missing. */
int kit_broker_bind(struct kit *k, TNC_TNCC_BindFunctionPointer bind);

/* Reports the message types of the descriptor to the host. */
int kit_broker_report_types(struct kit *k);

/* Reads the connection's long_types, exclusive and max_message from the host. */
void kit_broker_learn(struct kit_conn *c);

/* Copies an attribute of the connection into buf. Returns its length, ST_ENOENT, or ST_ELIMIT
 * with the length in *need (need may be NULL). */
int kit_broker_get(struct kit_conn *c, TNC_AttributeID what, void *buf, size_t cap,
		   size_t *need);

/* Gives one message to the host. ST_ESTATE, ST_ELIMIT, ST_EUNSUPPORTED, ST_EIO. */
int kit_broker_send(struct kit_conn *c, const struct kit_out *m);

/* The endpoint's Accept-Language value; "" when unknown. Valid until the entry point
 * returns. */
const char *kit_language(struct kit_conn *c);

#endif
