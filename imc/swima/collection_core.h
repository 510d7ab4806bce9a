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

struct collection {
	struct collection_conf conf;
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

/* Appends the tag of a record that brings none, made here. */
int collection_make_tag(const struct collection *c, const struct record *r, struct wr *w);

/* account.c: gives the records of `now` their numbers and writes into the ledger how they
 * differ from what it has. Replaces a ledger that cannot be used; remembers where that leaves
 * us. */
int collection_account(struct collection *c, struct snapshot *now);

/* Whether a ledger that had to be in memory can be tried on the disk again. */
bool collection_retry_due(const struct collection *c);

#endif
