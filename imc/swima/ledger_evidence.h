/* SPDX-License-Identifier: BSD-2-Clause */
/* The evidence that the ledger keeps: files of an instance, their state and hashes. */
#ifndef STANCE_IMC_SWIMA_LEDGER_EVIDENCE_H
#define STANCE_IMC_SWIMA_LEDGER_EVIDENCE_H

#include "ledger.h"

struct ledger_evidence {
	uint8_t source;
	struct span key;
	struct span identifier; /* of the instance at that time */
	struct span sum;        /* SHA256_SIZE octets; empty: it has no evidence */
	struct span files;      /* evidence_list.h */
};

/* Finds the evidence of an instance. 1 (borrowed until ledger_evidence_end), 0: none,
 * ST_EDB. */
int ledger_evidence_get(struct ledger *l, uint8_t source, struct span key,
			struct ledger_evidence *e);
void ledger_evidence_end(struct ledger *l);

/* Store the evidence of an instance, drop it, or drop that of all instances. put is called
 * inside a change. Removing an instance drops its evidence. */
int ledger_evidence_put(struct ledger *l, const struct ledger_evidence *e);
int ledger_evidence_drop(struct ledger *l, uint8_t source, struct span key);
int ledger_evidence_clear(struct ledger *l);

#endif
