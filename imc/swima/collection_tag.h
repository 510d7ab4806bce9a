/* SPDX-License-Identifier: BSD-2-Clause */
/* The tag of a record whose software has no tag of its own. */
#ifndef STANCE_IMC_SWIMA_COLLECTION_TAG_H
#define STANCE_IMC_SWIMA_COLLECTION_TAG_H

#include "collection_core.h"

/* Appends the tag made for a record without a tag of its own. ST_EBUSY: its evidence has
 * changed; refresh and begin again. */
int collection_tag_write(struct collection *c, const struct record *r, struct wr *w);

#endif
