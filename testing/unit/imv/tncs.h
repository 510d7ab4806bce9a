/* SPDX-License-Identifier: BSD-2-Clause */
/* A TNC server for the unit test of a validator: the module and the kit are linked into the
 * test, and what the module says is kept for it to look at. */
#ifndef STANCE_TESTING_IMV_TNCS_H
#define STANCE_TESTING_IMV_TNCS_H

#include "wire/pa_msg.h"

#define TNCS_CONNECTION 5
#define TNCS_COLLECTOR 3

struct tncs_msg {
	uint32_t flags, vendor, subtype, to;
	uint8_t *p;
	size_t n;
};

/* What was sent since the last tncs_say or tncs_begin. */
extern struct tncs_msg tncs_out[];
extern size_t tncs_n;

/* What was recommended in this assessment. */
extern bool tncs_recommended;
extern unsigned long tncs_action, tncs_evaluation;
extern char tncs_reason[512];

/* The endpoint's name in its identity list; NULL: the host has no such list. */
extern const char *tncs_endpoint;
/* Its Accept-Language value. */
extern const char *tncs_language;

unsigned long tncs_start(void);
void tncs_stop(void);

void tncs_connect(uint32_t connection);
void tncs_disconnect(uint32_t connection);

/* An assessment begins; nothing has come from the endpoint yet. */
void tncs_begin(uint32_t connection);

/* One message of subtype SWIMA from a collector, in a batch that goes on. */
void tncs_hear(uint32_t connection, uint32_t collector, struct span msg);

/* The last message of a batch; with an empty span, only its end. */
void tncs_say(uint32_t connection, uint32_t collector, struct span msg);

/* The host wants to end the assessment. */
void tncs_solicit(uint32_t connection);

/* The i-th attribute of all that was sent, segmentation not counted; false: there are
 * fewer. */
bool tncs_attr(size_t i, struct pa_attr *a);

#endif
