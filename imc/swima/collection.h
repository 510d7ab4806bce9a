/* SPDX-License-Identifier: BSD-2-Clause */
/* The endpoint's Software Inventory Evidence Collection (RFC 8412, 2.3): every instance that
 * every source reports, each with its number. One thread at a time. */
#ifndef STANCE_IMC_SWIMA_COLLECTION_H
#define STANCE_IMC_SWIMA_COLLECTION_H

#include "evidence.h"
#include "identifier.h"
#include "ledger.h"
#include "imc/sources/source.h"

#include "wire/swima.h"

#define COLLECTION_MAX_SOURCES 16

struct collection_conf {
	struct source_conf source;
	struct identifier_rules rules;
	const char *maker; /* name of who makes the tags, beside rules.regid */
	const char *const
		*sources;   /* names, ended by NULL; those absent here are passed over */
	const char *ledger; /* path, "": keep nothing */
	size_t max_records;
	uint32_t max_events; /* that the ledger keeps */

	bool evidence;          /* records say which files there are; needs a ledger on disk */
	size_t evidence_files;  /* with more of them a record has no evidence */
	size_t evidence_octets; /* that the ledger keeps, of all records together */
};

struct collection;
struct collection_source;
struct record;

/* Takes a copy of conf's scalars and borrows its strings until close. An unknown source name
 * is ST_ECONF, nothing of this kind of system here is no error. */
int collection_open(const struct collection_conf *conf, struct collection **c);
void collection_close(struct collection *c);

/* Looks at the sources and, if anything is different, brings collection and ledger up to date:
 * numbers for what is new, an event for every change since the last look, also when that was in
 * a run before this one; a new epoch when events cannot tell it (RFC 8412, 3.7.1). On failure the old state stays; *why says in words for the validator
 * what could not be read (static text). ST_ELIMIT: more than max_records. */
int collection_refresh(struct collection *c, const char **err_msg);

uint32_t collection_epoch(const struct collection *c);
uint32_t collection_last_eid(const struct collection *c);

/* Counts events in this process, across epochs (see ledger.h). */
uint64_t collection_sequence(const struct collection *c);

size_t collection_count(const struct collection *c);

/* Record i without its content (record is empty); borrowed until the next refresh. */
void collection_record(const struct collection *c, size_t i, struct swima_record *rec);

/* Appends the record of i to w: the tag that the software brought, octet for octet, or one made
 * here, the same octets for the same software. 0; ST_EBUSY: the tag is another one by now,
 * refresh and begin again; ST_EVALUE when it cannot be said in a tag; or w->err. */
int collection_describe(struct collection *c, size_t i, struct wr *w);

/* The place of the record with this number. 0, ST_ENOENT, ST_ENOMEM. */
int collection_find(struct collection *c, uint32_t record_id, size_t *i);

/* Marks in wanted[count] all records with this identifier. */
int collection_select(struct collection *c, struct span identifier, bool *wanted);

/* The events from EID `from` on: ledger.h says how. The record of one (RFC 8412, 5.10): of what
 * is there as it is now, of what is gone the kept copy, or nothing. Appends to w. */
int collection_events(struct collection *c, uint32_t from);
int collection_event_next(struct collection *c, struct ledger_event *ev);
void collection_events_end(struct collection *c);
int collection_describe_event(struct collection *c, const struct ledger_event *ev,
			      struct wr *w);

/* The directories whose entries change with the software, present or not, one a call; NULL ends.
 * Begins with a walk that is all zero. */
struct collection_walk {
	size_t source, at;
};
const char *collection_directory(const struct collection *c, struct collection_walk *walk);

/* The sources in use, for Source Metadata: metadata is written to a. At most n; returns how
 * many. */
size_t collection_sources(const struct collection *c, struct arena *a, struct swima_source *s,
			  size_t n);

/* Appends the tag made for a record that brings none. ST_EBUSY: its evidence has changed; refresh and
 * begin again. */
int collection_make_tag(struct collection *c, const struct record *r, struct wr *w);

/* The source with this number, NULL: not in use. */
const struct collection_source *collection_source_of(const struct collection *c,
						     uint8_t number);

#endif
