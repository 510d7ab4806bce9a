/* SPDX-License-Identifier: BSD-2-Clause */
/* Snapshot of the installed software: the instances that all sources list, sorted. */
#ifndef STANCE_IMC_SWIMA_SNAPSHOT_H
#define STANCE_IMC_SWIMA_SNAPSHOT_H

#include "identifier.h"
#include "imc/sources/sha256.h"
#include "imc/sources/source.h"

/* One instance. Its strings are in the arena of its snapshot. */
struct record {
	uint32_t id;    /* Record Identifier; 0 until the ledger assigns one */
	uint8_t source; /* Source Identification Number */
	uint8_t model;  /* SWIMA_MODEL_... */
	struct span key, identifier, locator;
	struct span content; /* input of the record: the strings of item, one per line */
	struct source_item item;
};

/* Zero-initialise. */
struct snapshot {
	/* Writes the hash of the evidence of an instance, which becomes item.digest. Returns
	 * 1; 0: it has none. NULL: no instance has evidence. */
	int (*evidence)(void *ctx, uint8_t source, struct span key, struct span identifier,
			char text[SHA256_TEXT]);
	void *evidence_ctx;

	struct arena arena;
	struct record *records;
	size_t n, cap;
	size_t *by_identifier; /* indices into records; built on first use */
	size_t *by_id;
};

void snapshot_reset(struct snapshot *s);

/* Adds everything that source lists. ST_ELIMIT: more than max records. */
int snapshot_take(struct snapshot *s, const struct source_class *class, struct source *source,
		  const struct identifier_rules *rules, size_t max);

/* Sorts by source and key, and removes duplicates. Call after the last take. */
void snapshot_sort(struct snapshot *s);
int record_cmp(const struct record *x, const struct record *y);

/* Returns a zeroed record at the end. The caller fills it and then increments s->n. NULL: max
 * reached, or out of memory. */
struct record *snapshot_room(struct snapshot *s, size_t max);

/* Sets wanted[i] for all records i with this identifier. Needs no memory for the identifiers
 * that a peer requests. */
int snapshot_select(struct snapshot *s, struct span identifier, bool *wanted);

/* Finds the index of the record with this Record Identifier. 0, ST_ENOENT, ST_ENOMEM. */
int snapshot_find(struct snapshot *s, uint32_t id, size_t *at);

/* Splits content into the fields of r it was made from: model and the strings of item except
 * the key. Borrows content. 0, or ST_EVALUE: not a content. */
int snapshot_recall(struct span content, struct record *r);

#endif
