/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "load/processes.h"

#include <unistd.h>

static void test_spans_cover_both(void **state)
{
	struct run_report a = { .complete = true }, b = { .complete = true };

	(void)state;
	a.spans[FLEET_STAYING] = (struct run_report_span){
		.begun = true,
		.ended = true,
		.from = 100,
		.to = 200,
		.own_to = { .known = true, .cpu_ms = 5 },
		.manager_to = { .known = true, .pid = 7, .cpu_ms = 40 },
		.assessments = 3,
		.events = 10
	};
	b.spans[FLEET_STAYING] = a.spans[FLEET_STAYING];
	b.spans[FLEET_STAYING].from = 90;
	b.spans[FLEET_STAYING].to = 250;
	b.spans[FLEET_STAYING].manager_to.cpu_ms = 50;
	run_report_merge(&a, &b);
	assert_true(a.complete);
	assert_int_equal(a.spans[FLEET_STAYING].from, 90);
	assert_int_equal(a.spans[FLEET_STAYING].to, 250);
	assert_int_equal(a.spans[FLEET_STAYING].assessments, 6);
	assert_int_equal(a.spans[FLEET_STAYING].events, 20);
	assert_int_equal((int)a.spans[FLEET_STAYING].own_to.cpu_ms, 10);
	assert_int_equal((int)a.spans[FLEET_STAYING].manager_to.cpu_ms, 50); /* counted once */
	assert_false(a.spans[FLEET_ARRIVING].begun);
	b.spans[FLEET_STAYING].ended = b.complete = false;
	run_report_merge(&a, &b);
	assert_false(a.spans[FLEET_STAYING].ended);
	assert_false(a.complete);
}

static void test_errors_of_a_kind_are_one(void **state)
{
	struct run_report a = { 0 }, b = { 0 };

	(void)state;
	run_report_error(&a, ST_EIO, "first");
	run_report_error(&b, ST_EIO, "second");
	run_report_error(&b, ST_EIO, "third");
	run_report_error(&b, ST_EAUTH, "fourth");
	run_report_merge(&a, &b);
	assert_int_equal(a.n_errors, 2);
	assert_int_equal(a.errors[0].n, 3);
	assert_string_equal(a.errors[0].example, "first");
	assert_int_equal(a.errors[1].n, 1);
	assert_string_equal(a.errors[1].example, "fourth");
	for (int err = 1; err <= 2 * REPORT_ERRORS; err++)
		run_report_error(&a, -err, "too many kinds");
	assert_int_equal(a.n_errors, REPORT_ERRORS);
}

static void test_a_recovery_lasts_until_all_are_back(void **state)
{
	struct run_report a = { 0 }, b = { 0 };

	(void)state;
	b.n_recoveries = 2;
	b.recoveries[0] = (struct run_report_recovery){ 4, 100, 200 };
	b.recoveries[1] = (struct run_report_recovery){ 5, 300, 0 };
	run_report_merge(&a, &b);
	assert_int_equal(a.n_recoveries, 2);
	assert_int_equal(a.recoveries[0].to, 200);
	b.recoveries[0] = (struct run_report_recovery){ 1, 90, 210 };
	b.recoveries[1].to = 400;
	run_report_merge(&a, &b);
	assert_int_equal(a.recoveries[0].lost, 5);
	assert_int_equal(a.recoveries[0].from, 90);
	assert_int_equal(a.recoveries[0].to, 210);
	assert_int_equal(a.recoveries[1].to, 0);
}

static int work(void *ctx, unsigned part)
{
	struct processes *c = ctx;

	c->reports[part].complete = true;
	c->reports[part].events = processes_share(c, 10, part);
	run_report_error(&c->reports[part], ST_EIO, "of all");
	atomic_fetch_add(&c->arrived, 1);
	return part == 2 ? 3 : 0;
}

static void test_processes_share_what_they_find(void **state)
{
	struct processes *c = processes_open(4);

	(void)state;
	assert_non_null(c);
	assert_int_equal(processes_run(c, work, c), 3); /* the worst status */
	assert_int_equal(atomic_load(&c->arrived), 4);
	assert_int_equal(processes_report(c)->events, 10);
	assert_int_equal(c->reports[0].errors[0].n, 4);
	processes_close(c);
}

static int die(void *ctx, unsigned part)
{
	(void)ctx;
	if (part)
		_exit(9);
	return 0;
}

static void test_a_process_that_dies_is_noticed(void **state)
{
	struct processes *c = processes_open(2);

	(void)state;
	assert_int_equal(processes_run(c, die, NULL), 9);
	processes_close(c);
}

UNIT_GROUP(run_report)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans_cover_both),
		cmocka_unit_test(test_errors_of_a_kind_are_one),
		cmocka_unit_test(test_a_recovery_lasts_until_all_are_back),
		cmocka_unit_test(test_processes_share_what_they_find),
		cmocka_unit_test(test_a_process_that_dies_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
