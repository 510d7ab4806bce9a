/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of the ledger: opens and checks it. */
#ifndef STANCE_IMC_SWIMA_LEDGER_FILE_H
#define STANCE_IMC_SWIMA_LEDGER_FILE_H

#include "ledger.h"

/* Opens or creates the file at path (mode 0600); path NULL or "": in memory.
 *
 * - A file that is damaged, was altered, or is not a ledger is renamed to PATH.bad, and a new
 *   file is created.
 * - A file that is not the one used last (for example restored from a backup) gets a new
 *   epoch.
 * - If the file cannot be used, the ledger is in memory.
 *
 * *err_msg reports which of these happened (static text), else NULL. Returns 0, ST_ENOMEM, or
 * ST_E...: a ledger in memory failed, too. */
int ledger_open(const char *path, uint32_t max_events, struct ledger **l,
		const char **err_msg);
void ledger_close(struct ledger *l);

/* False: the ledger is in memory. */
bool ledger_on_disk(const struct ledger *l);

/* Opens path (NULL: memory) without repairing anything. ST_EDB: damaged, or not a ledger. */
int ledger_try(struct ledger *l, const char *path);

/* Closes the database but keeps l. */
void ledger_close_db(struct ledger *l);

#endif
