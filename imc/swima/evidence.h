/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the files of one instance at a time and hashes their content. Runs in small steps on
 * the watcher's thread, so that it delays nothing else. */
#ifndef STANCE_IMC_SWIMA_EVIDENCE_H
#define STANCE_IMC_SWIMA_EVIDENCE_H

#include "evidence_list.h"

#include <stdatomic.h>

struct evidence_conf {
	const char *root; /* "" or an absolute path: root directory of the system */
	uint64_t
		max_file; /* octets of the largest file to hash; of larger ones only the size */
	atomic_bool *stop; /* another thread sets it to abort; NULL: never */
};

struct evidence;

/* The files of one instance: which to check, what was known of them, and the result. */
struct evidence_work {
	uint8_t source;
	struct span key, identifier; /* in the arena of files */
	struct evidence_list files, known;
	struct span octets;   /* encoded form of known, which borrows it */
	struct span recorded; /* hash in the present record, in hexadecimal */
	uint8_t sum[SHA256_SIZE];
};

void evidence_work_reset(struct evidence_work *work);

/* Borrows conf->root and conf->stop until close. 0; ST_ENOMEM; ST_ENOENT: root does not
 * exist. */
int evidence_open(const struct evidence_conf *conf, struct evidence **e);
void evidence_close(struct evidence *e); /* NULL is fine */

/* Starts work. Borrows it until the last step. */
void evidence_begin(struct evidence *e, struct evidence_work *work);

/* Checks files until max_octets are read or max_files are checked. *octets is the number read.
 * Returns 1: call again; 0: done; ST_EIO; ST_ENOMEM.
 *
 * When done, work->files lists the regular files that exist and work->sum is their hash.
 * - A file has no hash if it is longer than max_file, cannot be read, or changes meanwhile.
 * - A link at the end of a path is not followed. Other links are, but never out of the
 * root. */
int evidence_step(struct evidence *e, size_t max_octets, size_t max_files, size_t *octets);

#endif
