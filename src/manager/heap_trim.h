/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives memory that was freed back to the system, on a thread of its own: with a large heap that
 * takes a while, in which a loop's sessions would stand still. */
#ifndef STANCE_MANAGER_HEAP_TRIM_H
#define STANCE_MANAGER_HEAP_TRIM_H

struct heap_trim;

/* give_back is what it calls: one at a time, and not before pause_ms have gone since it last
 * did. 0, ST_ENOMEM or ST_EIO. Caller: trim_close. */
int heap_trim_open(void (*release)(void), unsigned pause_ms, struct heap_trim **t);

/* It is called once more after this. Any thread, takes no time. t may be NULL. */
void heap_trim_request(struct heap_trim *t);

/* Waits for what is at work, and forgets what was asked. t may be NULL. */
void heap_trim_close(struct heap_trim *t);

#endif
