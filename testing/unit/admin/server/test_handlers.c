/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "admin/server/handlers.h"

/* Each view of the command table has its own handler. */
static void test_each_view(void **state)
{
	const struct handler *seen[64];
	size_t n = 0;

	(void)state;
	for (const struct command *c = admin_commands; c->name; c++) {
		for (const struct command_view *v = c->views; v->columns; v++) {
			const struct handler *h = handler_find(c, v);

			if (!h)
				fail_msg("%s %s has no handler", c->name,
					 v->word     ? v->word
					 : v->option ? v->option
						     : "");
			for (size_t i = 0; i < n; i++)
				assert_ptr_not_equal(seen[i], h);
			assert_true(n < sizeof(seen) / sizeof(seen[0]));
			seen[n++] = h;
		}
	}
}

/* Each handler belongs to a view of the table. */
static void test_each_handler(void **state)
{
	const struct handler *const all[] = {
		endpoints_handlers, endpoint_handlers, software_handlers, changes_handlers,
		forget_handlers,    groups_handlers,   lacking_handlers,  exposure_handlers,
		diff_handlers,      assess_handlers,   status_handlers,
	};
	size_t n_handlers = 0, n_views = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (const struct handler *h = all[i]; h->run; h++)
			n_handlers++;
	for (const struct command *c = admin_commands; c->name; c++)
		for (const struct command_view *v = c->views; v->columns; v++)
			n_views++;
	assert_int_equal(n_handlers, n_views);
}

static void test_unknown(void **state)
{
	const struct command_view view = { .word = "no-such-view" };

	(void)state;
	assert_null(handler_find(command_find("endpoint"), &view));
	assert_null(handler_find(&(struct command){ .name = "no-such-command" }, &view));
}

UNIT_GROUP(handlers)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_view),
		cmocka_unit_test(test_each_handler),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
