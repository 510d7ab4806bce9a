/* SPDX-License-Identifier: BSD-2-Clause */
/* Identity of the ledger's file: the mark file beside it reveals that an older copy of the
 * ledger was restored. Private to ledger*.c. */
#ifndef STANCE_IMC_SWIMA_LEDGER_MARK_H
#define STANCE_IMC_SWIMA_LEDGER_MARK_H

#include "ledger_db.h"

/* Stores the identity of the open file at path, and opens or creates PATH.mark. 0 or
 * ST_ENOMEM. If the mark file cannot be opened, nothing is marked. */
int ledger_mark_open(struct ledger *l, const char *path);
void ledger_mark_close(struct ledger *l);

/* Writes the mark after a change. */
void ledger_mark(struct ledger *l);

/* True: the mark shows that the open file is the one used last. */
bool ledger_marked(struct ledger *l);

/* True: the open database is still the file at its path. */
bool ledger_in_place(const struct ledger *l);

#endif
