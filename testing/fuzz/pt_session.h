/* SPDX-License-Identifier: BSD-2-Clause */
/* One PT-TLS session of either NEA role against hostile octets, for two targets. The first
 * octet of the input chooses the rest of the configuration and the sizes of the pieces. */
#include "fuzz.h"
#include "proto/pt_session.h"

static int fuzz_verify(void *ctx, struct span user, struct span password)
{
	(void)ctx;
	return user.n == password.n ? 0 : ST_EAUTH;
}

static int fuzz_credentials(void *ctx, unsigned attempt, struct span *user,
			    struct span *password)
{
	(void)ctx;
	*user = *password = span_str("alice");
	return attempt < 2 ? 0 : ST_ENOENT;
}

/* Everything we say is a row of messages that can be read. */
static void fuzz_check_said(struct span said)
{
	struct rd r = rd_over(said), one;
	struct pt_hdr h;
	struct pt_msg m;

	while (rd_left(&r)) {
		struct rd head = r;

		FUZZ_MUST(pt_hdr_decode(&head, &h) == 0);
		one = rd_sub(&r, h.length);
		one.base = one.p;
		FUZZ_MUST(pt_msg_decode(&one, &m) == 0);
	}
	FUZZ_MUST(!r.err);
}

static void fuzz_piece(struct pt_session *s, struct span in, struct wr *out)
{
	int ev;

	while ((ev = pt_session_input(s, &in, out)) != PT_NEED_MORE) {
		FUZZ_MUST(ev > 0);
		FUZZ_MUST(ev != PT_BATCH || s->state == PT_DATA);
		if (ev == PT_BATCH)
			FUZZ_MUST(pt_session_send_batch(s, s->batch, out) == 0);
	}
	FUZZ_MUST(!in.n);
}

static int fuzz_pt_session(bool server, const uint8_t *p, size_t n)
{
	static const struct limits limits = LIMITS_DEFAULT;
	uint8_t how = n ? p[n - 1] : 0;
	struct pt_config cfg = { .initiator = how & 1,
				 .server = server,
				 .limits = &limits,
				 .mechs = how >> 1 & 3,
				 .auth = (enum pt_auth)(how >> 3 & 1),
				 .sasl_result_8bit = how & 16,
				 .sasl = { .external = how & 32,
					   .verify = fuzz_verify,
					   .credentials = fuzz_credentials } };
	size_t piece = how & 64 ? 5 : n + 1;
	struct pt_session s;
	struct wr out = { 0 };

	pt_session_init(&s, &cfg);
	FUZZ_MUST(pt_session_start(&s, &out) == 0);
	for (size_t at = 0; at < n; at += piece)
		fuzz_piece(&s, span_of(p + at, n - at < piece ? n - at : piece), &out);
	fuzz_check_said(wr_span(&out));
	pt_session_reset(&s);
	wr_reset(&out);
	return 0;
}
