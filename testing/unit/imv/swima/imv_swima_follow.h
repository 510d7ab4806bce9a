/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the SWIMA validator share about events: an endpoint that is known, what is
 * asked of it, and answers. */
#ifndef STANCE_TESTING_UNIT_IMV_SWIMA_IMV_SWIMA_FOLLOW_H
#define STANCE_TESTING_UNIT_IMV_SWIMA_IMV_SWIMA_FOLLOW_H

#include "imv_swima_lab.h"

#include "wire/swima_events.h"

#define EPOCH 0x5a5a5a5au

/* Starts an assessment of an endpoint that is known up to event `contiguous`; resume also ends
 * its first batch, and is asked for what comes after event 20. */
void sync(const char *conf, uint32_t contiguous);
uint32_t resume(uint32_t contiguous);

void end_batch(void);

/* The first request that was sent, in words ("nothing", "identifiers from 21 subscribe"), and
 * its id; whether there is such a one among several. */
uint32_t must_ask(const char *want);
bool asks(const char *want);

/* Nothing is asked any more, and the endpoint is compliant. */
void must_allow(void);

/* An answer with these events, written at the end of w. "13+vim-1" is event 13, vim-1 created;
 * - deleted, ~ altered, anything else an action that nobody knows. NULL ends the list. */
void write_events(struct wr *w, uint8_t flags, uint32_t id, uint32_t epoch, uint32_t consulted,
		  uint32_t last, const char *const *events);

/* The same as a batch. */
void say_events(uint32_t collector, uint8_t flags, uint32_t id, uint32_t epoch,
		uint32_t consulted, uint32_t last, const char *const *events);

#define EVENTS(flags, id, consulted, last, ...)                                               \
	say_events(TNCS_COLLECTOR, flags, id, EPOCH, consulted, last,                         \
		   (const char *const[]){ __VA_ARGS__, NULL })
#define NO_EVENTS(flags, id, last)                                                            \
	say_events(TNCS_COLLECTOR, flags, id, EPOCH, last, last, (const char *const[]){ NULL })

#endif
