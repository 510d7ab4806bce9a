/* SPDX-License-Identifier: BSD-2-Clause */
#include "pb_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return fuzz_pb_session(true, p, n);
}
