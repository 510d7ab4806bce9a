/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "imv/swima/sync_table.h"

/* Each cell as two letters. Action: . impossible, - nothing, i ask for the inventory, f fall
 * back, g give up the hole, s subscribe after the inventory, k ask from the last committed
 * event, a ask again, h ask for the hole, r ask for the rest. Next state: I inventory, J
 * inventory asked, K inventory lost, E events, F events asked, G events refused, L events
 * lost. */
static const char actions[] = ".-ifgskahr", states[] = "IJKEFGL";

static const char *const cells[SYNC_N_STATES] = {
	/* begin, begin subscribed, answer, pushed, broken, subscription refused, request
	 * refused, inventory, overdue | end: unheard, hole, hole again, partial, reconcile,
	 * complete, spent */
	[SYNC_INVENTORY] = "iI .  .  -I -K .  .  -I .  sJ hJ gI rJ .  -I -I",
	[SYNC_INVENTORY_ASKED] = ".  .  -I -J -K -I -I -I -I -J -J -J -J .  -J -J",
	[SYNC_INVENTORY_LOST] = ".  .  .  -K -K .  .  -I .  fI fI fI fI .  fI fI",
	[SYNC_EVENTS] = "kF -E .  -E -L .  .  -I .  kF hF gI rF fI -E -E",
	[SYNC_EVENTS_ASKED] = ".  .  -E -F -L -G -L -I -L -F -F -F -F -F -F -F",
	[SYNC_EVENTS_REFUSED] = ".  .  -E -G -L .  -L -I .  aF aF aF aF aF aF aF",
	[SYNC_EVENTS_LOST] = ".  .  -L -L -L -L -L -I -L fI fI fI fI fI fI fI",
};

static void test_every_cell(void **state)
{
	(void)state;
	assert_int_equal(strlen(actions), SYNC_N_ACTIONS);
	assert_int_equal(strlen(states), SYNC_N_STATES);
	for (int s = 0; s < SYNC_N_STATES; s++) {
		assert_int_equal(strlen(cells[s]) / 3, SYNC_N_EVENTS - 1);
		for (int e = 0; e < SYNC_N_EVENTS; e++) {
			struct sync_cell cell = sync_table_at(s, e);
			const char *want = cells[s] + (size_t)3 * e;

			if (actions[cell.action] != want[0] ||
			    (want[0] != '.' && states[cell.next] != want[1]))
				fail_msg("state %d, event %d: %c%c instead of %.2s", s, e,
					 actions[cell.action], states[cell.next], want);
		}
	}
}

static bool is_end(int event)
{
	return event >= SYNC_END_UNHEARD;
}

/* The end of a batch leaves no lost state, and no state of an assessment by events is left but
 * for an inventory. */
static void test_ends(void **state)
{
	(void)state;
	for (int s = 0; s < SYNC_N_STATES; s++) {
		for (int e = SYNC_END_UNHEARD; e < SYNC_N_EVENTS; e++) {
			struct sync_cell cell = sync_table_at(s, e);

			if (cell.action == SYNC_IMPOSSIBLE)
				continue;
			assert_int_not_equal(cell.next, SYNC_INVENTORY_LOST);
			assert_int_not_equal(cell.next, SYNC_EVENTS_LOST);
			if (s < SYNC_EVENTS)
				assert_true(cell.next < SYNC_EVENTS);
		}
	}
}

/* Every state is reached from the two in which assessments begin; an inventory leads back. */
static void test_reachable(void **state)
{
	bool reached[SYNC_N_STATES] = { [SYNC_INVENTORY] = true, [SYNC_EVENTS] = true };

	(void)state;
	for (int round = 0; round < SYNC_N_STATES; round++)
		for (int s = 0; s < SYNC_N_STATES; s++)
			for (int e = 0; reached[s] && e < SYNC_N_EVENTS; e++)
				if (sync_table_at(s, e).action != SYNC_IMPOSSIBLE)
					reached[sync_table_at(s, e).next] = true;
	for (int s = 0; s < SYNC_N_STATES; s++) {
		assert_true(reached[s]);
		assert_int_equal(sync_table_at(s, SYNC_INVENTORY_CAME).next, SYNC_INVENTORY);
	}
}

/* A request is sent at the end of a batch or at the begin, and never while one is open. */
static void test_one_request(void **state)
{
	(void)state;
	for (int s = 0; s < SYNC_N_STATES; s++) {
		for (int e = 0; e < SYNC_N_EVENTS; e++) {
			struct sync_cell cell = sync_table_at(s, e);

			if (cell.action < SYNC_SUBSCRIBE_AFTER)
				continue;
			assert_true(is_end(e) || e == SYNC_BEGIN);
			assert_true(s != SYNC_INVENTORY_ASKED && s != SYNC_EVENTS_ASKED);
			assert_true(cell.next == SYNC_INVENTORY_ASKED ||
				    cell.next == SYNC_EVENTS_ASKED);
		}
	}
}

UNIT_GROUP(sync_table)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_reachable),
		cmocka_unit_test(test_one_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
