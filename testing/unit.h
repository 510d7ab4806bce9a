/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes first: cmocka with its prerequisites, and UNIT_GROUP, which
 * takes the place of main(): all test files of a folder are linked into one program, and the
 * runner (testing/unit/runner.c) runs the group of each in a process of its own. */
#ifndef STANCE_TESTING_UNIT_H
#define STANCE_TESTING_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Adds a group to the program. run returns how many of its tests failed. threaded: the group
 * is worth a run under the thread sanitizer. name is borrowed for the life of the process. */
void unit_register(const char *name, bool threaded, int (*run)(void));

/* UNIT_GROUP(name) { ... return cmocka_run_group_tests(tests, NULL, NULL); } */
#define UNIT_GROUP(name) UNIT_GROUP_AS(name, false)
#define UNIT_GROUP_THREADED(name) UNIT_GROUP_AS(name, true)

#define UNIT_GROUP_AS(name, threaded)                                                         \
	static int unit_group_##name(void);                                                   \
	static __attribute__((constructor)) void unit_group_##name##_register(void)           \
	{                                                                                     \
		unit_register(#name, threaded, unit_group_##name);                            \
	}                                                                                     \
	static int unit_group_##name(void)

#endif
