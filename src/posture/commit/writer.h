/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer thread: takes jobs, commits them, calls their done. Private to src/posture. */
#ifndef STANCE_POSTURE_COMMIT_WRITER_H
#define STANCE_POSTURE_COMMIT_WRITER_H

struct posture;

/* The thread's function; p is a struct posture. Returns when p->closing is set and the queue
 * is empty. */
void *writer_main(void *p);

/* Frees what the thread left behind. */
void writer_free(struct posture *p);

#endif
