/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the collection: what collection.c and account.c share. */
#ifndef STANCE_IMC_SWIMA_COLLECTION_CORE_H
#define STANCE_IMC_SWIMA_COLLECTION_CORE_H

#include "collection.h"
#include "ledger.h"
#include "snapshot.h"

struct collection_source {
	const struct source_class *class;
	struct source *source;
	struct source_stamp stamp;
};

/* Evidence that is being looked for. */
struct collection_evidence {
	bool running, check;          /* check: also what is known */
	bool changed;                 /* something is not as the records say */
	bool full;                    /* said that there is no more room */
	size_t at;                    /* the record that is next */
	size_t total;                 /* octets that are kept of the records before that */
	struct ledger_evidence *rows; /* found, not written yet */
	size_t n;
	struct arena arena; /* of rows */
	struct sha256 *sha;
};

struct collection {
	struct collection_conf conf;
	struct collection_evidence evidence;
	struct collection_source sources[COLLECTION_MAX_SOURCES];
	size_t n_sources;
	struct ledger *ledger;
	uint64_t sequence; /* after the last change that went well */
	int64_t retry_at;  /* monotonic: when the ledger's file is tried again */
	struct snapshot state;
	bool fresh; /* state has been filled, and the stamps are those of before that */
};

/* The source with this number, NULL: not in use. */
const struct collection_source *collection_source_of(const struct collection *c,
						     uint8_t number);

/* Appends the tag of a record that brings none, made here. ST_EBUSY: its evidence is another one
 * by now, refresh and begin again. */
int collection_make_tag(struct collection *c, const struct record *r, struct wr *w);

/* collection_evidence.c: open, 0 or ST_ENOMEM; for a look at the sources, what becomes the digest
 * of a record (snapshot.h); the files of r for its tag, which borrows a and l. ST_EBUSY: they are
 * others than the digest says, refresh and begin again. */
int collection_evidence_open(struct collection *c);
void collection_evidence_close(struct collection *c);
int collection_evidence_sum(void *ctx, uint8_t source, struct span key, struct span identifier,
			    char text[SHA256_TEXT]);
int collection_evidence_describe(struct collection *c, const struct record *r, struct arena *a,
				 struct evidence_list *l, struct swid_tag *tag);

/* account.c: gives the records of `now` their numbers and writes into the ledger how they
 * differ from what it has. Replaces a ledger that cannot be used; remembers where that leaves
 * us. */
int collection_account(struct collection *c, struct snapshot *now);

/* Whether a ledger that had to be in memory can be tried on the disk again. */
bool collection_retry_due(const struct collection *c);

#endif
