/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits for directories to change and, when they have come to rest, has somebody look: one
 * thread, asleep until something happens. */
#ifndef STANCE_IMC_SWIMA_WATCHER_H
#define STANCE_IMC_SWIMA_WATCHER_H

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watcher_conf {
	int64_t settle_us;     /* no event for so long: come to rest */
	int64_t settle_max_us; /* look after this time even if it never does */
	int64_t scan_us;       /* look unasked after so long; 0: never */
	const struct log *log; /* borrowed until stop */
};

/* All run on the watcher's thread. */
struct watcher_ops {
	/* Writes the i-th directory to watch, present or not, into path; false: there are no
	 * more. Asked again before each look. */
	bool (*directory)(void *ctx, size_t i, char *path, size_t size);

	/* Looks. Microseconds after which it wants to look again though nothing happens, or 0.
	 */
	int64_t (*look)(void *ctx);

	/* Does a piece of work that can wait, when a look has left some: microseconds until the
	 * next piece, or 0: there is none until the next look. *look, false before: look at
	 * once. May be NULL. */
	int64_t (*work)(void *ctx, bool *look);
};

struct watcher;

/* Starts the thread: it watches, then looks for the first time. Takes a copy of conf and ops.
 * 0, ST_ENOMEM or ST_EIO (the system has no more inotify instances or threads to give). */
int watcher_start(const struct watcher_conf *conf, const struct watcher_ops *ops, void *ctx,
		  struct watcher **w);

/* Ends the thread, after a look that is under way; NULL is fine. */
void watcher_stop(struct watcher *w);

/* Look at once. From any thread; never waits; NULL is fine. */
void watcher_kick(struct watcher *w);

#endif
