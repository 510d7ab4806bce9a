/* SPDX-License-Identifier: BSD-2-Clause */
#include "watcher.h"

#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WATCHER_MAX 65536 /* directories */
#define WATCHER_LOCKS 16

/* Databases are renamed into place, tag files are written, directories are created and
 * removed. */
#define WATCHER_MASK                                                                          \
	(IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |               \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

/* Lock files of package managers: locked while they change the directory. */
static const char *const watcher_locks[] = { "lock", ".rpm.lock" };

struct watch {
	int wd;
	bool wanted;
};

struct watcher {
	struct watcher_conf conf;
	struct watcher_ops ops;
	void *ctx;
	pthread_t thread;
	int notify, kick; /* inotify, eventfd */
	atomic_bool stop;
	bool missing; /* a directory that cannot be watched was logged */
	struct watch *watches;
	size_t n, cap;
	char *locks[WATCHER_LOCKS]; /* existing lock files */
	size_t n_locks;

	int64_t first, last; /* first and last event since the last scan; 0: none */
	int64_t next_scan, next, next_work; /* 0: none */
};

/* --- watches --- */

static struct watch *watch_find(struct watcher *w, int wd)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->watches[i].wd == wd)
			return &w->watches[i];
	return NULL;
}

static int watch_add(struct watcher *w, int wd)
{
	struct watch *p = watch_find(w, wd);

	if (!p && w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 16;

		if (w->n >= WATCHER_MAX || !(p = realloc(w->watches, cap * sizeof(*p))))
			return ST_ENOMEM;
		w->watches = p;
		w->cap = cap;
		p = NULL;
	}
	if (!p)
		*(p = &w->watches[w->n++]) = (struct watch){ .wd = wd };
	p->wanted = true;
	return 0;
}

/* Shortens path to its parent, which is watched while the directory does not exist. */
static bool path_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !path[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

static int watcher_arm_one(struct watcher *w, const char *directory)
{
	char path[PATH_MAX];
	int wd;

	if ((size_t)snprintf(path, sizeof(path), "%s", directory) >= sizeof(path))
		return ST_ELIMIT;
	do {
		wd = inotify_add_watch(w->notify, path, WATCHER_MASK);
	} while (wd < 0 && (errno == ENOENT || errno == ENOTDIR) && path_up(path));
	if (wd < 0)
		return ST_EIO;
	return watch_add(w, wd);
}

static void watcher_forget_locks(struct watcher *w)
{
	while (w->n_locks)
		free(w->locks[--w->n_locks]);
}

static void watcher_note_locks(struct watcher *w, const char *directory)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(watcher_locks) / sizeof(watcher_locks[0]); i++)
		if (w->n_locks < WATCHER_LOCKS &&
		    (size_t)snprintf(path, sizeof(path), "%s/%s", directory,
				     watcher_locks[i]) < sizeof(path) &&
		    access(path, R_OK) == 0 && (w->locks[w->n_locks] = strdup(path)))
			w->n_locks++;
}

/* Sets up all watches. A directory created meanwhile is found by the next scan, because its
 * parent is watched and each scan sets up the watches again. */
static void watcher_arm(struct watcher *w)
{
	char path[PATH_MAX];
	size_t failed = 0, to = 0;

	for (size_t i = 0; i < w->n; i++)
		w->watches[i].wanted = false;
	watcher_forget_locks(w);
	for (size_t i = 0; i < WATCHER_MAX && w->ops.directory(w->ctx, i, path, sizeof(path));
	     i++) {
		failed += watcher_arm_one(w, path) < 0;
		watcher_note_locks(w, path);
	}
	for (size_t i = 0; i < w->n; i++) {
		if (w->watches[i].wanted)
			w->watches[to++] = w->watches[i];
		else
			(void)inotify_rm_watch(w->notify, w->watches[i].wd);
	}
	w->n = to;
	if (failed && !w->missing)
		log_warn(w->conf.log, "directories cannot be watched, only scanned: count=%zu",
			 failed);
	w->missing = failed > 0;
}

/* --- locks of package managers --- */

static bool watcher_locked(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool held;

	if (fd < 0)
		return false;
	held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	(void)close(fd);
	return held;
}

static bool watcher_busy(const struct watcher *w)
{
	for (size_t i = 0; i < w->n_locks; i++)
		if (watcher_locked(w->locks[i]))
			return true;
	return false;
}

/* --- the thread --- */

static void watcher_scan(struct watcher *w)
{
	int64_t again;

	w->first = w->last = 0;
	watcher_arm(w);
	again = w->ops.scan(w->ctx);
	w->next = again ? clock_mono_us() + again : 0;
	w->next_scan = w->conf.scan_us ? clock_mono_us() + w->conf.scan_us : 0;
	w->next_work = w->ops.work ? clock_mono_us() : 0;
}

static void watcher_work(struct watcher *w)
{
	bool scan = false;
	int64_t again;

	if (!w->next_work || clock_mono_us() < w->next_work)
		return;
	again = w->ops.work(w->ctx, &scan);
	w->next_work = again ? clock_mono_us() + again : 0;
	if (scan)
		watcher_scan(w);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return !a ? b : !b ? a : a < b ? a : b;
}

/* Time of the next wake-up without an event; 0: never. */
static int64_t watcher_deadline(const struct watcher *w)
{
	int64_t settled = 0;

	if (w->first)
		settled =
			earlier(w->last + w->conf.settle_us, w->first + w->conf.settle_max_us);
	return earlier(settled, earlier(w->next, w->next_scan));
}

static void watcher_due(struct watcher *w)
{
	int64_t now = clock_mono_us(), deadline = watcher_deadline(w);

	if (!deadline || now < deadline)
		return;
	if (w->first && now < w->first + w->conf.settle_max_us && watcher_busy(w)) {
		w->last = now; /* releasing the lock causes an event */
		w->next = 0;
		return;
	}
	watcher_scan(w);
}

/* Any event causes a scan, which costs a few stat calls if no source has changed. This covers
 * lost events and removed directories, too. Only IN_IGNORED is skipped: it follows another
 * event or our own removal of a watch. */
static bool watcher_matters(const char *buf, size_t n)
{
	struct inotify_event ev;

	for (size_t at = 0; at + sizeof(ev) <= n; at += sizeof(ev) + ev.len) {
		memcpy(&ev, buf + at, sizeof(ev));
		if (ev.mask != IN_IGNORED)
			return true;
	}
	return false;
}

static void watcher_drain(struct watcher *w)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(w->notify, buf, sizeof(buf))) > 0) {
		if (!watcher_matters(buf, (size_t)n))
			continue;
		w->last = clock_mono_us();
		w->first = w->first ? w->first : w->last;
	}
}

static int watcher_timeout(const struct watcher *w)
{
	int64_t deadline = earlier(watcher_deadline(w), w->next_work), left;

	if (!deadline)
		return -1;
	left = (deadline - clock_mono_us() + 999) / 1000;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void *watcher_run(void *arg)
{
	struct watcher *w = arg;
	struct pollfd fds[] = { { w->notify, POLLIN, 0 }, { w->kick, POLLIN, 0 } };
	uint64_t kicks;

	watcher_scan(w);
	while (!atomic_load(&w->stop)) {
		if (poll(fds, 2, watcher_timeout(w)) < 0)
			continue;
		if (fds[0].revents)
			watcher_drain(w);
		if (fds[1].revents && read(w->kick, &kicks, sizeof(kicks)) > 0 &&
		    !atomic_load(&w->stop))
			watcher_scan(w);
		else
			watcher_due(w);
		if (!atomic_load(&w->stop))
			watcher_work(w);
	}
	return NULL;
}

/* --- start and stop --- */

static void watcher_free(struct watcher *w)
{
	if (w->notify >= 0)
		(void)close(w->notify);
	if (w->kick >= 0)
		(void)close(w->kick);
	watcher_forget_locks(w);
	free(w->watches);
	free(w);
}

/* All signals are blocked in the thread: the host handles them. */
static int watcher_thread(struct watcher *w)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->thread, NULL, watcher_run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc ? ST_EIO : 0;
}

int watcher_start(const struct watcher_conf *conf, const struct watcher_ops *ops, void *ctx,
		  struct watcher **out)
{
	struct watcher *w = calloc(1, sizeof(*w));

	if (!w)
		return ST_ENOMEM;
	w->conf = *conf;
	w->ops = *ops;
	w->ctx = ctx;
	atomic_init(&w->stop, false);
	w->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->kick < 0 || w->notify < 0 || watcher_thread(w) < 0) {
		watcher_free(w);
		return ST_EIO;
	}
	*out = w;
	return 0;
}

void watcher_kick(struct watcher *w)
{
	uint64_t one = 1;

	if (w)
		(void)!write(w->kick, &one, sizeof(one));
}

void watcher_stop(struct watcher *w)
{
	if (!w)
		return;
	atomic_store(&w->stop, true);
	watcher_kick(w);
	(void)pthread_join(w->thread, NULL);
	watcher_free(w);
}
