/* SPDX-License-Identifier: BSD-2-Clause */
/* One end of a PT-TLS connection, for the tests of the session: its session, what it wants to
 * send, what happened to it. */
#ifndef STANCE_TESTING_PT_END_H
#define STANCE_TESTING_PT_END_H

#include "unit.h"
#include "proto/pt_session.h"

static const struct limits limits = LIMITS_DEFAULT;
static const char *password = "secret";
static unsigned attempts; /* credentials we are willing to try */

static int verify(void *ctx, struct span user, struct span pw)
{
	(void)ctx;
	if (span_eq(user, span_str("broken")))
		return ST_EDB;
	if (span_eq(pw, span_str("later")))
		return SASL_LATER;
	return span_eq(pw, span_str("secret")) ? 0 : ST_EAUTH;
}

static int credentials(void *ctx, unsigned attempt, struct span *user, struct span *pw)
{
	(void)ctx;
	*user = span_str("alice");
	*pw = span_str(password);
	return attempt < attempts ? 0 : ST_ENOENT;
}

struct end {
	struct pt_config cfg;
	struct pt_session s;
	struct wr out;
	int last; /* event other than PT_NEED_MORE */
	unsigned ready, batches;
};

static inline void end_init(struct end *e, bool initiator, bool server, uint32_t mechs)
{
	memset(e, 0, sizeof(*e));
	e->cfg =
		(struct pt_config){ .initiator = initiator,
				    .server = server,
				    .limits = &limits,
				    .mechs = mechs,
				    .auth = PT_AUTH_ONE,
				    .sasl = { .verify = verify, .credentials = credentials } };
	pt_session_init(&e->s, &e->cfg);
}

static inline void end_free(struct end *e)
{
	pt_session_reset(&e->s);
	wr_reset(&e->out);
}

/* Gives octets to one end until it has used them up. */
static inline void feed(struct end *e, struct span in)
{
	int ev;

	while ((ev = pt_session_input(&e->s, &in, &e->out)) != PT_NEED_MORE) {
		e->last = ev;
		e->ready += ev == PT_READY;
		e->batches += ev == PT_BATCH;
		if (ev < 0)
			return;
	}
	assert_int_equal(in.n, 0);
}

/* Carries octets both ways, in pieces of this size, until both are silent. */
static inline void talk(struct end *a, struct end *b, size_t piece)
{
	while (a->out.len || b->out.len) {
		struct end *from = a->out.len ? a : b, *to = a->out.len ? b : a;
		size_t n = from->out.len < piece ? from->out.len : piece;
		uint8_t *copy = malloc(n);

		memcpy(copy, from->out.p, n);
		wr_consume(&from->out, n);
		feed(to, span_of(copy, n));
		free(copy);
	}
}

static inline void start(struct end *a, struct end *b, size_t piece)
{
	assert_int_equal(pt_session_start(&a->s, &a->out), 0);
	assert_int_equal(pt_session_start(&b->s, &b->out), 0);
	talk(a, b, piece);
}

#define PLAIN_BIT SASL_BIT(SASL_PLAIN)
#define EXTERNAL_BIT SASL_BIT(SASL_EXTERNAL)

static inline void check_ready(struct end *a, struct end *b)
{
	assert_int_equal(a->s.state, PT_DATA);
	assert_int_equal(b->s.state, PT_DATA);
	assert_int_equal(a->ready, 1);
	assert_int_equal(b->ready, 1);
}

/* A message with any value, in w. */
static inline struct span message(struct wr *w, uint32_t vendor, uint32_t type,
				  const char *value, size_t n)
{
	wr_truncate(w, 0);
	wr_u8(w, 0);
	wr_u24(w, vendor);
	wr_u32(w, type);
	wr_u32(w, (uint32_t)(PT_HDR + n));
	wr_u32(w, 99);
	wr_bytes(w, span_of(value, n));
	return wr_span(w);
}

#endif
