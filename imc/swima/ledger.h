/* SPDX-License-Identifier: BSD-2-Clause */
/* The ledger: what the collector keeps from one run to the next (RFC 8412, 3.4.3 and 3.7): the EID Epoch,
 * the number of each installed instance, and the events. It is an SQLite file that only its owner can
 * read; without a place for one it is in memory, and each run begins a new epoch.
 *
 * The events of an epoch are numbered 1 to last_eid without gaps. Dropping the oldest begins a new epoch
 * that numbers the rest from 1. A chain of hashes connects them; ledger_open checks it and everything
 * else. ledger_file.h opens a ledger, ledger_event.h and ledger_evidence.h have the rest. */
#ifndef STANCE_IMC_SWIMA_LEDGER_H
#define STANCE_IMC_SWIMA_LEDGER_H

#include "base/span.h"
#include "base/wr.h"

#define LEDGER_MAX_EVENTS (1u << 24) /* highest ceiling that can be set */

struct ledger;

/* An installed instance. When `content`, from which its record is made, changes, the software was
 * altered. Empty content: unknown, from the ledger of an older version. */
struct ledger_entry {
	uint32_t id;    /* Record Identifier, from 1; never used twice */
	uint8_t source; /* Source Identification Number */
	struct span key, identifier, content;
	struct span tag; /* the tag that it brought, kept for its deletion; else empty */
	int64_t since;   /* installed, or first seen; microseconds since 1970 */
};

/* An event (RFC 8412, 3.7.1). */
struct ledger_event {
	uint32_t eid;
	uint8_t action; /* SWIMA_CREATION ... */
	uint8_t source, model;
	uint32_t record; /* Record Identifier */
	int64_t at;      /* best known time */
	struct span identifier, locator;
	struct span copy; /* of a deletion: the record of the deleted instance, or empty */
};

/* A change: everything between begin and end, or nothing. end commits when err is 0 and rolls back
 * otherwise; it returns err or the error of the commit.
 *
 *	ST_EBUSY  another process holds the file for too long
 *	ST_EDB    the file is damaged, gone or was replaced
 *	ST_EIO    it cannot be read or written, for example because the disk is full */
int ledger_begin(struct ledger *l);
int ledger_end(struct ledger *l, int err);

/* True when another process changed the ledger since the last begin. */
bool ledger_changed(struct ledger *l);

uint32_t ledger_epoch(const struct ledger *l);
uint32_t ledger_last_eid(const struct ledger *l);

/* A number for each event that does not change with the epoch, in this process: event EID has number
 * sequence - last_eid + EID. */
uint64_t ledger_sequence(const struct ledger *l);

/* This ledger replaces one whose number was `sequence`. */
void ledger_continue(struct ledger *l, uint64_t sequence);

/* --- instances --- */

/* True once the first snapshot is recorded: later additions are events. */
bool ledger_begun(const struct ledger *l);
void ledger_set_begun(struct ledger *l);

/* The moment of the last look at the sources; 0: never. Set inside a change. */
int64_t ledger_looked(const struct ledger *l);
void ledger_set_looked(struct ledger *l, int64_t at);

/* Iterates over the entries by source and key, without tags. rewind starts; next returns 1 and *e
 * (borrowed until the next call), 0 at the end, ST_EDB. */
int ledger_rewind(struct ledger *l);
int ledger_next(struct ledger *l, struct ledger_entry *e);

/* The tag of entry e (by source and key), borrowed until the next change; empty: none. */
struct span ledger_tag(struct ledger *l, const struct ledger_entry *e);

/* Add e under a new number, which is set in e; replace content and tag of e; remove e. The last two find
 * the entry by source and key; ST_EDB when there is none. */
int ledger_add(struct ledger *l, struct ledger_entry *e);
int ledger_alter(struct ledger *l, const struct ledger_entry *e);
int ledger_remove(struct ledger *l, const struct ledger_entry *e);

#endif
