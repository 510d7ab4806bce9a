/* SPDX-License-Identifier: BSD-2-Clause */
/* A host with nothing but the standard binding, for tests of modules that are linked into the
 * test. It keeps what the module says and gives what the test puts into it. */
#ifndef STANCE_TESTING_FAKE_HOST_H
#define STANCE_TESTING_FAKE_HOST_H

#include "base/span.h"
#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"

#include <pthread.h>

#define FAKE_ID 3UL
#define FAKE_MESSAGES 256

struct fake_message {
	unsigned long flags, connection, vendor, subtype, from, to;
	bool is_long;
	struct span bytes; /* owned by the fake */
};

struct fake_host {
	/* set by the test */
	bool without_long, without_attributes, without_exclusive;
	unsigned long max_message; /* 0: not told */
	unsigned long send_result; /* of every SendMessage */
	unsigned long retry_result;
	const char *language, *identity; /* NULL: none */
	void (*on_send)(void);           /* runs inside SendMessage */

	/* kept for the test */
	struct fake_message out[FAKE_MESSAGES];
	size_t n_out, taken;
	unsigned long types[16];
	size_t n_types;
	bool types_long;
	unsigned retries;
	unsigned long retry_connection, retry_reason;
	unsigned recommendations;
	unsigned long action, evaluation;
	char reason[256], reason_language[32];
	pthread_mutex_t lock;
};

extern struct fake_host fake;

/* Forgets everything and sets the defaults: long types, English, endpoint.example. */
void fake_reset(void);

/* What a module is given to bind with. */
TNC_Result fake_bind(TNC_UInt32 id, char *name, void **fn);

/* The next message the module has sent, or NULL. */
const struct fake_message *fake_next(void);

#endif
