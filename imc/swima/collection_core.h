/* SPDX-License-Identifier: BSD-2-Clause */
/* struct collection. Private to collection.c, collection_evidence.c and reconcile.c. */
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

#endif
