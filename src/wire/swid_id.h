/* SPDX-License-Identifier: BSD-2-Clause */
/* What the readers of tags have in common. */
#ifndef STANCE_WIRE_SWID_ID_H
#define STANCE_WIRE_SWID_ID_H

#include "base/arena.h"
#include "base/wr.h"

#define SWID_NO_REGID "http://invalid.unavailable" /* the default of the ISO schema */

/* The Software Identifier of a tag in NFC, as Net-Unicode wants it (RFC 8412, 5.3), kept in the
 * arena. 0, ST_EVALUE: not UTF-8, ST_ENOMEM. */
int swid_id_make(struct arena *a, struct span regid, struct span tag_id, struct span *id);

#endif
