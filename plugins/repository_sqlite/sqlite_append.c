/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing one batch: all of it or nothing. */
#include "sqlite_append.h"
#include "sqlite_checkpoint.h"
#include "index_segment.h"
#include "json_ids.h"
#include "index_memtable.h"
#include "endpoint_attributes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>

#define SAY_AGAIN_S 60

static const char *const append_sql[APPEND_N] = {
	[APPEND_CHANGE] =
		"INSERT INTO change (seq, kind, endpoint, software, known_at,"
		" happened_at, epoch, eid, record, number, number_was, key, value, was)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[APPEND_SOFTWARE] =
		"INSERT INTO software (id, identifier, name, version, arch, type,"
		" source_name, source_version, purl, supplier, model_pen, model)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
		" ON CONFLICT (id) DO UPDATE SET name = ?3, version = ?4, arch = ?5,"
		" type = ?6, source_name = ?7, source_version = ?8, purl = ?9,"
		" supplier = ?10, model_pen = ?11, model = ?12",
	[APPEND_SET] = "INSERT INTO inventory (id, digest, size, members, named)"
		       " VALUES (?1, ?2, ?3, ?4, ?5)",
	[APPEND_NAMED] = "UPDATE inventory SET named = ?2 WHERE id = ?1",
	[APPEND_SET_DROPPED] = "DELETE FROM inventory WHERE id = ?1",
	[APPEND_ENDPOINT] =
		"INSERT INTO endpoint (id, identity, name, first_seq, inventory_seq, "
		"first_seen,"
		" last_contact, complete_through, epoch, last_eid, verdict, access, inventory,"
		" added, removed)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
		" ON CONFLICT (id) DO UPDATE SET inventory_seq = ?5, last_contact = ?7,"
		" complete_through = ?8, epoch = ?9, last_eid = ?10, verdict = ?11,"
		" access = ?12, inventory = ?13, added = ?14, removed = ?15",
	[APPEND_FORGET] = "UPDATE endpoint SET identity = ?2 WHERE id = ?1",
	[APPEND_FORGOTTEN] = "INSERT INTO forgotten (endpoint, seq) VALUES (?1, ?2)",
	[APPEND_RUN_ENDPOINT] = "INSERT INTO change_by_endpoint VALUES (?1, ?2, ?3)",
	[APPEND_RUN_SOFTWARE] = "INSERT INTO change_by_software VALUES (?1, ?2, ?3, ?4)",
	[APPEND_LEDGER] =
		"INSERT INTO ledger (endpoint, highest_eid, followed, inventory_at, ranges,"
		" instances) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (endpoint)"
		" DO UPDATE SET highest_eid = ?2, followed = ?3, inventory_at = ?4,"
		" ranges = ?5, instances = ?6",
	[APPEND_TOLD] = "INSERT INTO told (endpoint, facts, results) VALUES (?1, ?2, ?3)"
			" ON CONFLICT (endpoint) DO UPDATE SET facts = ?2, results = ?3",
};

int sqlite_append_prepare(struct repository *r)
{
	for (int i = 0; i < APPEND_N; i++)
		if (sqlite3_prepare_v3(r->db, append_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &r->append[i], NULL) != SQLITE_OK)
			return ST_EDB;
	return 0;
}

static int run(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : sqlite_err(rc);
}

/* Kinds whose value before is a text. An empty text differs from none. */
static bool has_text_before(enum change_kind kind)
{
	return kind == CHANGE_FACT || kind == CHANGE_FACT_GONE || kind == CHANGE_RESULT ||
	       kind == CHANGE_RESULT_GONE;
}

static int put_change(struct repository *r, const struct change *c)
{
	sqlite3_stmt *st = r->append[APPEND_CHANGE];

	sqlite3_bind_int64(st, 1, (int64_t)c->seq);
	sqlite3_bind_int(st, 2, (int)c->kind);
	sqlite3_bind_int64(st, 3, c->endpoint);
	sqlite_bind_or_null(st, 4, c->software);
	sqlite3_bind_int64(st, 5, c->known_at);
	sqlite_bind_or_null(st, 6, c->happened_at);
	sqlite_bind_or_null(st, 7, c->epoch);
	sqlite_bind_or_null(st, 8, c->eid);
	sqlite_bind_or_null(st, 9, c->record);
	sqlite_bind_or_null(st, 10, c->number);
	if (c->has_was)
		sqlite3_bind_int64(st, 11, c->number_was);
	else
		sqlite3_bind_null(st, 11);
	sqlite_bind_text_or_null(st, 12, c->key);
	sqlite_bind_text_or_null(st, 13, c->value);
	if (c->has_was && has_text_before(c->kind))
		sqlite_bind_text(st, 14, c->was);
	else
		sqlite3_bind_null(st, 14);
	return run(st);
}

static int put_software(struct repository *r, const struct repository_software *s)
{
	sqlite3_stmt *st = r->append[APPEND_SOFTWARE];

	sqlite3_bind_int64(st, 1, s->id);
	sqlite_bind_text(st, 2, s->identifier);
	sqlite_bind_text_or_null(st, 3, s->name);
	sqlite_bind_text_or_null(st, 4, s->version);
	sqlite_bind_text_or_null(st, 5, s->arch);
	sqlite_bind_text_or_null(st, 6, s->type);
	sqlite_bind_text_or_null(st, 7, s->source_name);
	sqlite_bind_text_or_null(st, 8, s->source_version);
	sqlite_bind_text_or_null(st, 9, s->purl);
	sqlite_bind_text_or_null(st, 10, s->supplier);
	sqlite3_bind_int64(st, 11, s->model_pen);
	sqlite3_bind_int(st, 12, s->model);
	return run(st);
}

static int put_set(struct repository *r, const struct repository_set *s)
{
	sqlite3_stmt *st = r->append[APPEND_SET];

	wr_truncate(&r->text, 0);
	struct span members = sqlite_ids_text(&r->text, s->members, s->n);

	if (r->text.err)
		return r->text.err;
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_blob(st, 2, s->digest, sizeof(s->digest), SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, (int64_t)s->n);
	sqlite_bind_text(st, 4, members);
	sqlite3_bind_int64(st, 5, (int64_t)s->named);
	return run(st);
}

static int put_named(struct repository *r, const struct repository_named *n)
{
	sqlite3_stmt *st = r->append[APPEND_NAMED];

	sqlite3_bind_int64(st, 1, n->set);
	sqlite3_bind_int64(st, 2, (int64_t)n->seq);
	return run(st);
}

static int drop_set(struct repository *r, uint32_t id)
{
	sqlite3_stmt *st = r->append[APPEND_SET_DROPPED];

	sqlite3_bind_int64(st, 1, id);
	return run(st);
}

static void bind_endpoint(sqlite3_stmt *st, const struct repository_endpoint *e)
{
	sqlite3_bind_int64(st, 1, e->id);
	sqlite_bind_text(st, 2, e->key);
	sqlite_bind_text(st, 3, e->name);
	sqlite3_bind_int64(st, 4, (int64_t)e->first_seq);
	sqlite_bind_or_null(st, 5, (int64_t)e->inventory_seq);
	sqlite3_bind_int64(st, 6, e->first_seen);
	sqlite3_bind_int64(st, 7, e->last_contact);
	sqlite_bind_or_null(st, 8, e->complete_through);
	sqlite_bind_or_null(st, 9, e->epoch);
	sqlite_bind_or_null(st, 10, e->last_eid);
	sqlite3_bind_null(st, 11);
	sqlite3_bind_null(st, 12);
	if (e->assessed) {
		sqlite3_bind_int(st, 11, e->verdict);
		sqlite3_bind_int(st, 12, e->access);
	}
	sqlite_bind_or_null(st, 13, e->set);
}

static int put_endpoint(struct repository *r, const struct repository_endpoint *e)
{
	sqlite3_stmt *st = r->append[APPEND_ENDPOINT];
	struct span added = { 0 }, removed = { 0 };
	size_t at;

	wr_truncate(&r->text, 0);
	if (e->n_added)
		(void)sqlite_ids_text(&r->text, e->added, e->n_added);
	at = r->text.len;
	if (e->n_removed)
		(void)sqlite_ids_text(&r->text, e->removed, e->n_removed);
	if (r->text.err)
		return r->text.err;
	if (e->n_added) /* only now: writing may have moved the buffer */
		added = span_of(r->text.p, at);
	if (e->n_removed)
		removed = wr_span_from(&r->text, at);
	bind_endpoint(st, e);
	sqlite_bind_text_or_null(st, 14, added);
	sqlite_bind_text_or_null(st, 15, removed);
	return run(st);
}

static int put_forgotten(struct repository *r, const struct repository_forgotten *f)
{
	sqlite3_stmt *st = r->append[APPEND_FORGET];
	int err;

	sqlite3_bind_int64(st, 1, f->endpoint);
	sqlite_bind_text(st, 2, f->key);
	if ((err = run(st)) < 0)
		return err;
	st = r->append[APPEND_FORGOTTEN];
	sqlite3_bind_int64(st, 1, f->endpoint);
	sqlite3_bind_int64(st, 2, (int64_t)f->seq);
	return run(st);
}

static int put_ledger(struct repository *r, const struct repository_event_coverage *l)
{
	sqlite3_stmt *st = r->append[APPEND_LEDGER];
	struct wr *w = &r->text;
	size_t at;

	wr_truncate(w, 0);
	for (size_t i = 0; i < l->n_ranges; i++)
		sqlite_pair_text(w, !i, l->ranges[i].from, l->ranges[i].to);
	if (l->n_ranges)
		sqlite_pairs_end(w);
	at = w->len;
	for (size_t i = 0; i < l->n_instances; i++)
		sqlite_pair_text(w, !i, l->instances[i].software, l->instances[i].count);
	if (l->n_instances)
		sqlite_pairs_end(w);
	if (w->err)
		return w->err;
	sqlite3_bind_int64(st, 1, l->endpoint);
	sqlite3_bind_int64(st, 2, l->highest_eid);
	sqlite3_bind_int(st, 3, l->followed);
	sqlite3_bind_int64(st, 4, l->inventory_at);
	sqlite_bind_text_or_null(st, 5, span_of(w->p, at));
	sqlite_bind_text_or_null(st, 6, wr_span_from(w, at));
	return run(st);
}

static int put_batch(struct repository *r, const struct repository_batch *b)
{
	int err = 0;

	for (size_t i = 0; i < b->n_software && !err; i++)
		err = put_software(r, &b->software[i]);
	for (size_t i = 0; i < b->n_sets && !err; i++)
		err = put_set(r, &b->sets[i]);
	for (size_t i = 0; i < b->n_forgotten && !err; i++)
		err = put_forgotten(r, &b->forgotten[i]);
	for (size_t i = 0; i < b->n_endpoints && !err; i++)
		err = put_endpoint(r, &b->endpoints[i]);
	for (size_t i = 0; i < b->n_named && !err; i++)
		err = put_named(r, &b->named[i]);
	for (size_t i = 0; i < b->n_dropped_sets && !err; i++)
		err = drop_set(r, b->dropped_sets[i]);
	for (size_t i = 0; i < b->n_ledgers && !err; i++)
		err = put_ledger(r, &b->ledgers[i]);
	for (size_t i = 0; i < b->n_told && !err; i++)
		err = sqlite_put_told(r, &b->told[i]);
	for (size_t i = 0; i < b->n_changes && !err; i++)
		err = put_change(r, &b->changes[i]);
	return err;
}

static int append(struct repository *r, const struct repository_batch *b, bool step,
		  char *err_msg, size_t err_msg_len)
{
	int err;

	*err_msg = '\0';
	if ((err = sqlite_begin(r, err_msg, err_msg_len)) < 0)
		return err;
	if ((err = put_batch(r, b)) == 0 && step)
		err = sqlite_run_step(r, b);
	return sqlite_end(r, err, err_msg, err_msg_len);
}

/* The batch is committed without its part of the segment. Until that part can be written, each
 * batch is tried twice and the memtable grows. Logged once, and at most every SAY_AGAIN_S
 * seconds if the disk alternates. */
static void index_refused(struct repository *r, const char *err_msg)
{
	int64_t now = clock_mono_us();

	if (r->unindexed ||
	    (r->unindexed_at && now - r->unindexed_at < SAY_AGAIN_S * CLOCK_SEC))
		return;
	r->unindexed = true;
	r->unindexed_at = now;
	log_error(NULL,
		  "the journal's index cannot be written, it is kept in memory until it can: "
		  "lines=%zu reason=\"%s\"",
		  r->tail.n, err_msg);
}

static void index_written(struct repository *r)
{
	if (r->unindexed)
		log_info(NULL, "the journal's index is written again: lines=%zu", r->tail.n);
	r->unindexed = false;
}

int sqlite_append(struct repository *r, const struct repository_batch *b, char *err_msg,
		  size_t err_msg_len)
{
	bool step = sqlite_run_goes_on(r);
	char unwritten[512];
	int err;

	if (b->n_changes && b->changes[0].seq != r->last_seq + 1) {
		(void)snprintf(err_msg, err_msg_len,
			       "%s: the batch does not continue the journal", r->conf.path);
		return ST_EBUSY;
	}
	if ((err = sqlite_runs_reserve(r, b->n_changes)) < 0)
		return err;
	err = append(r, b, step, err_msg, err_msg_len);
	if (!err && step)
		index_written(r);
	if (err && step) { /* the disk may have room for the batch alone */
		(void)snprintf(unwritten, sizeof(unwritten), "%s", err_msg);
		step = false;
		if (!(err = append(r, b, step, err_msg, err_msg_len)))
			index_refused(r, unwritten);
	}
	if (err < 0)
		return err;
	r->last_seq += b->n_changes;
	sqlite_runs_appended(r, b, step);
	return 0;
}
