/* SPDX-License-Identifier: BSD-2-Clause */
/* A collector for tests of the kit: does what the test sets, keeps what the kit did to it. */
#ifndef STANCE_TESTING_SAMPLE_IMC_H
#define STANCE_TESTING_SAMPLE_IMC_H

#include "kit/imc.h"

#define VENDOR 0xabcdefu
#define SUBTYPE 7u
#define OTHER 8u

enum { ECHO = 1, GROW = 2, FAIL = 3, POINT = 4, TWICE = 5, EXTRA_ID = 6 };

struct sample {
	unsigned loads, unloads, opens, ends, begins, endings, accesses, errors;
	int load_result, open_result, sent;
	size_t begin_octets;
	bool begin_other;
	struct kit_module *module;
	uint32_t max;
	char language[64];
};

extern struct sample sample;

#endif
