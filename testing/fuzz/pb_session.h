/* SPDX-License-Identifier: BSD-2-Clause */
/* One PB-TNC session of either role against hostile batches, for two targets. The input is one
 * batch, or PT-TLS messages (what a transcript has) of which the batches are taken. After each
 * batch our side answers as a host would. */
#include "fuzz.h"
#include "proto/pb_session.h"
#include "wire/pt_tls.h"

/* Everything we say can be read. */
static void fuzz_check_said(struct span said)
{
	struct rd r = rd_over(said);
	struct pb_batch b;
	struct pb_msg m;

	FUZZ_MUST(pb_batch_decode(&r, &b) == 0);
	while (rd_left(&b.body))
		FUZZ_MUST(pb_msg_decode(&b.body, &m) == 0);
}

/* What is allowed next, nothing said twice. */
static void fuzz_answer(struct pb_session *s, struct wr *out)
{
	static const uint8_t tries[] = { PB_RESULT, PB_SDATA, PB_CDATA, PB_CRETRY, PB_SRETRY };
	struct pb_msg m = { .type = PB_MSG_ASSESSMENT_RESULT };

	if (s->cfg->server && s->rounds % 3 == 0)
		(void)pb_session_put(s, &m);
	for (size_t i = 0; i < sizeof(tries); i++) {
		int type;

		wr_truncate(out, 0);
		if ((type = pb_session_send(s, tries[i], out)) > 0) {
			FUZZ_MUST(out->len <= s->cfg->limits->batch_out);
			fuzz_check_said(wr_span(out));
			return;
		}
	}
}

static void fuzz_batch(struct pb_session *s, struct span batch, struct wr *out)
{
	enum pb_state before = s->state;
	struct pb_msg m;
	int ev;

	wr_truncate(out, 0);
	ev = pb_session_receive(s, batch, out);
	FUZZ_MUST(ev >= PB_ACCEPTED && ev <= PB_REFUSED);
	FUZZ_MUST((ev == PB_REFUSED) == (out->len > 0));
	if (out->len)
		fuzz_check_said(wr_span(out));
	FUZZ_MUST(ev != PB_IGNORED || s->state == before);
	FUZZ_MUST((ev != PB_REFUSED && ev != PB_CLOSED) || s->state == PB_END);
	while (pb_session_next(s, &m)) {
		FUZZ_MUST(ev != PB_REFUSED && ev != PB_IGNORED && m.rule);
		if (ev == PB_ACCEPTED && m.type == PB_MSG_PA) /* an echo */
			(void)pb_session_put(s, &m);
	}
	if (ev == PB_ACCEPTED)
		fuzz_answer(s, out);
}

static int fuzz_pb_session(bool server, const uint8_t *p, size_t n)
{
	static const struct limits limits = {
		.batch = 1 << 20, .batch_out = 400, .messages = 64, .rounds = 30
	};
	struct pb_config cfg = { .server = server, .full_duplex = true, .limits = &limits };
	struct rd r = rd_over(span_of(p, n));
	struct pb_session s;
	struct wr out = { 0 };
	struct pt_hdr h;

	cfg.lax_retry = n && p[n - 1] & 1;
	pb_session_init(&s, &cfg);
	if (!server) { /* the client speaks first */
		FUZZ_MUST(pb_session_send(&s, PB_CDATA, &out) == PB_CDATA);
	}
	if (n && p[0] == PB_VERSION)
		fuzz_batch(&s, span_of(p, n), &out);
	else
		while (rd_left(&r) && pt_hdr_decode(&r, &h) == 0) {
			struct span value = rd_bytes(&r, h.length - PT_HDR);

			if (!r.err && h.type == PT_PB_BATCH)
				fuzz_batch(&s, value, &out);
		}
	pb_session_reset(&s);
	wr_reset(&out);
	return 0;
}
