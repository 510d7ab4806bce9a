/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits for directories to change and calls scan when they have settled. One thread, which
 * sleeps until an event or a deadline. */
#ifndef STANCE_IMC_SWIMA_WATCHER_H
#define STANCE_IMC_SWIMA_WATCHER_H

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Durations in microseconds. */
struct watcher_conf {
	int64_t settle_us;     /* directories have settled after this long without an event */
	int64_t settle_max_us; /* scan this long after the first event at the latest */
	int64_t scan_us; /* scan this long after the last scan without an event; 0: never */
	const struct log *log; /* borrowed until stop */
};

/* Callbacks; all run on the watcher's thread. */
struct watcher_ops {
	/* Writes the i-th directory to watch to path; it need not exist. False: no more.
	 * Called before each scan. */
	bool (*directory)(void *ctx, size_t i, char *path, size_t size);

	/* Scans for changes. Returns microseconds until the next scan even without an event,
	 * or 0: no such scan. */
	int64_t (*scan)(void *ctx);

	/* Does one piece of low-priority work after a scan. Returns microseconds until the
	 * next piece, or 0: none until the next scan. Setting *scan, which is false, requests
	 * a scan at once. May be NULL. */
	int64_t (*work)(void *ctx, bool *scan);
};

struct watcher;

/* Starts the thread, which sets up the watches and then scans for the first time. Copies conf
 * and ops. 0; ST_ENOMEM; ST_EIO: the system limit of inotify instances or threads is
 * reached. */
int watcher_start(const struct watcher_conf *conf, const struct watcher_ops *ops, void *ctx,
		  struct watcher **w);

/* Ends the thread. Waits for the current callback to return. NULL is fine. */
void watcher_stop(struct watcher *w);

/* Requests a scan at once. From any thread; does not block; NULL is fine. */
void watcher_kick(struct watcher *w);

#endif
