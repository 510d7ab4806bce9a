/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations, messages and errors for the tests of the PB-TNC session. */
#ifndef STANCE_TESTING_PB_SAY_H
#define STANCE_TESTING_PB_SAY_H

#include "unit.h"
#include "proto/pb_session.h"

static const struct limits limits = LIMITS_DEFAULT;
static const struct limits small = {
	.batch = 4096, .batch_out = 256, .messages = 8, .rounds = 3
};

static inline struct pb_config config(bool server)
{
	return (struct pb_config){ .server = server, .full_duplex = true, .limits = &limits };
}

/* The one fatal PB-Error in a CLOSE. */
static inline struct pb_error close_error(struct span close)
{
	struct rd r = rd_over(close);
	struct pb_batch b;
	struct pb_msg m;

	assert_int_equal(pb_batch_decode(&r, &b), 0);
	assert_int_equal(b.type, PB_CLOSE);
	assert_int_equal(pb_msg_decode(&b.body, &m), 0);
	assert_int_equal(rd_left(&b.body), 0);
	assert_int_equal(m.type, PB_MSG_ERROR);
	assert_true(m.error.fatal);
	return m.error;
}

static const struct pb_msg assessment = { .type = PB_MSG_ASSESSMENT_RESULT, .assessment = 1 };
static const struct pb_msg access = { .type = PB_MSG_ACCESS_RECOMMENDATION,
				      .access = PB_QUARANTINED };

static inline struct pb_msg reason(const char *text)
{
	return (struct pb_msg){ .type = PB_MSG_REASON,
				.reason = { span_str(text), span_str("en") } };
}

static inline struct pb_msg language(const char *text)
{
	return (struct pb_msg){ .type = PB_MSG_LANGUAGE, .language = span_str(text) };
}

static inline struct pb_msg pa(uint32_t subtype, size_t n)
{
	static const uint8_t body[8192];

	return (struct pb_msg){ .type = PB_MSG_PA,
				.pa = { .subtype = subtype,
					.collector = 1,
					.validator = PB_MODULE_ANY,
					.body = { body, n } } };
}

#endif
