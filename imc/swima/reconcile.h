/* SPDX-License-Identifier: BSD-2-Clause */
/* Bringing the ledger up to date with a new snapshot of the sources. */
#ifndef STANCE_IMC_SWIMA_RECONCILE_H
#define STANCE_IMC_SWIMA_RECONCILE_H

#include "collection_core.h"

/* Gives the records of `now` their numbers and writes the differences to the ledger's entries into it, as
 * events. Replaces a ledger that cannot be used. 0 or ST_E.... */
int collection_reconcile(struct collection *c, struct snapshot *now);

/* True when it is time to try the ledger's file again after it had to be in memory. */
bool collection_retry_due(const struct collection *c);

#endif
