/* SPDX-License-Identifier: BSD-2-Clause */
#include "pt_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return fuzz_pt_session(true, p, n);
}
