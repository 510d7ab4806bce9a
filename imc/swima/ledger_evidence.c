/* SPDX-License-Identifier: BSD-2-Clause */
/* The evidence kept in the ledger. It is not part of the seal: damaged evidence is detected
 * when it is used, and collected again. */
#include "ledger_evidence.h"
#include "ledger_db.h"

#include "base/err.h"

int ledger_evidence_get(struct ledger *l, uint8_t source, struct span key,
			struct ledger_evidence *e)
{
	sqlite3_stmt *s = l->sql[SQL_GET_EVIDENCE];
	int rc;

	(void)sqlite3_reset(s);
	(void)sqlite3_bind_int(s, 1, source);
	ledger_bind(s, 2, key);
	if ((rc = sqlite3_step(s)) != SQLITE_ROW) {
		(void)sqlite3_reset(s);
		return rc == SQLITE_DONE ? 0 : ST_EDB;
	}
	*e = (struct ledger_evidence){ .source = source,
				       .key = key,
				       .identifier = ledger_column(s, 0),
				       .sum = ledger_column(s, 1),
				       .files = ledger_column(s, 2) };
	return 1;
}

void ledger_evidence_end(struct ledger *l)
{
	(void)sqlite3_reset(l->sql[SQL_GET_EVIDENCE]);
}

int ledger_evidence_put(struct ledger *l, const struct ledger_evidence *e)
{
	sqlite3_stmt *s = l->sql[SQL_PUT_EVIDENCE];

	(void)sqlite3_bind_int(s, 1, e->source);
	ledger_bind(s, 2, e->key);
	ledger_bind(s, 3, e->identifier);
	ledger_bind(s, 4, e->sum);
	ledger_bind(s, 5, e->files);
	return ledger_run(s);
}

int ledger_evidence_drop(struct ledger *l, uint8_t source, struct span key)
{
	sqlite3_stmt *s = l->sql[SQL_DROP_EVIDENCE];

	(void)sqlite3_bind_int(s, 1, source);
	ledger_bind(s, 2, key);
	return ledger_run(s);
}

int ledger_evidence_clear(struct ledger *l)
{
	return ledger_exec(l, "DELETE FROM evidence");
}
