/* SPDX-License-Identifier: BSD-2-Clause */
/* A batch of journal lines, copied: no statement of the repository stays open while the caller
 * works on it. Private to src/posture. */
#ifndef STANCE_POSTURE_JOURNAL_PAGE_H
#define STANCE_POSTURE_JOURNAL_PAGE_H

#include "base/arena.h"
#include "posture/change.h"

#define JOURNAL_PAGE_MAX 512

struct posture_read;
struct repository_filter;

/* Zero-initialise; journal_page_free when done. */
struct journal_page {
	struct arena arena;
	size_t n;
	struct change v[JOURNAL_PAGE_MAX];
};

/* Reads the first JOURNAL_PAGE_MAX changes of f, at most f->limit, in its order. */
int journal_page_read(struct posture_read *p, const struct repository_filter *f,
		      struct journal_page *pg);

/* Moves f past the changes in pg. Returns false when there are no more. */
bool journal_page_next(const struct journal_page *pg, struct repository_filter *f);

void journal_page_free(struct journal_page *pg);

#endif
