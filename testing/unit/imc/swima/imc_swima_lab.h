/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the SWIMA collector share: the module with settings of the test's own, one
 * connection, requests, and what may come back. */
#ifndef STANCE_TESTING_UNIT_IMC_SWIMA_IMC_SWIMA_LAB_H
#define STANCE_TESTING_UNIT_IMC_SWIMA_IMC_SWIMA_LAB_H

#include "unit/imc/tncc.h"

#include "wire/swima.h"

#define SMALL TESTING_DIR "/fixtures/dpkg/small"
#define SMALL_COUNT 8

/* Configuration and state: made by make_dir, emptied by clean, removed by drop_dir. */
extern char dir[];
int make_dir(void **state);
void clean(void);
int drop_dir(void **state);

/* Starts the module with these settings and one connection; stop, or teardown after a test. */
void start(const char *root, const char *settings);
void stop(void);
int teardown(void **state);

/* Makes a system of our own below dir, into root, on which exactly this is installed from here on:
 * pairs of name and version. dpkg's way of writing it, by renaming. */
extern char own_root[];
void install(const char *const *software);
#define INSTALL(...) install((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* The identifier of a package of that system; static. */
struct span package_id(const char *name, const char *version);

/* Says a vector of testing/vectors/swima; or a request of our own making. */
void say_vector(const char *name);
void say(uint32_t validator, uint8_t flags, uint32_t id, uint32_t earliest,
	 const struct span *ids, size_t n);

/* Exactly one attribute came back, exclusively for who asked; the error or inventory in it. */
struct pa_attr only_answer(uint32_t type);
struct pa_error only_error(uint32_t code, uint32_t id);
struct swima_head inventory(uint32_t type, uint32_t id, uint32_t count);

/* The answer is an empty, complete list. */
void check_no_events(uint32_t type, uint32_t id);

/* Asks for this validator's subscriptions: these ids. */
void check_subscriptions(uint32_t validator, const uint32_t *want, size_t n);

/* The value of what came back is that of the vector. */
void check_value(const char *name);

#endif
