/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence: which files the records of a collection name, and whether they changed. */
#ifndef STANCE_IMC_SWIMA_COLLECTION_EVIDENCE_H
#define STANCE_IMC_SWIMA_COLLECTION_EVIDENCE_H

#include "collection_core.h"

/* The next step of looking for evidence. */
enum evidence_step {
	EVIDENCE_DONE,
	EVIDENCE_REFRESH, /* done, and collection_refresh will find altered records */
	EVIDENCE_WORK,    /* *work is filled: look at its files (evidence.h), then ..._take */
	EVIDENCE_LATER,   /* call again */
};

/* Starts looking. check: all files again; otherwise those of new instances. collection_refresh starts by
 * itself. Then call ..._next until it is done. */
void collection_evidence_begin(struct collection *c, bool check);
enum evidence_step collection_evidence_next(struct collection *c, struct evidence_work *work);

/* Takes over the result of looking at the files of *work. */
int collection_evidence_take(struct collection *c, const struct evidence_work *work);

/* The part of a collection's life: open returns 0 or ST_ENOMEM. */
int collection_evidence_open(struct collection *c);
void collection_evidence_close(struct collection *c);

/* Writes the digest of a record's evidence to text, for the snapshot (snapshot.h). */
int collection_evidence_sum(void *ctx, uint8_t source, struct span key, struct span identifier,
			    char text[SHA256_TEXT]);

/* Adds the files of r to its tag, which borrows a and l. ST_EBUSY: they differ from the digest; refresh
 * and begin again. */
int collection_evidence_describe(struct collection *c, const struct record *r, struct arena *a,
				 struct evidence_list *l, struct swid_tag *tag);

#endif
