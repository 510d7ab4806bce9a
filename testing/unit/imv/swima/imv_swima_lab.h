/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the SWIMA validator share: the module with settings of the test's own, one
 * endpoint, what it may answer. */
#ifndef STANCE_TESTING_UNIT_IMV_SWIMA_IMV_SWIMA_LAB_H
#define STANCE_TESTING_UNIT_IMV_SWIMA_IMV_SWIMA_LAB_H

#include "unit/imv/tncs.h"

#include "wire/swima.h"

/* Configuration and state: made by make_dir, removed by drop_dir. */
extern char dir[];

/* A collector's software: name, and "version" is its number. */
struct item {
	const char *name, *version;
	uint8_t model;
	const char *tag; /* NULL: a good tag of its own */
};

extern const struct item items[3]; /* bash, telnetd, openssl */

int make_dir(void **state);
int drop_dir(void **state);

/* Writes imv-swima.conf. */
void settings(const char *text);

/* Starts the module and an assessment of host.example; teardown ends both. start: without
 * events. */
void start(const char *conf, bool posture);
void start_following(const char *conf, bool posture);
int teardown(void **state);

/* The SWIMA Request among what was sent; 0 when there is none. */
uint32_t asked(struct swima_request *q);

/* The endpoint's first batch: what is asked in return, and its id. */
uint32_t must_ask_inventory(void);
void must_not_ask(void);

/* An inventory; and saying it as a batch. */
void write_answer(struct wr *w, uint32_t type, const struct swima_head *h,
		  const struct item *have, size_t n);
void answer_as(uint32_t collector, uint32_t type, uint32_t id, const struct item *have,
	       size_t n);
void answer(uint32_t type, uint32_t id, const struct item *have, size_t n);

/* A batch with an error about request id. */
void complain(enum pa_error_code code, uint32_t id);
void must_recommend(unsigned long action, unsigned long evaluation);

#endif
