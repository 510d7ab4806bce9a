/* SPDX-License-Identifier: BSD-2-Clause */
/* A TNC client for the unit test of a collector. Module and kit are linked into the test;
 * messages that the module sends are kept for the test. */
#ifndef STANCE_TESTING_IMC_TNCC_H
#define STANCE_TESTING_IMC_TNCC_H

#include "wire/pa_msg.h"

#define TNCC_CONNECTION 5
#define TNCC_VALIDATOR 2

struct tncc_msg {
	uint32_t flags, vendor, subtype, to;
	uint8_t *p;
	size_t n;
};

/* Messages sent since the last call of the functions below. */
extern struct tncc_msg tncc_out[];
extern size_t tncc_n;

/* Largest message of the connection; UINT32_MAX: no limit. Set before tncc_connect. */
extern uint32_t tncc_max_message;

/* Calls Initialize and the bind function; returns the result of Initialize. */
unsigned long tncc_start(void);
void tncc_stop(void);

void tncc_connect(uint32_t connection);
void tncc_disconnect(uint32_t connection);
void tncc_begin(uint32_t connection);

/* The assessment is over. */
void tncc_result(uint32_t connection);

/* Number of assessments that the module requested so far. await waits up to some seconds until
 * it is more than `before`. */
unsigned tncc_retries(void);
unsigned tncc_await_retry(unsigned before);

/* From now on the host refuses messages (or accepts them again). */
void tncc_refuse(bool refuse);

/* A batch with one message of subtype SWIMA from a validator. */
void tncc_deliver(uint32_t connection, uint32_t validator, struct span msg);

/* The i-th attribute sent, without segmentation; false: there are fewer. */
bool tncc_attr(size_t i, struct pa_attr *a);

#endif
