/* What the collector remembers from one run to the next: the EID Epoch and which number each
 * installed instance has (RFC 8412, 3.4.3 and 3.7.1). An SQLite file that only its owner can
 * read; where there is no place for one it is in memory and a new epoch begins each time. */
#ifndef STANCE_IMC_SWIMA_LEDGER_H
#define STANCE_IMC_SWIMA_LEDGER_H

#include "source.h"

struct ledger;

/* One instance as the ledger knows it. `content` is what its record is made of: when it
 * changes the software was altered. */
struct ledger_entry {
	uint32_t id;    /* Record Identifier, from 1; never given out twice */
	uint8_t source; /* Source Identification Number */
	struct span key, identifier, content;
	int64_t since; /* when it was installed, microseconds since 1970 */
};

/* Opens or makes the file (mode 0600); path NULL or "": in memory. A file that is damaged or
 * not ours is put aside as PATH.bad and a new one begun. When the file cannot be used the
 * ledger is in memory and *why says the reason (static text, else NULL). 0, ST_ENOMEM or
 * ST_EDB. */
int ledger_open(const char *path, struct ledger **l, const char **why);
void ledger_close(struct ledger *l);

/* One change of the ledger: all between begin and end, or nothing. ST_EBUSY: another process
 * has it for too long. end commits when err is 0 and rolls back otherwise; it returns err or
 * what went wrong. */
int ledger_begin(struct ledger *l);
int ledger_end(struct ledger *l, int err);

/* No instance was ever taken in: what is added now is the first snapshot, not a change. */
bool ledger_empty(const struct ledger *l);

uint32_t ledger_epoch(const struct ledger *l);
uint32_t ledger_last_eid(const struct ledger *l);

/* The entries ordered by source and key. Starts over with rewind; then 1 and *e (borrowed
 * until the next call), 0 at the end, ST_EDB. */
int ledger_rewind(struct ledger *l);
int ledger_next(struct ledger *l, struct ledger_entry *e);

/* Takes e in under a new number, which it sets; replaces the content of e->id; drops it. */
int ledger_add(struct ledger *l, struct ledger_entry *e);
int ledger_alter(struct ledger *l, const struct ledger_entry *e);
int ledger_remove(struct ledger *l, const struct ledger_entry *e);

/* The instances changed and no events say how: validators that know the old state have to
 * fetch the whole inventory (RFC 8412, 3.7.1). */
void ledger_new_epoch(struct ledger *l);

#endif
