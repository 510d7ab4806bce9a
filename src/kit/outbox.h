/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to the peer, and segments in both directions. Private to the kit. */
#ifndef STANCE_KIT_OUTBOX_H
#define STANCE_KIT_OUTBOX_H

#include "kit/core.h"

/* A PA-TNC message under construction. */
struct kit_out {
	struct kit_type type;
	uint32_t from, to; /* our id; the peer's, or KIT_ANY_ID for all */
	bool sealed;       /* takes no more attributes */
	struct wr msg;
	struct kit_out *next;
};

/* One module of the peer, for one subtype. */
struct kit_peer {
	uint32_t id; /* KIT_ANY_ID when the host does not tell */
	struct kit_type type;
	struct pa_reasm reasm;
	struct kit_peer *next;
};

/* The entry of a peer, made if need be. NULL: too many, or out of memory. */
struct kit_peer *kit_peer(struct kit_conn *c, struct kit_type type, uint32_t id);
void kit_peers_free(struct kit_conn *c);

/* The message to `to` (NULL: all) under construction in the current type; NULL when out of
 * memory. */
struct kit_out *kit_out(struct kit_conn *c, const struct kit_peer *to);

/* The writer for the next attribute, empty. */
struct wr *kit_attr(struct kit_conn *c);

/* How an attribute is sent. ASK: a validator waits for the answer. RAW: unchanged, never in
 * segments. ALONE: RAW, in a message of its own. */
enum kit_how { KIT_ANSWER, KIT_ASK, KIT_RAW, KIT_ALONE };

/* Puts the attribute in the writer into a message. ST_ELIMIT, ST_EBUSY, ST_ESTATE, or the
 * writer's error: nothing is sent. */
int kit_send(struct kit_conn *c, enum kit_how how);

/* Sends an error attribute; kit_invalid makes it Invalid Parameter for the octet at offset
 * `at` and returns ST_EVALUE. */
int kit_error(struct kit_conn *c, const struct pa_error *e);
int kit_invalid(struct kit_conn *c, const struct pa_attr *a, size_t at);

/* Largest attribute that can be sent now, in octets with its header. */
uint32_t kit_max_attribute(struct kit_conn *c);

/* True while segments are under way. */
bool kit_busy(const struct kit_conn *c);

/* Gives all messages to the host. Tries every one; returns the first error. */
int kit_flush(struct kit_conn *c);

/* Drops all messages. */
void kit_outbox_drop(struct kit_conn *c);

#endif
