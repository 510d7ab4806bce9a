/* SPDX-License-Identifier: BSD-2-Clause */
/* A manager that is killed at random moments: what it reported as durable is there
 * afterwards. */
#include "posture/fixture.h"
#include "base/err.h"
#include "base/log.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct told {
	int fd;
	uint32_t n;
};

static void tell(void *ctx, int err)
{
	struct told *t = ctx;

	if (!err && write(t->fd, &t->n, sizeof(t->n)) != sizeof(t->n))
		_exit(3);
	free(t);
}

/* Reports without end; writes to fd which reports were durable. */
static void child(struct fixture *f, int fd, uint32_t from)
{
	char name[32], value[32];

	log_set_level(LOG_L_ERROR);
	fixture_open(f);
	for (uint32_t n = from;; n++) {
		struct report *r = fixture_report(f, n % 2 ? "odd.example" : "even.example");
		struct told *t = calloc(1, sizeof(*t));
		int err;

		*t = (struct told){ fd, n };
		(void)snprintf(name, sizeof(name), "n.%u", n % 64);
		(void)snprintf(value, sizeof(value), "%u", n);
		report_fact(r, name, S(value));
		report_inventory(r, &(struct inventory_head){ 1, n, 0 });
		(void)snprintf(name, sizeof(name), "pkg-%u", n % 100);
		fixture_software(r, name, name, "1");
		report_inventory_end(r);
		while ((err = report_submit(r, tell, t)) == ST_EBUSY)
			_exit(4); /* the queue is large enough */
		if (err)
			_exit(5);
		if (n % 16 == 0)
			(void)fixture_commit(f, NULL);
	}
}

static int max_fact(void *ctx, const struct fact_row *row)
{
	uint32_t *max = ctx, n = 0;

	for (size_t i = 0; i < row->value.n; i++)
		n = n * 10 + (row->value.p[i] - '0');
	if (n > *max)
		*max = n;
	return 0;
}

static uint32_t stored(struct fixture *f, const char *name)
{
	uint32_t max = 0, id = fixture_endpoint(f, WHEN_NOW, name, NULL);

	if (id)
		assert_int_equal(query_facts(f->p, WHEN_NOW, id, max_fact, &max), 0);
	return max;
}

/* Kills the child wait_us after its start, or after its first acknowledgement: on a loaded
 * machine a delay from the start alone might never reach a commit. */
static void one_kill(struct fixture *f, uint32_t *last, unsigned wait_us, bool acknowledged)
{
	uint32_t n, told[2] = { 0, 0 };
	char err_msg[256];
	int fd[2];
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		close(fd[0]);
		child(f, fd[1], *last + 1);
		_exit(0);
	}
	close(fd[1]);
	if (acknowledged && read(fd[0], &n, sizeof(n)) == sizeof(n))
		told[n % 2] = n;
	usleep(wait_us);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (read(fd[0], &n, sizeof(n)) == sizeof(n))
		told[n % 2] = n;
	close(fd[0]);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));

	fixture_open(f);
	assert_true(stored(f, "even.example") >= told[0]);
	assert_true(stored(f, "odd.example") >= told[1]);
	assert_int_equal(posture_check(f->p, err_msg, sizeof(err_msg)), 0);
	*last = stored(f, "even.example") > stored(f, "odd.example")
			? stored(f, "even.example")
			: stored(f, "odd.example");
	posture_close(f->p);
	f->p = NULL;
}

static void test_kill(void **state)
{
	const char *env = getenv("STANCE_KILLS");
	unsigned kills = env ? (unsigned)atoi(env) : 12;
	uint32_t last = 0;
	struct fixture f;

	(void)state;
	log_set_level(LOG_L_ERROR);
	srand((unsigned)getpid());
	fixture_init(&f, "");
	for (unsigned i = 0; i < kills; i++)
		one_kill(&f, &last, 1000 + (unsigned)rand() % 150000, i % 2 == 1);
	log_set_level(LOG_L_INFO);
	assert_true(last > 0);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(repository_kill)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kill) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
