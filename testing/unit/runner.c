/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the groups of a unit test program, each in a process of its own, so that a crash, a
 * hang or what a group leaves behind in its process touches no other group.
 *
 *	PROGRAM [-j JOBS] [GROUP...]    all groups unless some are named
 *	PROGRAM -l                      lists them
 *
 * UNIT_JOBS: groups at once (default 2). UNIT_SECONDS: a group's time (default 300).
 * UNIT_ONLY=threaded: only groups worth a run under the thread sanitizer.
 * Exit status: 0 when every group passed. What a group printed comes in one piece, when it is
 * over; a group that failed adds a line "unit: GROUP failed: REASON". */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GROUPS_MAX 64
#define JOBS_MAX 16
#define GROUP_PASSED 42 /* not 0: code under test that calls exit(0) has not passed */

struct group {
	const char *name;
	int (*run)(void);
	bool threaded, chosen;
};

struct job {
	const struct group *group;
	pid_t pid;
	FILE *output;
	time_t deadline;
	bool late;
};

static struct group groups[GROUPS_MAX];
static size_t n_groups;
static struct job jobs[JOBS_MAX];

void unit_register(const char *name, bool threaded, int (*run)(void))
{
	if (n_groups == GROUPS_MAX) {
		fprintf(stderr, "unit: more than %d groups\n", GROUPS_MAX);
		exit(2);
	}
	groups[n_groups++] = (struct group){ name, run, threaded, false };
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static unsigned number_from(const char *text, unsigned fallback, unsigned max)
{
	unsigned long n = text ? strtoul(text, NULL, 10) : 0;

	return n == 0 ? fallback : n > max ? max : (unsigned)n;
}

static bool choose(const char *name)
{
	for (size_t i = 0; i < n_groups; i++)
		if (strcmp(groups[i].name, name) == 0)
			return groups[i].chosen = true;
	fprintf(stderr, "unit: no group is called %s (-l lists them)\n", name);
	return false;
}

/* The group's process: a process group of its own, so that what it starts ends with it. */
static void run_group(const struct group *g, FILE *output)
{
	setpgid(0, 0);
	if (dup2(fileno(output), STDOUT_FILENO) < 0 || dup2(fileno(output), STDERR_FILENO) < 0)
		_exit(2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	exit(g->run() ? 1 : GROUP_PASSED);
}

static int start(struct job *j, const struct group *g, unsigned seconds)
{
	*j = (struct job){ .group = g, .output = tmpfile(), .deadline = now() + seconds };
	if (!j->output) {
		perror("unit: temporary file");
		return -1;
	}
	fflush(NULL);
	if ((j->pid = fork()) == 0)
		run_group(g, j->output);
	if (j->pid < 0) {
		perror("unit: fork");
		fclose(j->output);
		return -1;
	}
	setpgid(j->pid, j->pid);
	return 0;
}

static void copy_output(FILE *from)
{
	char buf[4096];
	size_t n;

	rewind(from);
	while ((n = fread(buf, 1, sizeof(buf), from)) > 0)
		fwrite(buf, 1, n, stdout);
	fclose(from);
}

/* Prints what the group printed, and why it failed if it did. */
static bool finish(struct job *j, int status)
{
	bool passed = WIFEXITED(status) && WEXITSTATUS(status) == GROUP_PASSED && !j->late;

	kill(-j->pid, SIGKILL); /* what it started and did not end */
	copy_output(j->output);
	if (j->late)
		printf("unit: %s failed: took too long\n", j->group->name);
	else if (WIFSIGNALED(status))
		printf("unit: %s failed: signal %d\n", j->group->name, WTERMSIG(status));
	else if (!passed)
		printf("unit: %s failed: exit status %d\n", j->group->name,
		       WEXITSTATUS(status));
	fflush(stdout);
	j->group = NULL;
	return passed;
}

/* Waits a moment for one of the jobs; ends those whose time is over. Returns how many
 * failed. */
static unsigned reap(unsigned n)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	unsigned failed = 0;
	int status;

	for (unsigned i = 0; i < n; i++) {
		struct job *j = &jobs[i];

		if (!j->group)
			continue;
		if (now() >= j->deadline && !j->late) {
			j->late = true;
			kill(-j->pid, SIGKILL);
		}
		if (waitpid(j->pid, &status, WNOHANG) == j->pid)
			failed += !finish(j, status);
	}
	nanosleep(&pause, NULL);
	return failed;
}

static bool any_running(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (jobs[i].group)
			return true;
	return false;
}

static struct job *free_job(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!jobs[i].group)
			return &jobs[i];
	return NULL;
}

static unsigned run_all(unsigned n_jobs, unsigned seconds)
{
	unsigned failed = 0;

	for (size_t i = 0; i < n_groups; i++) {
		struct job *j;

		if (!groups[i].chosen)
			continue;
		while (!(j = free_job(n_jobs)))
			failed += reap(n_jobs);
		if (start(j, &groups[i], seconds) < 0) {
			j->group = NULL;
			failed++;
		}
	}
	while (any_running(n_jobs))
		failed += reap(n_jobs);
	return failed;
}

static void choose_all(void)
{
	const char *only = getenv("UNIT_ONLY");
	bool threaded = only && strcmp(only, "threaded") == 0;

	for (size_t i = 0; i < n_groups; i++)
		groups[i].chosen = groups[i].threaded || !threaded;
}

int main(int argc, char **argv)
{
	unsigned n_jobs = number_from(getenv("UNIT_JOBS"), 2, JOBS_MAX), failed;
	int opt;

	while ((opt = getopt(argc, argv, "j:l")) != -1) {
		if (opt == 'j') {
			n_jobs = number_from(optarg, 1, JOBS_MAX);
			continue;
		}
		for (size_t i = 0; opt == 'l' && i < n_groups; i++)
			puts(groups[i].name);
		return opt == 'l' ? 0 : 2;
	}
	for (int i = optind; i < argc; i++)
		if (!choose(argv[i]))
			return 2;
	if (optind == argc)
		choose_all();
	failed = run_all(n_jobs, number_from(getenv("UNIT_SECONDS"), 300, 86400));
	return failed ? 1 : 0;
}
