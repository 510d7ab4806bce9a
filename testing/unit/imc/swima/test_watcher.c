/* SPDX-License-Identifier: BSD-2-Clause */
/* The watcher: which changes cause a scan, when, and that an idle watcher sleeps. */
#include "unit.h"

#include "imc/swima/watcher.h"

#include "base/clock.h"
#include "base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE_MS 50

static char root[] = "/tmp/test_watcher.XXXXXX";

/* Context of the callbacks. */
struct scene {
	char directories[3][128];
	size_t n;
	atomic_uint scans;
	atomic_llong again;
	atomic_uint works; /* pieces done */
	atomic_int left;   /* pieces left; then it requests a scan */
};

static bool directory(void *ctx, size_t i, char *path, size_t size)
{
	struct scene *s = ctx;

	if (i >= s->n)
		return false;
	snprintf(path, size, "%s", s->directories[i]);
	return true;
}

static int64_t scan(void *ctx)
{
	struct scene *s = ctx;

	atomic_fetch_add(&s->scans, 1);
	return atomic_exchange(&s->again, 0);
}

static int64_t work(void *ctx, bool *now)
{
	struct scene *s = ctx;
	int left = atomic_load(&s->left);

	if (!left)
		return 0;
	atomic_fetch_add(&s->works, 1);
	atomic_store(&s->left, left - 1);
	*now = left == 1;
	return left > 1 ? 1000 : 0;
}

static const struct watcher_ops ops = { directory, scan, work };

static void quiet(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static int make_root(void **state)
{
	(void)state;
	log_set_sink(quiet, NULL);
	return mkdtemp(root) ? 0 : -1;
}

static int __attribute__((format(printf, 1, 2))) try_shell(const char *fmt, ...)
{
	char cmd[800], line[1000];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "cd '%s' && { %s; }", root, cmd);
	return system(line);
}

#define shell(...) assert_int_equal(try_shell(__VA_ARGS__), 0)

static int clean(void **state)
{
	(void)state;
	shell("rm -rf ./* ./.rpm*");
	return 0;
}

static int drop_root(void **state)
{
	(void)clean(state);
	return rmdir(root);
}

/* Starts a watcher on these directories below root, and waits for the first scan. */
static struct watcher *watch(struct scene *s, const struct watcher_conf *conf,
			     const char *const *names)
{
	struct watcher *w = NULL;

	memset(s, 0, sizeof(*s));
	for (; *names; names++)
		snprintf(s->directories[s->n++], sizeof(s->directories[0]), "%s/%s", root,
			 *names);
	assert_int_equal(watcher_start(conf, &ops, s, &w), 0);
	for (int ms = 0; !atomic_load(&s->scans) && ms < 5000; ms++)
		usleep(1000);
	assert_int_equal(atomic_load(&s->scans), 1);
	return w;
}

#define WATCH(s, conf, ...) watch(s, conf, (const char *const[]){ __VA_ARGS__, NULL })

static const struct watcher_conf quick = { .settle_us = SETTLE_MS * 1000,
					   .settle_max_us = 20 * CLOCK_SEC };

/* Waits until there have been n scans. */
static void await(struct scene *s, unsigned n)
{
	for (int ms = 0; atomic_load(&s->scans) < n && ms < 10000; ms++)
		usleep(1000);
	assert_true(atomic_load(&s->scans) >= n);
}

/* Checks that there are no further scans for a while. */
static void still(struct scene *s)
{
	unsigned n;

	usleep(3 * SETTLE_MS * 1000); /* events of the last change */
	n = atomic_load(&s->scans);
	usleep(4 * SETTLE_MS * 1000);
	assert_int_equal(atomic_load(&s->scans), n);
}

/* Every way in which a directory changes. */
static void test_changes(void **state)
{
	static const char *const changes[] = {
		"echo x >d/status-new && mv d/status-new d/status",
		"echo x >d/tag",
		"rm d/tag",
		"mkdir d/package",
		"rmdir d/package",
		"mv d/status status",
	};
	struct scene s;
	struct watcher *w;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &quick, "d");
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		unsigned n = atomic_load(&s.scans);

		shell("%s", changes[i]);
		await(&s, n + 1);
		still(&s);
	}
	watcher_stop(w);
}

/* Many changes in a row cause one scan. */
static void test_settles(void **state)
{
	struct scene s;
	struct watcher *w;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &quick, "d");
	for (int i = 0; i < 20; i++) {
		shell("echo %d >d/x", i);
		usleep(SETTLE_MS * 200);
	}
	await(&s, 2);
	still(&s);
	assert_in_range(atomic_load(&s.scans), 2, 4); /* a busy machine may pause */
	watcher_stop(w);
}

/* Changes that never end cause a scan, too. */
static void test_never_settles(void **state)
{
	const struct watcher_conf conf = { .settle_us = 2 * CLOCK_SEC,
					   .settle_max_us = CLOCK_SEC / 5 };
	int64_t began = clock_mono_us();
	struct scene s;
	struct watcher *w;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &conf, "d");
	while (atomic_load(&s.scans) < 3 && clock_mono_us() - began < 10 * CLOCK_SEC)
		shell("echo >d/x");
	assert_true(atomic_load(&s.scans) >= 3);
	watcher_stop(w);
}

/* A lock beside the database delays the scan. */
static pid_t hold_lock(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_RDWR | O_CREAT, 0640);

		if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void test_lock(void **state)
{
	char path[64];
	struct scene s;
	struct watcher *w;
	pid_t pid;

	(void)state;
	shell("mkdir d && touch d/lock");
	snprintf(path, sizeof(path), "%s/d/lock", root);
	w = WATCH(&s, &quick, "d");
	pid = hold_lock(path);
	shell("echo x >d/status");
	usleep(6 * SETTLE_MS * 1000);
	assert_int_equal(atomic_load(&s.scans), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	await(&s, 2);
	still(&s);
	watcher_stop(w);
}

/* A lock that is held for ever delays the scan by settle_max_us at most. */
static void test_lock_for_ever(void **state)
{
	const struct watcher_conf conf = { .settle_us = 20000, .settle_max_us = 300000 };
	char path[64];
	struct scene s;
	struct watcher *w;
	pid_t pid;

	(void)state;
	shell("mkdir d && touch d/.rpm.lock");
	snprintf(path, sizeof(path), "%s/d/.rpm.lock", root);
	w = WATCH(&s, &conf, "d");
	pid = hold_lock(path);
	shell("echo x >d/status");
	await(&s, 2);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	watcher_stop(w);
}

/* A directory that does not exist yet, nor do its parents. */
static void test_appears(void **state)
{
	struct scene s;
	struct watcher *w;
	unsigned n;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &quick, "d", "e/f/g");
	shell("mkdir e");
	await(&s, 2);
	n = atomic_load(&s.scans);
	shell("mkdir -p e/f/g");
	await(&s, n + 1);
	still(&s);
	n = atomic_load(&s.scans);
	shell("echo x >e/f/g/tag");
	await(&s, n + 1);
	still(&s);
	watcher_stop(w);
}

/* A directory that is removed and created again is watched again. */
static void test_goes(void **state)
{
	struct scene s;
	struct watcher *w;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &quick, "d");
	for (int i = 0; i < 3; i++) {
		unsigned n = atomic_load(&s.scans);

		shell(i % 2 ? "rm -r d" : "mv d old");
		await(&s, n + 1);
		still(&s);
		n = atomic_load(&s.scans);
		shell("rm -rf old; mkdir d");
		await(&s, n + 1);
		still(&s);
		n = atomic_load(&s.scans);
		shell("echo x >d/tag");
		await(&s, n + 1);
		still(&s);
	}
	watcher_stop(w);
}

/* More events than the kernel queues. */
static void test_overflow(void **state)
{
	struct scene s;
	struct watcher *w;
	unsigned n;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &quick, "d");
	shell("seq 1 30000 | (cd d && xargs touch) && rm -r d && mkdir d");
	await(&s, 2);
	still(&s);
	n = atomic_load(&s.scans);
	shell("echo x >d/tag");
	await(&s, n + 1);
	watcher_stop(w);
}

/* A scan that requests another; a kick; a periodic scan. */
static void test_unasked(void **state)
{
	const struct watcher_conf conf = { .settle_us = CLOCK_SEC,
					   .settle_max_us = CLOCK_SEC,
					   .scan_us = 30000 };
	struct scene s;
	struct watcher *w;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &quick, "d");
	atomic_store(&s.again, 20000);
	watcher_kick(w);
	await(&s, 3);
	still(&s);
	watcher_stop(w);
	w = WATCH(&s, &conf, "d");
	await(&s, 5);
	watcher_stop(w);
	watcher_kick(NULL);
	watcher_stop(NULL);
}

/* Voluntary context switches of this process. */
static long switches(void)
{
	char line[128];
	long sum = 0, n;
	FILE *f = popen("cat /proc/$PPID/task/*/status", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			sum += n;
	pclose(f);
	return sum;
}

static void test_sleeps(void **state)
{
	const struct watcher_conf conf = { .settle_us = 10000,
					   .settle_max_us = CLOCK_SEC,
					   .scan_us = 3600 * CLOCK_SEC };
	struct scene s;
	struct watcher *w;
	long before, idle;

	(void)state;
	shell("mkdir d");
	w = WATCH(&s, &conf, "d");
	usleep(100000);
	before = switches();
	idle = switches() - before; /* cost of the measurement */
	before = switches();
	sleep(1);
	assert_true(switches() - before <= idle + 3);
	watcher_stop(w);
}

/* Work is done piece by piece until none is left; a scan can add more. */
static void test_work(void **state)
{
	struct watcher *w;
	struct scene s;

	(void)state;
	shell("mkdir a");
	w = WATCH(&s, &((struct watcher_conf){ .settle_us = 1000, .settle_max_us = 1000000 }),
		  "a");
	usleep(20000);
	assert_int_equal(atomic_load(&s.works), 0);
	atomic_store(&s.left, 5);
	watcher_kick(w);
	for (int ms = 0; atomic_load(&s.scans) < 3 && ms < 5000; ms++)
		usleep(1000);
	usleep(20000);
	watcher_stop(w);
	assert_int_equal(atomic_load(&s.works), 5);
	assert_int_equal(atomic_load(&s.scans),
			 3); /* the first, the kick, and the one requested by the work */
}

/* Started and stopped in any state. */
static void test_stop(void **state)
{
	struct scene s;

	(void)state;
	shell("mkdir d");
	for (int i = 0; i < 50; i++) {
		struct watcher *w = NULL;

		memset(&s, 0, sizeof(s));
		snprintf(s.directories[s.n++], sizeof(s.directories[0]), "%s/d", root);
		assert_int_equal(watcher_start(&quick, &ops, &s, &w), 0);
		if (i % 3 == 1)
			shell("echo >d/x");
		if (i % 3 == 2)
			watcher_kick(w);
		watcher_stop(w);
	}
}

/* The real dpkg at work below a root of its own. */
static bool dpkg_package(const char *name, const char *version)
{
	return try_shell("rm -rf p && mkdir -p p/DEBIAN p/usr/share/%s && "
			 "printf 'Package: %s\nVersion: %s\nArchitecture: all\n"
			 "Maintainer: Lab <lab@lab.example>\nDescription: x\n'"
			 " >p/DEBIAN/control && "
			 "dpkg-deb -b p %s_%s.deb >/dev/null 2>&1",
			 name, name, version, name, version) == 0;
}

static void test_dpkg(void **state)
{
	static const char *const steps[] = { "-i x_1.deb", "-i x_2.deb y_1.deb", "-r x",
					     "-P y" };
	struct scene s;
	struct watcher *w;

	(void)state;
	if (getuid() != 0 || !dpkg_package("x", "1") || !dpkg_package("x", "2") ||
	    !dpkg_package("y", "1"))
		skip();
	shell("mkdir -p r/var/lib/dpkg/updates r/var/lib/dpkg/info && "
	      "touch r/var/lib/dpkg/status");
	w = WATCH(&s, &quick, "r/var/lib/dpkg", "r/var/lib/dpkg/updates");
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned n = atomic_load(&s.scans);

		if (try_shell("dpkg --root=r --force-not-root --force-script-chrootless"
			      " --log=/dev/null %s >/dev/null 2>&1",
			      steps[i]) != 0)
			skip();
		await(&s, n + 1);
		still(&s);
	}
	watcher_stop(w);
}

UNIT_GROUP(watcher)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_changes, clean),
		cmocka_unit_test_teardown(test_settles, clean),
		cmocka_unit_test_teardown(test_never_settles, clean),
		cmocka_unit_test_teardown(test_lock, clean),
		cmocka_unit_test_teardown(test_lock_for_ever, clean),
		cmocka_unit_test_teardown(test_appears, clean),
		cmocka_unit_test_teardown(test_goes, clean),
		cmocka_unit_test_teardown(test_overflow, clean),
		cmocka_unit_test_teardown(test_unasked, clean),
		cmocka_unit_test_teardown(test_sleeps, clean),
		cmocka_unit_test_teardown(test_work, clean),
		cmocka_unit_test_teardown(test_stop, clean),
		cmocka_unit_test_teardown(test_dpkg, clean),
	};

	return cmocka_run_group_tests(tests, make_root, drop_root);
}
