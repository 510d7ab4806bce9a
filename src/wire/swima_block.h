/* SPDX-License-Identifier: BSD-2-Clause */
/* What swima.c and swima_events.c share: counted strings, and the part of a sub-block that
 * records and events have in common. Not installed. */
#ifndef STANCE_WIRE_SWIMA_BLOCK_H
#define STANCE_WIRE_SWIMA_BLOCK_H

#include "wire/swima.h"

/* A string behind its length in two octets. A length that overruns fails at the length; a NUL
 * fails too; beyond that it is opaque (RFC 8412, 3.4.1). */
struct span swima_read16(struct rd *r);

/* Writes the same; ST_ELIMIT in w when it is too long. */
void swima_write16(struct wr *w, struct span s);

bool swima_is_events(uint32_t type);   /* 15, 17 */
bool swima_with_record(uint32_t type); /* 16, 17 */

/* The sub-block from Record Identifier on. at9 is the octet that is reserved in records and
 * Action in events. */
void swima_body_decode(struct rd *r, bool with_record, struct swima_record *rec, uint8_t *at9);
void swima_body_encode(struct wr *w, bool with_record, const struct swima_record *rec,
		       uint8_t at9);

/* After a sub-block: counts it, or takes it back to `before` and returns what went wrong. */
int swima_writer_added(struct swima_writer *sw, size_t before);

#endif
