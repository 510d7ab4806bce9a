/* SPDX-License-Identifier: BSD-2-Clause */
/* The embedded repository: one SQLite file in WAL mode, one connection that writes, several
 * that read. README describes its tables and views. */
#include "sqlite_checkpoint.h"
#include "index_segment.h"
#include "software_transition.h"
#include "sqlite_append.h"
#include "sqlite_load.h"
#include "sqlite_read.h"
#include "index_memtable.h"
#include "sqlite_schema.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define PRUNE_STEP 10000 /* changes dropped in one transaction */

static int repo_os_fail(const char *path, char *err_msg, size_t err_msg_len)
{
	(void)snprintf(err_msg, err_msg_len, "%s: %s", path, strerror(errno));
	return ST_EIO;
}

/* One manager a file: each trusts the copy of the present in its memory. */
static int repo_lock(struct repository *r, char *err_msg, size_t err_msg_len)
{
	char path[sizeof(r->conf.path) + 8];

	(void)snprintf(path, sizeof(path), "%s.lock", r->conf.path);
	r->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r->lock_fd < 0)
		return repo_os_fail(path, err_msg, err_msg_len);
	if (flock(r->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return repo_os_fail(path, err_msg, err_msg_len);
	(void)snprintf(err_msg, err_msg_len, "%s is in use by another process", r->conf.path);
	return ST_EBUSY;
}

/* Creates the file with mode 0600. SQLite would apply the umask only; its -wal and -shm files
 * take the mode of the file. */
static int repo_create(const struct repository *r, char *err_msg, size_t err_msg_len)
{
	int fd = open(r->conf.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return repo_os_fail(r->conf.path, err_msg, err_msg_len);
	close(fd);
	return 0;
}

static int repo_state(struct repository *r, struct repository_state *state)
{
	static const char sql[] =
		"SELECT coalesce(max(seq), 0), coalesce(min(seq), 1),"
		" coalesce((SELECT known_at FROM change ORDER BY seq DESC LIMIT 1), 0),"
		" coalesce((SELECT value FROM setting WHERE name = 'oldest'), 0)"
		" FROM (SELECT min(seq) AS seq FROM change"
		"  UNION ALL SELECT max(seq) FROM change)";
	sqlite3_stmt *st = NULL;
	sqlite3 *db;
	int rc, err = sqlite_reader(r, &db);

	*state = (struct repository_state){ 0 };
	if (err < 0)
		return err;
	if ((rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL)) == SQLITE_OK &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		state->last_seq = (uint64_t)sqlite3_column_int64(st, 0);
		state->first_seq = (uint64_t)sqlite3_column_int64(st, 1);
		state->last_known = sqlite3_column_int64(st, 2);
		state->oldest = sqlite3_column_int64(st, 3);
		(void)snprintf(state->where, sizeof(state->where), "%s", r->conf.path);
	}
	sqlite3_finalize(st);
	sqlite_reader_done(r, db);
	return sqlite_err(rc);
}

/* Runs a check that gives a row for each problem, or the row "ok". ST_EDB: the first problem
 * is in err_msg. */
static int check_with(sqlite3 *db, const char *path, const char *sql, char *err_msg,
		      size_t err_msg_len)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL), err = 0;

	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		if (text && strcmp(text, "ok") != 0) {
			(void)snprintf(
				err_msg, err_msg_len,
				"%s is damaged (%s): restore a backup, or save what can "
				"be saved with 'sqlite3 %s .recover', or move it away to "
				"begin anew",
				path, text, path);
			err = ST_EDB;
		}
	} else if (rc != SQLITE_DONE) {
		err = sqlite_fail(db, path, err_msg, err_msg_len);
	}
	sqlite3_finalize(st);
	return err;
}

static int repo_check(struct repository *r, char *err_msg, size_t err_msg_len)
{
	sqlite3 *db;
	int err = sqlite_reader(r, &db);

	if (err < 0)
		return err;
	if ((err = check_with(db, r->conf.path, "PRAGMA integrity_check(1)", err_msg,
			      err_msg_len)) == 0)
		err = check_with(db, r->conf.path, "PRAGMA foreign_key_check", err_msg,
				 err_msg_len);
	sqlite_reader_done(r, db);
	return err;
}

static void repo_close(struct repository *r)
{
	if (!r)
		return;
	sqlite_checkpoint_stop(r);
	for (int i = 0; i < APPEND_N; i++)
		sqlite3_finalize(r->append[i]);
	for (int i = 0; i < r->n_idle; i++)
		sqlite_reader_close(r->readers[i]);
	sqlite3_close(r->db);
	if (r->lock_fd >= 0)
		close(r->lock_fd);
	wr_reset(&r->text);
	free(r->tail.v);
	sqlite_run_free(&r->run);
	pthread_mutex_destroy(&r->tail_lock);
	pthread_mutex_destroy(&r->log.lock);
	pthread_cond_destroy(&r->log.cond);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->idle);
	free(r);
}

static int repo_prepare(struct repository *r, char *err_msg, size_t err_msg_len)
{
	struct repository_state st;
	int err;

	if ((err = repo_lock(r, err_msg, err_msg_len)) < 0 ||
	    (err = repo_create(r, err_msg, err_msg_len)) < 0 ||
	    (err = sqlite_connect(&r->conf, true, &r->db, err_msg, err_msg_len)) < 0 ||
	    (err = schema_migrate(r->db, r->conf.path, schema_steps, schema_n_steps, err_msg,
				  err_msg_len)) < 0)
		return err;
	if ((err = sqlite_append_prepare(r)) < 0 || (err = sqlite_runs_open(r)) < 0)
		return sqlite_fail(r->db, r->conf.path, err_msg, err_msg_len);
	if (r->conf.check && (err = repo_check(r, err_msg, err_msg_len)) < 0)
		return err;
	if ((err = repo_state(r, &st)) < 0)
		(void)snprintf(err_msg, err_msg_len, "%s: %s", r->conf.path, st_strerror(err));
	r->last_seq = st.last_seq;
	return err < 0 ? err : sqlite_checkpoint_start(r, err_msg, err_msg_len);
}

static int repo_open(struct repository **out, char *err_msg, size_t err_msg_len)
{
	struct repository *r = calloc(1, sizeof(*r));
	int err;

	*out = NULL;
	if (!r)
		return ST_ENOMEM;
	r->lock_fd = -1;
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->tail_lock, NULL);
	pthread_mutex_init(&r->log.lock, NULL);
	pthread_cond_init(&r->log.cond, NULL);
	pthread_cond_init(&r->idle, NULL);
	if ((err = sqlite_conf_read(&r->conf, err_msg, err_msg_len)) < 0 ||
	    (err = repo_prepare(r, err_msg, err_msg_len)) < 0) {
		repo_close(r);
		return err;
	}
	*out = r;
	return 0;
}

/* Stores `oldest` first, so that queries do not read a part of the journal that is half
 * dropped. */
static int repo_prune(struct repository *r, uint64_t keep, int64_t oldest)
{
	char sql[256];
	int err, dropped;

	if (keep > r->last_seq) /* the last change stays: it holds the last seq */
		keep = r->last_seq;
	(void)snprintf(sql, sizeof(sql),
		       "INSERT OR REPLACE INTO setting VALUES ('oldest', %lld)",
		       (long long)oldest);
	if ((err = sqlite_begin(r, NULL, 0)) < 0 ||
	    (err = sqlite_end(r, sqlite_exec(r->db, sql), NULL, 0)) < 0)
		return err;
	do {
		(void)snprintf(sql, sizeof(sql),
			       "DELETE FROM change WHERE seq < min(%llu,"
			       " (SELECT min(seq) FROM change) + %d)",
			       (unsigned long long)keep, PRUNE_STEP);
		if ((err = sqlite_begin(r, NULL, 0)) < 0)
			return err;
		err = sqlite_exec(r->db, sql);
		dropped = sqlite3_changes(r->db);
		err = sqlite_end(r, err, NULL, 0);
	} while (!err && dropped > 0);
	return err < 0 ? err : sqlite_runs_prune(r, keep);
}

PLUGIN_EXPORT int stance_plugin_settings(char *err_msg, size_t err_msg_len);

int stance_plugin_settings(char *err_msg, size_t err_msg_len)
{
	struct sqlite_conf c;

	return sqlite_conf_read(&c, err_msg, err_msg_len);
}

PLUGIN_EXPORT extern const struct repository_plugin stance_plugin;

const struct repository_plugin stance_plugin = {
	.abi = REPOSITORY_ABI,
	.size = sizeof(struct repository_plugin),
	.name = "sqlite",
	.open = repo_open,
	.close = repo_close,
	.state = repo_state,
	.load = sqlite_load,
	.append = sqlite_append,
	.read = sqlite_read,
	.seq_at = sqlite_seq_at,
	.prune = repo_prune,
	.check = repo_check,
	.turns = sqlite_turns,
};
