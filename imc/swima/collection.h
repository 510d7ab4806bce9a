/* SPDX-License-Identifier: BSD-2-Clause */
/* The endpoint's Software Inventory Evidence Collection (RFC 8412): the instances that all
 * sources list, each with its Record Identifier. Not thread-safe: the caller serialises all
 * calls. */
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
	const char *maker; /* name of the tag creator; its registration id is rules.regid */
	const char *const
		*sources;   /* names, ended by NULL; those that the system lacks are skipped */
	const char *ledger; /* path; "": in memory only */
	size_t max_records;
	uint32_t max_events; /* kept in the ledger */

	bool evidence;          /* records list files; needs a ledger on disk */
	size_t evidence_files;  /* limit of one record; beyond it the record has none */
	size_t evidence_octets; /* limit of all records together */
};

struct collection;

/* Opens sources and ledger. Copies *conf and borrows its strings until close. A source that
 * the system does not have is not an error. Returns 0; ST_ECONF: unknown source name; other
 * ST_E... */
int collection_open(const struct collection_conf *conf, struct collection **c);
void collection_close(struct collection *c);

/* Scans the sources and updates collection and ledger if anything has changed:
 *
 * - New instances get a Record Identifier.
 * - Every change since the last scan becomes an event, also across restarts.
 * - A new epoch begins if events cannot describe the change (RFC 8412, 3.7.1).
 *
 * Returns 0; ST_ELIMIT: more than max_records; other ST_E... On failure the old state stays,
 * and *err_msg describes the failure for the validator (static text). */
int collection_refresh(struct collection *c, const char **err_msg);

uint32_t collection_epoch(const struct collection *c);
uint32_t collection_last_eid(const struct collection *c);

/* Sequence number of the last event; unlike the EID it continues across epochs (ledger.h). */
uint64_t collection_sequence(const struct collection *c);

size_t collection_count(const struct collection *c);

/* Fills *rec with record i, except for its tag (rec->record is empty). Borrowed until the next
 * refresh. */
void collection_record(const struct collection *c, size_t i, struct swima_record *rec);

/* Appends the tag of record i: the software's own tag, octet for octet, or one made here. A
 * tag made here has the same octets for the same software. Returns 0, w->err, or:
 *
 *     ST_EBUSY   the tag has changed meanwhile: refresh and begin again
 *     ST_EVALUE  the software cannot be described in a tag */
int collection_describe(struct collection *c, size_t i, struct wr *w);

/* Finds the index of the record with this Record Identifier. 0, ST_ENOENT, ST_ENOMEM. */
int collection_find(struct collection *c, uint32_t record_id, size_t *i);

/* Sets wanted[i] for all records i with this Software Identifier. wanted has collection_count
 * elements. */
int collection_select(struct collection *c, struct span identifier, bool *wanted);

/* Iterates over the events from EID `from` on, like ledger_events (ledger_event.h). */
int collection_events(struct collection *c, uint32_t from);
int collection_event_next(struct collection *c, struct ledger_event *ev);
void collection_events_end(struct collection *c);

/* Appends the record of an event (RFC 8412, 5.10): the present tag of an instance that exists;
 * the kept copy, or nothing, of one that was removed. */
int collection_describe_event(struct collection *c, const struct ledger_event *ev,
			      struct wr *w);

/* Iterates over the directories to watch, which need not exist. Starts with *walk all zero;
 * returns one per call, NULL at the end. */
struct collection_walk {
	size_t source, at;
};
const char *collection_directory(const struct collection *c, struct collection_walk *walk);

/* Fills s[n] with the sources in use, for Source Metadata (RFC 8412, 5.14); strings are
 * allocated in a. Returns their number, at most n. */
size_t collection_sources(const struct collection *c, struct arena *a, struct swima_source *s,
			  size_t n);

#endif
