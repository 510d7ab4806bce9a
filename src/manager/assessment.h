/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling of the assessments of one session. A part of session.c; no other file includes
 * it.
 *
 * - An assessment needs a slot of the assessment queue. A session takes the slot with the
 *   first batch of the assessment, so an endpoint that sends nothing has no slot.
 * - While no slot is free, a new session is not read from. On any other session the first
 *   batch is buffered, and then the session is not read from.
 * - A session that was admitted after waiting and sends nothing releases its slot at once.
 * - A session whose endpoint stops responding in the middle of an assessment releases its slot
 *   after a few seconds if others wait. With its next batch it waits for a slot again.
 * - A reassessment that the manager begins needs a slot, too.
 *
 * All functions: on the thread of the session's worker. */
#ifndef STANCE_MANAGER_ASSESSMENT_H
#define STANCE_MANAGER_ASSESSMENT_H

#include "base/span.h"

struct session;

/* Sets the callbacks of s, which is zeroed except for its worker. */
void assessment_init(struct session *s);

/* Data Transport begins; s->peer is open. */
void assessment_ready(struct session *s);

/* The peer has sent a batch. Copies it if it has to wait. */
void assessment_batch(struct session *s, struct span batch);

/* A validator requests an assessment. */
void assessment_wake(struct session *s);

/* The result of the current assessment was stored. err: 0, or it could not be stored. */
void assessment_stored(struct session *s, int err);

/* The session is over: releases its slot and its registration. */
void assessment_end(struct session *s);

#endif
