/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence of the records of a collection: selects the next instance to check, and keeps the
 * results. */
#ifndef STANCE_IMC_SWIMA_COLLECTION_EVIDENCE_H
#define STANCE_IMC_SWIMA_COLLECTION_EVIDENCE_H

#include "collection_core.h"

/* What the caller does next. */
enum evidence_next {
	EVIDENCE_DONE,
	EVIDENCE_REFRESH, /* done; collection_refresh will find altered records */
	EVIDENCE_WORK,    /* check the files of *work, then call ..._take */
	EVIDENCE_LATER,   /* call again */
};

/* Starts a pass over the records: with check all files, otherwise those of new instances. A
 * collection_refresh that finds changes calls it, too. Then call collection_evidence_next
 * until it is done. */
void collection_evidence_begin(struct collection *c, bool check);
enum evidence_next collection_evidence_next(struct collection *c, struct evidence_work *work);

/* Stores the result of the check of *work. 0, or ST_E... */
int collection_evidence_take(struct collection *c, const struct evidence_work *work);

/* Called by collection_open and collection_close. open returns 0 or ST_ENOMEM. */
int collection_evidence_open(struct collection *c);
void collection_evidence_close(struct collection *c);

/* Writes the hash of an instance's evidence to text: 1; 0: none. The callback of
 * snapshot.h. */
int collection_evidence_sum(void *ctx, uint8_t source, struct span key, struct span identifier,
			    char text[SHA256_TEXT]);

/* Adds the files of r to its tag, which borrows a and l. 0; ST_ENOMEM; ST_EBUSY: they do not
 * match the digest of the record; refresh and begin again. */
int collection_evidence_describe(struct collection *c, const struct record *r, struct arena *a,
				 struct evidence_list *l, struct swid_tag *tag);

#endif
