/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/budget.h"

struct budget *budget_process(void)
{
	static struct budget process = { .max = SIZE_MAX };

	return &process;
}
