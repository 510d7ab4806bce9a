/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/version/version_digits.h"

int version_digits(struct span a, struct span b)
{
	while (a.n && *a.p == '0')
		a = span_of(a.p + 1, a.n - 1);
	while (b.n && *b.p == '0')
		b = span_of(b.p + 1, b.n - 1);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n ? memcmp(a.p, b.p, a.n) : 0;
}
