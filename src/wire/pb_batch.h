/* SPDX-License-Identifier: BSD-2-Clause */
/* The PB-TNC batch (RFC 5793, 4.1): a header and messages that fill it exactly. */
#ifndef STANCE_WIRE_PB_BATCH_H
#define STANCE_WIRE_PB_BATCH_H

#include "base/api.h"
#include "base/rd.h"
#include "base/wr.h"

ST_API_BEGIN

#define PB_VERSION 2
#define PB_BATCH_HDR 8u
#define PB_FLAG_D 0x80 /* directionality: set by the Posture Broker Server */

enum pb_type { PB_CDATA = 1, PB_SDATA, PB_RESULT, PB_CRETRY, PB_SRETRY, PB_CLOSE, PB_N_TYPES };

struct pb_batch {
	uint8_t version;
	bool from_server;
	uint8_t type;   /* enum pb_type once decoded without error */
	struct rd body; /* the messages; its offsets count from the start of the batch */
};

/* Reads a batch that fills r. Version, direction and type are filled whenever there are eight
 * octets. In this order: ST_ESHORT at 0, ST_EVERSION at 0, ST_EVALUE at 3 for the type,
 * ST_ELENGTH at 4. */
int pb_batch_decode(struct rd *r, struct pb_batch *b);

/* Writes a header whose length is open and returns where the batch starts; messages follow
 * with pb_msg_encode, then pb_batch_end closes it and returns w->err. */
size_t pb_batch_begin(struct wr *w, enum pb_type type, bool from_server);
int pb_batch_end(struct wr *w, size_t start);

/* "CDATA" ...; "unknown" for what is none. */
const char *pb_type_name(unsigned type);

ST_API_END

#endif
