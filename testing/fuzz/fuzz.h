/* SPDX-License-Identifier: BSD-2-Clause */
/* A fuzz target: one function over one input. It returns 0 and crashes when something is
 * wrong. Linked with libFuzzer (--enable-fuzz), or with main.c, which eats files. */
#ifndef STANCE_TESTING_FUZZ_H
#define STANCE_TESTING_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Like assert, and never compiled out. */
#define FUZZ_MUST(what)                                                                       \
	do {                                                                                  \
		if (!(what))                                                                  \
			abort();                                                              \
	} while (0)

#endif
