/* SPDX-License-Identifier: BSD-2-Clause */
/* The ledger keeps the state of the collector across restarts (RFC 8412, 3.4.3 and 3.7): the
 * EID Epoch, the Record Identifier of each installed instance, and the events.
 *
 * - It is an SQLite file that only its owner can read. If there is no place for a file it is
 *   in memory, and each run begins a new epoch.
 * - The events of an epoch are numbered 1 to last_eid without gaps. Dropping the oldest begins
 *   a new epoch, in which the others are numbered from 1.
 * - Events are connected by a chain of hashes. ledger_open verifies it and all other content.
 *
 * ledger_file.h opens the file. ledger_event.h and ledger_evidence.h declare the rest. */
#ifndef STANCE_IMC_SWIMA_LEDGER_H
#define STANCE_IMC_SWIMA_LEDGER_H

#include "base/span.h"
#include "base/wr.h"

#define LEDGER_MAX_EVENTS (1u << 24) /* highest value of max_events */

struct ledger;

/* An installed instance. content is the input of its record: if it changes, the software was
 * altered. Empty content: unknown, because the ledger is from an older version. */
struct ledger_entry {
	uint32_t id;    /* Record Identifier, from 1; never used twice */
	uint8_t source; /* Source Identification Number */
	struct span key, identifier, content;
	struct span tag; /* its own tag, kept for the deletion event; else empty */
	int64_t since;   /* installed or first seen; microseconds since 1970 */
};

/* An event (RFC 8412, 3.7.1). */
struct ledger_event {
	uint32_t eid;
	uint8_t action; /* SWIMA_CREATION ... */
	uint8_t source, model;
	uint32_t record; /* Record Identifier */
	int64_t at;      /* best known time; microseconds since 1970 */
	struct span identifier, locator;
	struct span copy; /* of a deletion: the record of the deleted instance, or empty */
};

/* A change is everything between begin and end, all or nothing. end commits if err is 0 and
 * rolls back otherwise. It returns err or the error of the commit.
 *
 *     ST_EBUSY  another process holds the file for too long
 *     ST_EDB    the file is damaged, gone or was replaced
 *     ST_EIO    the file cannot be read or written, for example because the disk is full */
int ledger_begin(struct ledger *l);
int ledger_end(struct ledger *l, int err);

/* True: another process has changed the ledger since the last begin. */
bool ledger_changed(struct ledger *l);

uint32_t ledger_epoch(const struct ledger *l);
uint32_t ledger_last_eid(const struct ledger *l);

/* Sequence number of the last event. Unlike the EID, the sequence number of an event does not
 * change when an epoch begins; it is valid in this process. The event with number EID has the
 * sequence number sequence - last_eid + EID. */
uint64_t ledger_sequence(const struct ledger *l);

/* Continues the sequence of another ledger, which this one replaces. */
void ledger_continue(struct ledger *l, uint64_t sequence);

/* --- instances --- */

/* True: the first snapshot is recorded, so later additions are events. */
bool ledger_begun(const struct ledger *l);
void ledger_set_begun(struct ledger *l);

/* Time of the last scan of the sources, in microseconds since 1970; 0: never. Set inside a
 * change. */
int64_t ledger_scan_time(const struct ledger *l);
void ledger_set_scan_time(struct ledger *l, int64_t at);

/* Iterates over the entries, sorted by source and key, without tags. rewind starts. next
 * returns 1 and *e, borrowed until the next call; 0 at the end; ST_EDB. */
int ledger_rewind(struct ledger *l);
int ledger_next(struct ledger *l, struct ledger_entry *e);

/* Returns the tag of entry e (by source and key), borrowed until the next change; empty:
 * none. */
struct span ledger_tag(struct ledger *l, const struct ledger_entry *e);

/* Adds e with a new Record Identifier, which is set in e. */
int ledger_add(struct ledger *l, struct ledger_entry *e);

/* Replaces content and tag, or removes the entry. Both find it by source and key; ST_EDB: not
 * found. */
int ledger_alter(struct ledger *l, const struct ledger_entry *e);
int ledger_remove(struct ledger *l, const struct ledger_entry *e);

#endif
