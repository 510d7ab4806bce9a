/* SPDX-License-Identifier: BSD-2-Clause */
/* Reconciles the ledger with a new snapshot of the sources. */
#ifndef STANCE_IMC_SWIMA_RECONCILE_H
#define STANCE_IMC_SWIMA_RECONCILE_H

#include "collection_core.h"

/* Sets the Record Identifiers of the records in `now`, and writes the differences between
 * `now` and the ledger to the ledger, as events. A ledger that cannot be used is replaced. 0
 * or ST_E... */
int collection_reconcile(struct collection *c, struct snapshot *now);

/* True: the ledger is in memory because of an earlier failure, and its file is due for a
 * retry. */
bool collection_retry_due(const struct collection *c);

#endif
