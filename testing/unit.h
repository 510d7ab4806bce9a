/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes first: cmocka with its prerequisites. */
#ifndef STANCE_TESTING_UNIT_H
#define STANCE_TESTING_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
