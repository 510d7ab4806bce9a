/* SPDX-License-Identifier: BSD-2-Clause */
/* Returns freed heap memory to the system on a thread of its own. With a large heap this takes
 * too long for an event loop. */
#ifndef STANCE_MANAGER_HEAP_TRIM_H
#define STANCE_MANAGER_HEAP_TRIM_H

struct heap_trim;

/* release: the function that returns the memory. It is never called concurrently, and there
 * are at least pause_ms between two calls. ST_ENOMEM or ST_EIO. Caller: heap_trim_close. */
int heap_trim_open(void (*release)(void), unsigned pause_ms, struct heap_trim **t);

/* Calls `release` at least once more. Any thread, returns at once. t may be NULL. */
void heap_trim_request(struct heap_trim *t);

/* Waits for a running call and discards requests. t may be NULL. */
void heap_trim_close(struct heap_trim *t);

#endif
