/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at the files of one instance after the other and sums up what is in them: work that can
 * wait, done on the watcher's thread without holding up anybody. */
#ifndef STANCE_IMC_SWIMA_EVIDENCE_H
#define STANCE_IMC_SWIMA_EVIDENCE_H

#include "evidence_list.h"

#include <stdatomic.h>

struct evidence_conf {
	const char
		*root; /* "" or an absolute path: the system that is looked at begins here */
	uint64_t
		max_file; /* octets of a file that is summed up; of longer ones only the size */
	atomic_bool *stop; /* set by another thread: come to an end. NULL: never */
};

struct evidence;

/* One instance: whose files they are, what was known of them before, and what is found. */
struct evidence_work {
	uint8_t source;
	struct span key, identifier; /* in the arena of files */
	struct evidence_list files, known;
	struct span octets; /* that known borrows */
	struct span was;    /* the sum that the record says, in hexadecimal */
	uint8_t sum[SHA256_SIZE];
};

void evidence_work_reset(struct evidence_work *work);

/* Borrows conf's root and stop until close. 0, ST_ENOMEM; ST_ENOENT: no such root. */
int evidence_open(const struct evidence_conf *conf, struct evidence **e);
void evidence_close(struct evidence *e); /* NULL is fine */

/* Begins with work, which stays where it is until the last step. */
void evidence_begin(struct evidence *e, struct evidence_work *work);

/* Looks at files until it has read so many octets or looked at so many: 1. 0: it is done, and
 * work->files and work->sum say what was found: the regular files that are there, each with its
 * sum unless it is too long, may not be read or changes while it is. No link is followed at the
 * end of a path, and none leads out of the root. ST_EIO, ST_ENOMEM. *octets is how many were
 * read. */
int evidence_step(struct evidence *e, size_t max_octets, size_t max_files, size_t *octets);

#endif
