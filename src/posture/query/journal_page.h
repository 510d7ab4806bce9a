/* SPDX-License-Identifier: BSD-2-Clause */
/* A stretch of the journal, copied, so that nothing stays open while somebody looks at it.
 * Inside posture only. */
#ifndef STANCE_POSTURE_QUERY_JOURNAL_PAGE_H
#define STANCE_POSTURE_QUERY_JOURNAL_PAGE_H

#include "base/arena.h"
#include "posture/change.h"

#define PAGE_MAX 512

struct posture;
struct repository_filter;

/* Zero-initialise; page_free when done. */
struct page {
	struct arena arena;
	size_t n;
	struct change v[PAGE_MAX];
};

/* Asks query_watch's function whether to go on: 0, or what it returned. */
int page_watch(void);

/* The first PAGE_MAX changes of f, in its order; f->limit narrows as usual. */
int page_read(struct posture *p, const struct repository_filter *f, struct page *pg);

/* Moves f behind what pg holds. False when there is nothing more to read. */
bool page_next(const struct page *pg, struct repository_filter *f);

void page_free(struct page *pg);

#endif
