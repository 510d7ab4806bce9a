/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a validator decided as it did: short texts with their language, set one attribute at a
 * time (IF-IMV, REASON_STRING and REASON_LANGUAGE). Several languages of one reason may be
 * given one after the other; the best one for the reader is sent. */
#ifndef STANCE_HOST_REASON_H
#define STANCE_HOST_REASON_H

#include "wire/pb_msg.h"

#define REASONS_MAX 8
#define REASON_OCTETS_MAX 65536u

struct reason {
	char *text, *lang; /* either may be NULL */
};

struct reasons {
	struct reason r[REASONS_MAX];
	size_t n;
};

/* Either order. Setting the half that is already set together with its other half begins a
 * new text, otherwise replaces it. One trailing NUL is dropped. ST_EVALUE for what PB-TNC
 * could not carry, ST_ELIMIT when too long or too many, ST_ENOMEM. */
int reasons_set_text(struct reasons *r, struct span text);
int reasons_set_language(struct reasons *r, struct span tag);

/* The text to send to a reader with this Accept-Language value: the one liked best, among
 * equals the last; one without a language before one the reader did not name. False when
 * there is none. Borrowed from r. */
bool reasons_best(const struct reasons *r, struct span accept, struct pb_reason *out);

void reasons_reset(struct reasons *r);

#endif
