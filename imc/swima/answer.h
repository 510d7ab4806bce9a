/* Building the answers to a SWIMA Request from the collection. */
#ifndef STANCE_IMC_SWIMA_ANSWER_H
#define STANCE_IMC_SWIMA_ANSWER_H

#include "collection.h"

/* Appends the whole attribute that answers q: an inventory of all or of the wanted software, by
 * identifier or with records; or the events from q->earliest_eid on. Uses q->ids up. 0;
 * ST_ELIMIT: longer than w->max allows; other ST_E...: cannot be answered. w is to be dropped
 * after a failure. */
int answer_write(struct wr *w, struct collection *c, struct swima_request *q);

#endif
