/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of one instance of software and their state: the Evidence of its record. */
#ifndef STANCE_IMC_SWIMA_EVIDENCE_LIST_H
#define STANCE_IMC_SWIMA_EVIDENCE_LIST_H

#include "imc/sources/sha256.h"

#include "base/arena.h"
#include "wire/swid_xml.h"

/* State of a file. While it is unchanged, so is the content. Times in nanoseconds. */
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
	size_t n, cap, max; /* max: limit for n; 0: none */
};

void evidence_list_reset(struct evidence_list *l);

/* Adds a file without a state. Ignores a path that a tag cannot contain. 0, ST_ELIMIT,
 * ST_ENOMEM. */
int evidence_list_add(struct evidence_list *l, struct span path, bool changeable);

/* Sorts by directory, then by path, as tags need it, and removes duplicates. */
void evidence_list_sort(struct evidence_list *l);
int evidence_path_cmp(struct span a, struct span b);

/* Keeps the files whose keep[i] is true. */
void evidence_list_keep(struct evidence_list *l, const bool *keep);

/* Encodes the list for the ledger. Returns w->err. */
int evidence_list_encode(const struct evidence_list *l, struct wr *w);

/* Decodes into an empty list, which borrows octets. 0; ST_EVALUE: not the output of encode;
 * ST_ENOMEM. */
int evidence_list_decode(struct span octets, struct evidence_list *l);

/* Hash of what a record contains: paths, sizes and hashes of the files. Location on disk and
 * times are not part of it. 0 or ST_EIO. */
int evidence_list_sum(const struct evidence_list *l, struct sha256 *sha,
		      uint8_t sum[SHA256_SIZE]);

/* Returns the l->n files as a tag needs them; allocated in a, borrowing l. NULL: out of
 * memory. */
const struct swid_file *evidence_list_files(const struct evidence_list *l, struct arena *a);

#endif
