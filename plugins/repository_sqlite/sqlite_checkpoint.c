/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving the write-ahead log into the file, on a thread and a connection of its own, so that a
 * batch does not wait for it. The pages written in the meantime are few. They are moved while
 * the writer waits; then the log restarts from its beginning. */
#include "sqlite_checkpoint.h"
#include "base/err.h"

#define LITTLE 1000 /* pages moved while the writer waits */
#define ROUNDS 4    /* rounds before the writer waits for more */
#define OVERGROWN 4 /* times wal_pages: the writer waits until the log is moved */

static int checkpoint(sqlite3 *db, int *pages, int *left)
{
	int done = 0, rc;

	*pages = 0;
	rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, pages, &done);
	*left = *pages - done;
	return sqlite_err(rc);
}

/* A checkpoint while the writer waits. */
static void checkpoint_alone(struct sqlite_log *l, int *pages, int *left)
{
	pthread_mutex_lock(&l->lock);
	l->hold = true;
	while (l->writing)
		pthread_cond_wait(&l->cond, &l->lock);
	pthread_mutex_unlock(&l->lock);
	(void)checkpoint(l->db, pages, left);
	pthread_mutex_lock(&l->lock);
	l->hold = false;
	pthread_cond_broadcast(&l->cond);
	pthread_mutex_unlock(&l->lock);
}

/* A long query can keep a part of the log from being moved. The next try is then due when the
 * log has grown by a quarter of wal_pages. If a checkpoint moved everything it saw but the
 * writer waits because of pages added since, the next is due at once. */
static void checkpoint_all(struct sqlite_log *l)
{
	int pages = 0, left = 0, err = 0;

	for (int i = 0; i < ROUNDS && !err; i++) {
		err = checkpoint(l->db, &pages, &left);
		if (left <= LITTLE || pages > OVERGROWN * l->wanted)
			break;
	}
	if (!err && left)
		checkpoint_alone(l, &pages, &left);
	pthread_mutex_lock(&l->lock);
	l->next = err || left ? pages + l->wanted / 4 : l->wanted;
	l->due = !err && !left && l->pages > pages && l->pages > OVERGROWN * l->wanted;
	pthread_cond_broadcast(&l->cond);
	pthread_mutex_unlock(&l->lock);
}

static void *checkpoint_main(void *ctx)
{
	struct sqlite_log *l = ctx;

	pthread_mutex_lock(&l->lock);
	while (!l->stop) {
		if (!l->due) {
			pthread_cond_wait(&l->cond, &l->lock);
			continue;
		}
		pthread_mutex_unlock(&l->lock);
		checkpoint_all(l);
		pthread_mutex_lock(&l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* WAL hook: the writer has committed. pages: length of the log. */
static int committed(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_log *l = ctx;

	(void)db;
	(void)name;
	pthread_mutex_lock(&l->lock);
	l->pages = pages;
	if (pages < l->wanted)
		l->next = l->wanted; /* the log has restarted */
	if (pages >= l->next && !l->due) {
		l->due = true;
		pthread_cond_broadcast(&l->cond);
	}
	pthread_mutex_unlock(&l->lock);
	return SQLITE_OK;
}

int sqlite_begin(struct repository *r, char *err_msg, size_t err_msg_len)
{
	struct sqlite_log *l = &r->log;
	int err;

	pthread_mutex_lock(&l->lock);
	while (l->hold || (l->due && l->pages > OVERGROWN * l->wanted))
		pthread_cond_wait(&l->cond, &l->lock);
	l->writing = true;
	pthread_mutex_unlock(&l->lock);
	err = sqlite_exec(r->db, "BEGIN IMMEDIATE");
	return err < 0 ? sqlite_end(r, err, err_msg, err_msg_len) : 0;
}

int sqlite_end(struct repository *r, int err, char *err_msg, size_t err_msg_len)
{
	struct sqlite_log *l = &r->log;

	if (!err)
		err = sqlite_exec(r->db, "COMMIT");
	if (err && err_msg && !*err_msg)
		(void)sqlite_fail(r->db, r->conf.path, err_msg, err_msg_len);
	if (err && !sqlite3_get_autocommit(r->db))
		(void)sqlite_exec(r->db, "ROLLBACK");
	pthread_mutex_lock(&l->lock);
	l->writing = false;
	pthread_cond_broadcast(&l->cond);
	pthread_mutex_unlock(&l->lock);
	return err;
}

int sqlite_checkpoint_start(struct repository *r, char *err_msg, size_t err_msg_len)
{
	struct sqlite_log *l = &r->log;
	int err = sqlite_connect(&r->conf, true, &l->db, err_msg, err_msg_len);

	if (err < 0)
		return err;
	l->wanted = l->next = (int)r->conf.wal_pages;
	sqlite3_wal_hook(r->db, committed, l);
	if (pthread_create(&l->thread, NULL, checkpoint_main, l) != 0)
		return ST_ENOMEM;
	l->running = true;
	return 0;
}

void sqlite_checkpoint_stop(struct repository *r)
{
	struct sqlite_log *l = &r->log;

	if (l->running) {
		pthread_mutex_lock(&l->lock);
		l->stop = true;
		pthread_cond_broadcast(&l->cond);
		pthread_mutex_unlock(&l->lock);
		pthread_join(l->thread, NULL);
	}
	sqlite3_close(l->db);
	l->db = NULL;
}
