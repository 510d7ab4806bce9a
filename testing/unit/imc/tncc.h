/* SPDX-License-Identifier: BSD-2-Clause */
/* A TNC client for the unit test of a collector: the module and the kit are linked into the
 * test, and what the module sends is kept for it to look at. */
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

/* What was sent since the last call of tncc_... below. */
extern struct tncc_msg tncc_out[];
extern size_t tncc_n;

/* Largest message that the connection takes; UINT32_MAX: no limit. Before tncc_connect. */
extern uint32_t tncc_max_message;

/* Initialize and bind; the result of Initialize. */
unsigned long tncc_start(void);
void tncc_stop(void);

void tncc_connect(uint32_t connection);
void tncc_disconnect(uint32_t connection);
void tncc_begin(uint32_t connection);

/* The assessment is over. */
void tncc_result(uint32_t connection);

/* How often the module asked for another assessment so far; await waits up to some seconds until
 * that is more than `before`. */
unsigned tncc_retries(void);
unsigned tncc_await_retry(unsigned before);

/* From here on the host takes no message (or takes them again). */
void tncc_refuse(bool refuse);

/* A batch with one message of subtype SWIMA from a validator. */
void tncc_say(uint32_t connection, uint32_t validator, struct span msg);

/* The i-th attribute of all that was sent, segmentation not counted; false: there are fewer. */
bool tncc_attr(size_t i, struct pa_attr *a);

#endif
