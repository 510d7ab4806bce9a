/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "agent/print.h"

static void test_accepted(void **state)
{
	static const struct {
		enum pb_assessment evaluation;
		enum pb_access access;
		bool accepted;
	} cases[] = {
		{ PB_COMPLIANT, 0, true },
		{ PB_NONCOMPLIANT_MINOR, 0, false },
		{ PB_DONT_KNOW, 0, false },
		{ PB_ASSESSMENT_ERROR, 0, false },
		{ PB_NONCOMPLIANT_MAJOR, PB_ACCESS_ALLOWED, true },
		{ PB_COMPLIANT, PB_ACCESS_DENIED, false },
		{ PB_COMPLIANT, PB_QUARANTINED, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct imc_result r = { .evaluation = cases[i].evaluation,
					      .access = cases[i].access };

		assert_int_equal(agent_accepted(&r), cases[i].accepted);
	}
	assert_string_equal(agent_evaluation_name((enum pb_assessment)99), "unknown");
	assert_string_equal(agent_access_name((enum pb_access)99), "no recommendation");
}

/* Text from the manager cannot control the terminal. */
static void test_print(void **state)
{
	const struct pb_reason reason = { SPAN_LIT("two\nlines\x1b[31m\xc2\x9b"
						   "2J\xc3\xbc"),
					  SPAN_LIT("en") };
	const struct pb_remediation remedies[2] = {
		{ .vendor = PEN_IETF, .type = 1, .text = SPAN_LIT("https://example.org/") },
		{ .vendor = 7, .type = 1, .text = SPAN_LIT("\x01\x02") },
	};
	const struct imc_result r = {
		.evaluation = PB_NONCOMPLIANT_MINOR,
		.access = PB_QUARANTINED,
		.reasons = &reason,
		.n_reasons = 1,
		.remediations = remedies,
		.n_remediations = 2,
	};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	(void)state;
	assert_non_null(out);
	agent_print(out, "manager.example", &r);
	(void)fclose(out);
	assert_string_equal(text, "manager      manager.example\n"
				  "assessment   not compliant (minor)\n"
				  "access       quarantined\n"
				  "reason       two\n"
				  "             lines[31m2J\xc3\xbc  [en]\n"
				  "remediation  https://example.org/\n");
	free(text);
}

UNIT_GROUP(print)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
