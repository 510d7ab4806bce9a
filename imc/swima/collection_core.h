/* SPDX-License-Identifier: BSD-2-Clause */
/* struct collection. Private to collection*.c and reconcile.c. */
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

/* Progress of the check of files. */
struct collection_evidence {
	bool running, check;          /* check: known evidence, too */
	bool changed;                 /* evidence of a record differs from the record */
	bool full;                    /* the limit was logged */
	size_t at;                    /* index of the next record */
	size_t total;                 /* octets of evidence of the records before it */
	struct ledger_evidence *rows; /* results not written to the ledger yet */
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
	uint64_t sequence; /* after the last successful change */
	int64_t retry_at;  /* monotonic time of the next attempt to use the ledger's file */
	struct snapshot state;
	bool fresh; /* state is valid, and the stamps were taken before it was read */
};

/* Returns the source with this Source Identification Number; NULL: not in use. */
const struct collection_source *collection_source_of(const struct collection *c,
						     uint8_t number);

#endif
