#include "base/budget.h"

struct budget *budget_process(void)
{
	static struct budget process = { .max = SIZE_MAX };

	return &process;
}
