/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the SWIMA collector: the module with the settings of a test, one
 * connection, requests and checks of responses. */
#ifndef STANCE_TESTING_UNIT_IMC_SWIMA_IMC_SWIMA_LAB_H
#define STANCE_TESTING_UNIT_IMC_SWIMA_IMC_SWIMA_LAB_H

#include "unit/imc/tncc.h"

#include "wire/swima.h"

#define SMALL TESTING_DIR "/fixtures/dpkg/small"
#define SMALL_COUNT 8

/* Directory of configuration and state: created by make_dir, emptied by clean, removed by
 * drop_dir. */
extern char dir[];
int make_dir(void **state);
void clean(void);
int drop_dir(void **state);

/* Starts the module with these settings and one connection; stop, or teardown after a test. */
void start(const char *root, const char *settings);
void stop(void);
int teardown(void **state);

/* Creates a system in root, below dir, on which exactly these pairs of name and version are
 * installed. The database is renamed into place, as dpkg does. */
extern char own_root[];
void install(const char *const *software);
#define INSTALL(...) install((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* The identifier of a package of that system; static. */
struct span package_id(const char *name, const char *version);

/* Sends a vector of testing/vectors/swima, or a request made by the test. */
void send_vector(const char *name);
void send_request(uint32_t validator, uint8_t flags, uint32_t id, uint32_t earliest,
		  const struct span *ids, size_t n);

/* Exactly one attribute was sent, exclusively to the requester. Returns its error or
 * inventory. */
struct pa_attr only_response(uint32_t type);
struct pa_error only_error(uint32_t code, uint32_t id);
struct swima_head inventory(uint32_t type, uint32_t id, uint32_t count);

/* The response is an empty, complete list. */
void check_no_events(uint32_t type, uint32_t id);

/* Requests the subscriptions of this validator and checks their ids. */
void check_subscriptions(uint32_t validator, const uint32_t *want, size_t n);

/* The value of the response equals the vector. */
void check_value(const char *name);

#endif
