/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/processes.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t processes_size(unsigned n)
{
	return sizeof(struct processes) + n * sizeof(struct run_report);
}

struct processes *processes_open(unsigned n)
{
	struct processes *c = mmap(NULL, processes_size(n), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (c == MAP_FAILED)
		return NULL;
	c->n = n;
	return c;
}

void processes_close(struct processes *c)
{
	if (c)
		(void)munmap(c, processes_size(c->n));
}

/* They are ended by the signals that end us, also by those that we cannot pass on. */
static pid_t processes_start(int (*work)(void *ctx, unsigned part), void *ctx, unsigned part,
			     const sigset_t *signals)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)sigprocmask(SIG_UNBLOCK, signals, NULL);
	if (getppid() != parent)
		_exit(1);
	exit(work(ctx, part));
}

static int processes_wait(const pid_t *pids, unsigned n, const sigset_t *signals)
{
	int status, worst = 0, number;
	unsigned left = n;
	pid_t pid;

	while (left) {
		if ((number = sigwaitinfo(signals, NULL)) == SIGCHLD) {
			while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
				left--;
				status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
				worst = status > worst ? status : worst;
			}
			if (pid < 0 && errno == ECHILD)
				break;
		}
		for (unsigned i = 0; number > 0 && number != SIGCHLD && i < n; i++)
			(void)kill(pids[i], SIGTERM);
	}
	return worst;
}

int processes_run(struct processes *c, int (*work)(void *ctx, unsigned part), void *ctx)
{
	pid_t pids[CREW_MAX];
	sigset_t signals;
	unsigned started = 0;
	int status;

	if (c->n == 1)
		return work(ctx, 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	while (started < c->n &&
	       (pids[started] = processes_start(work, ctx, started, &signals)) > 0)
		started++;
	for (unsigned i = 0; started < c->n && i < started; i++)
		(void)kill(pids[i], SIGTERM);
	status = processes_wait(pids, started, &signals);
	(void)sigprocmask(SIG_UNBLOCK, &signals, NULL);
	return started < c->n && !status ? 1 : status;
}

struct run_report *processes_report(struct processes *c)
{
	for (unsigned i = 1; i < c->n; i++)
		run_report_merge(&c->reports[0], &c->reports[i]);
	return &c->reports[0];
}
