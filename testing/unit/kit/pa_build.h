/* SPDX-License-Identifier: BSD-2-Clause */
/* PA-TNC messages for tests: built, and looked into. */
#ifndef STANCE_TESTING_PA_BUILD_H
#define STANCE_TESTING_PA_BUILD_H

#include "fake_host.h"
#include "wire/pa_msg.h"

/* A message of attributes, one after the other. */
static inline void pa_begin(struct wr *w)
{
	wr_reset(w);
	pa_msg_encode(w, 0x01020304);
}

static inline void pa_add(struct wr *w, uint8_t flags, uint32_t vendor, uint32_t type,
			  const void *value, size_t n)
{
	size_t begin = pa_attr_begin(w, flags, vendor, type);

	wr_bytes(w, span_of(value, n));
	pa_attr_end(w, begin);
}

/* The i-th attribute of a message the module has sent; false: there is none. */
static inline bool pa_nth(const struct fake_message *m, size_t i, struct pa_attr *a)
{
	struct rd r = rd_over(m->bytes);
	struct pa_msg head;

	assert_int_equal(pa_msg_decode(&r, &head), 0);
	do {
		if (pa_attr_next(&r, a) <= 0)
			return false;
	} while (i--);
	return true;
}

/* The first attribute is an error with this code; returns it. */
static inline struct pa_error pa_error_of(const struct fake_message *m, uint32_t code)
{
	struct pa_error e;
	struct pa_attr a;
	struct rd r;

	assert_non_null(m);
	assert_true(pa_nth(m, 0, &a));
	assert_true(pa_attr_is(&a, PEN_IETF, PA_ERROR));
	r = a.value;
	assert_int_equal(pa_error_decode(&r, &e), 0);
	assert_int_equal(e.code, code);
	return e;
}

#endif
