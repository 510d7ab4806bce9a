/* SPDX-License-Identifier: BSD-2-Clause */
/* What the collector remembers from one run to the next: the EID Epoch, which number each
 * installed instance has, and what happened to them (RFC 8412, 3.4.3 and 3.7). An SQLite file
 * that only its owner can read; where there is no place for one it is in memory and a new epoch
 * begins each time.
 *
 * Inside one epoch the events are numbered 1, 2, 3 ... last_eid, and all of them are there: when
 * the oldest are cut off, a new epoch begins and the rest is numbered from 1. They hang together
 * by a chain of hashes that ledger_open checks along with everything else. */
#ifndef STANCE_IMC_SWIMA_LEDGER_H
#define STANCE_IMC_SWIMA_LEDGER_H

#include "base/span.h"
#include "base/wr.h"

#define LEDGER_MAX_EVENTS (1u << 24) /* highest ceiling that can be set */

struct ledger;

/* One instance as the ledger knows it. `content` is what its record is made of: when it
 * changes the software was altered. Empty: not known since an older version's ledger. */
struct ledger_entry {
	uint32_t id;    /* Record Identifier, from 1; never given out twice */
	uint8_t source; /* Source Identification Number */
	struct span key, identifier, content;
	struct span tag; /* the tag that it brought, for the day it is gone; else empty */
	int64_t since;   /* when it came, or was first seen; microseconds since 1970 */
};

/* One thing that happened (RFC 8412, 3.7.1). */
struct ledger_event {
	uint32_t eid;
	uint8_t action; /* SWIMA_CREATION ... */
	uint8_t source, model;
	uint32_t record; /* Record Identifier */
	int64_t at;      /* when, as far as we can tell */
	struct span identifier, locator;
	struct span copy; /* of a deletion: the record of what is gone, or empty */
};

/* Opens or makes the file (mode 0600); path NULL or "": in memory. A file that is damaged, was
 * tampered with or is not ours is put aside as PATH.bad and a new one begun; one that is not
 * the file that was in use last (restored from a backup) gets a new epoch. *why says so, or why
 * the file cannot be used and the ledger is in memory (static text, else NULL). 0, ST_ENOMEM,
 * or ST_E... when not even memory will do. */
int ledger_open(const char *path, uint32_t max_events, struct ledger **l,
		const char **err_msg);
void ledger_close(struct ledger *l);
bool ledger_on_disk(const struct ledger *l);

/* One change of the ledger: all between begin and end, or nothing. ST_EBUSY: another process
 * has it for too long; ST_EDB: the file is damaged, gone or was replaced; ST_EIO: it cannot be
 * read or written, for example because the disk is full. end commits when err is 0 and rolls
 * back otherwise; it returns err or what went wrong. */
int ledger_begin(struct ledger *l);
int ledger_end(struct ledger *l, int err);

/* Another process has changed it since the last begin. */
bool ledger_changed(struct ledger *l);

uint32_t ledger_epoch(const struct ledger *l);
uint32_t ledger_last_eid(const struct ledger *l);

/* Counts events in this process, whatever the epoch does: event EID of now is number
 * sequence - last_eid + EID, and an event that stays when an epoch begins keeps its number. */
uint64_t ledger_sequence(const struct ledger *l);

/* This ledger takes the place of one in which the number was this. */
void ledger_continue(struct ledger *l, uint64_t sequence);

/* --- instances --- */

/* The first snapshot was taken in: from here on what is added is a change. */
bool ledger_begun(const struct ledger *l);
void ledger_set_begun(struct ledger *l);

/* The moment that the entries are of; 0: never. Set inside a change. */
int64_t ledger_looked(const struct ledger *l);
void ledger_set_looked(struct ledger *l, int64_t at);

/* The entries ordered by source and key, without their tags. Starts over with rewind; then 1
 * and *e (borrowed until the next call), 0 at the end, ST_EDB. */
int ledger_rewind(struct ledger *l);
int ledger_next(struct ledger *l, struct ledger_entry *e);

/* The tag that entry e (source and key) brought, borrowed until the next change; empty: none. */
struct span ledger_tag(struct ledger *l, const struct ledger_entry *e);

/* Takes e in under a new number, which it sets; replaces content and tag; drops it. The last
 * two go by source and key; no such entry is ST_EDB. */
int ledger_add(struct ledger *l, struct ledger_entry *e);
int ledger_alter(struct ledger *l, const struct ledger_entry *e);
int ledger_remove(struct ledger *l, const struct ledger_entry *e);

/* --- events --- */

/* Appends ev under the next EID, which it sets. */
int ledger_append(struct ledger *l, struct ledger_event *ev);

/* What happened cannot be told by events: they are dropped, and validators that know the old
 * state have to fetch the whole inventory (RFC 8412, 3.7.1). */
void ledger_new_epoch(struct ledger *l);

/* The events from EID `from` on, in order, outside of a change: events, then next until it is
 * not 1 (*ev is borrowed until the next call), then events_end. ST_EBUSY: another process has
 * changed the ledger. */
int ledger_events(struct ledger *l, uint32_t from);
int ledger_event_next(struct ledger *l, struct ledger_event *ev);
void ledger_events_end(struct ledger *l);

/* Appends the kept copy of a deleted record to w; nothing when there is none. w->err or ST_EDB.
 */
int ledger_copy(struct ledger *l, uint32_t record, struct wr *w);

/* --- evidence --- */

/* What was found of the files of an instance (evidence_list.h). */
struct ledger_evidence {
	uint8_t source;
	struct span key;
	struct span identifier; /* of what was installed then */
	struct span sum;        /* SHA256_SIZE octets; empty: it has no evidence */
	struct span files;
};

/* What is kept of this instance, borrowed until end: 1; 0: nothing; ST_EDB. */
int ledger_evidence_get(struct ledger *l, uint8_t source, struct span key,
			struct ledger_evidence *e);
void ledger_evidence_end(struct ledger *l);

/* Inside a change. What is kept of an instance goes when the instance is removed. */
int ledger_evidence_put(struct ledger *l, const struct ledger_evidence *e);
int ledger_evidence_drop(struct ledger *l, uint8_t source, struct span key);
int ledger_evidence_clear(struct ledger *l);

#endif
