/* SPDX-License-Identifier: BSD-2-Clause */
/* What one look at the sources found: a sorted list of instances. */
#ifndef STANCE_IMC_SWIMA_SNAPSHOT_H
#define STANCE_IMC_SWIMA_SNAPSHOT_H

#include "identifier.h"
#include "imc/sources/sha256.h"
#include "imc/sources/source.h"

/* One instance. Its strings live in the arena of its snapshot. */
struct record {
	uint32_t id;    /* Record Identifier; 0 until the ledger gave one */
	uint8_t source; /* Source Identification Number */
	uint8_t model;  /* SWIMA_MODEL_... */
	struct span key, identifier, locator;
	struct span content; /* what the record is made of: the strings of item, one a line */
	struct source_item item;
};

/* Zero-initialise. */
struct snapshot {
	/* Who knows the sum of an instance's evidence, which becomes item.digest: 1; 0: none.
	 * NULL: none have any. */
	int (*evidence)(void *ctx, uint8_t source, struct span key, struct span identifier,
			char text[SHA256_TEXT]);
	void *evidence_ctx;

	struct arena arena;
	struct record *records;
	size_t n, cap;
	size_t *by_identifier; /* indices; made when first asked for */
	size_t *by_id;
};

void snapshot_reset(struct snapshot *s);

/* Takes in everything that source lists. ST_ELIMIT: there would be more than max records. */
int snapshot_take(struct snapshot *s, const struct source_class *class, struct source *source,
		  const struct identifier_rules *rules, size_t max);

/* Orders by source and key, after the last take. */
void snapshot_sort(struct snapshot *s);
int record_cmp(const struct record *x, const struct record *y);

/* A zeroed record at the end, which the caller fills and counts (s->n++); NULL: there are max,
 * or memory is out. */
struct record *snapshot_room(struct snapshot *s, size_t max);

/* Marks in wanted[s->n] all records with this identifier. Costs no memory by the number of
 * identifiers that somebody asks for. */
int snapshot_select(struct snapshot *s, struct span identifier, bool *wanted);

/* The place of the record with this number. 0, ST_ENOENT, ST_ENOMEM. */
int snapshot_find(struct snapshot *s, uint32_t id, size_t *at);

/* Fills in from content what it was made of: the strings of item but its key, borrowed.
 * ST_EVALUE: this is no content. */
int snapshot_recall(struct span content, struct record *r);

#endif
