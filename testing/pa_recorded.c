/* SPDX-License-Identifier: BSD-2-Clause */
#include "pa_recorded.h"

#include "vectors.h"

#include "wire/pb_batch.h"
#include "wire/pb_msg.h"
#include "wire/pen.h"
#include "wire/pt_tls.h"

#include <err.h>
#include <stdio.h>

struct recorded {
	uint32_t subtype;
	void (*fn)(void *ctx, size_t batch, struct span msg);
	void *ctx;
	size_t batch, n;
};

static void recorded_batch(struct recorded *rec, struct span s)
{
	struct rd r = rd_over(s);
	struct pb_batch b;
	struct pb_msg m;

	if (pb_batch_decode(&r, &b) < 0)
		errx(1, "transcript has a bad batch");
	while (rd_left(&b.body)) {
		if (pb_msg_decode(&b.body, &m) < 0)
			errx(1, "transcript has a bad PB-TNC message");
		if (!m.vendor && m.type == PB_MSG_PA && m.pa.vendor == PEN_IETF &&
		    m.pa.subtype == rec->subtype) {
			rec->fn(rec->ctx, rec->batch, m.pa.body);
			rec->n++;
		}
	}
	rec->batch++;
}

size_t pa_recorded(const char *name, char side, uint32_t subtype,
		   void (*fn)(void *ctx, size_t batch, struct span msg), void *ctx)
{
	struct recorded rec = { .subtype = subtype, .fn = fn, .ctx = ctx };
	struct vectors v = { 0 };
	char path[256];

	(void)snprintf(path, sizeof(path), VECTOR_DIR "/transcripts/%s.txt", name);
	vectors_load(&v, path);
	for (size_t i = 0; i < v.n; i++) {
		struct span s = vector_span(&v.v[i]);

		/* PT-TLS: vendor 0, type 7 is PB-TNC Data; the batch begins behind 16
		 * octets */
		if (v.v[i].side == side && s.n > PT_HDR && !s.p[3] && s.p[7] == PT_PB_BATCH)
			recorded_batch(&rec, span_of(s.p + PT_HDR, s.n - PT_HDR));
	}
	vectors_free(&v);
	return rec.n;
}
