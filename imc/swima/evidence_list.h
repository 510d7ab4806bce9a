/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of one instance of software, and what was found of them: the Evidence of its record.
 */
#ifndef STANCE_IMC_SWIMA_EVIDENCE_LIST_H
#define STANCE_IMC_SWIMA_EVIDENCE_LIST_H

#include "imc/sources/sha256.h"

#include "base/arena.h"
#include "wire/swid_xml.h"

/* The state a file is in: as long as it is the same, so is the sum of its octets. Times are in
 * nanoseconds. */
struct evidence_mark {
	uint64_t device, inode, size, modified, changed;
};

struct evidence_file {
	struct span path; /* absolute, below the root */
	bool changeable;  /* configuration: expected to change */
	bool hashed;
	struct evidence_mark mark;
	uint8_t sha256[SHA256_SIZE];
};

/* Zero-initialise. */
struct evidence_list {
	struct arena arena; /* of the paths */
	struct evidence_file *files;
	size_t n, cap, max; /* max: ceiling for n, 0: none */
};

void evidence_list_reset(struct evidence_list *l);

/* Adds a file about which nothing is known yet; what cannot stand in a tag is left out. 0,
 * ST_ELIMIT, ST_ENOMEM. */
int evidence_list_add(struct evidence_list *l, struct span path, bool changeable);

/* As tags have them: those of a directory together, those below the root first; each once. */
void evidence_list_sort(struct evidence_list *l);
int evidence_path_cmp(struct span a, struct span b);

/* Removes those that keep does not name. */
void evidence_list_keep(struct evidence_list *l, const bool *keep);

/* All that is known, in octets, and back into an empty list that borrows them. w->err;
 * ST_EVALUE: not what encode writes. */
int evidence_list_encode(const struct evidence_list *l, struct wr *w);
int evidence_list_decode(struct span octets, struct evidence_list *l);

/* The sum of what a record says: paths, sizes, sums; not where on the disk the files are and
 * when they were written. 0 or ST_EIO. */
int evidence_list_sum(const struct evidence_list *l, struct sha256 *sha,
		      uint8_t sum[SHA256_SIZE]);

/* The files for a tag: l->n of them, in a, borrowing l. NULL: out of memory. */
const struct swid_file *evidence_list_files(const struct evidence_list *l, struct arena *a);

#endif
