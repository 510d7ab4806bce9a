/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the present, at start. */
#include "sqlite_load.h"
#include "endpoint_attributes.h"
#include "json_ids.h"
#include "base/err.h"

#include <stdlib.h>

/* Steps through st and calls row for each row. */
static int each(sqlite3_stmt *st, int (*row)(sqlite3_stmt *st, void *ctx), void *ctx)
{
	int rc, err = 0;

	while (!err && (rc = sqlite3_step(st)) == SQLITE_ROW)
		err = row(st, ctx);
	return err ? err : sqlite_err(rc);
}

/* Runs sql and calls fn for each row. */
static int each_of(sqlite3 *db, const char *sql, int (*row)(sqlite3_stmt *st, void *ctx),
		   void *ctx)
{
	sqlite3_stmt *st = NULL;
	int err = sqlite_err(sqlite3_prepare_v2(db, sql, -1, &st, NULL));

	if (!err)
		err = each(st, row, ctx);
	sqlite3_finalize(st);
	return err;
}

struct loading {
	const struct repository_loader *l;
	void *ctx;
	uint32_t *v[2]; /* lists of ids, reused from row to row */
	size_t cap[2];
	struct repository_range *ranges; /* lists of pairs, reused likewise */
	struct repository_instances *instances;
	size_t n_ranges, cap_ranges, n_instances, cap_instances;
	struct told_reader told;
};

static int load_software(sqlite3_stmt *st, void *ctx)
{
	struct loading *l = ctx;
	const struct repository_software s = {
		.id = (uint32_t)sqlite3_column_int64(st, 0),
		.identifier = sqlite_span(st, 1),
		.name = sqlite_span(st, 2),
		.version = sqlite_span(st, 3),
		.arch = sqlite_span(st, 4),
		.type = sqlite_span(st, 5),
		.source_name = sqlite_span(st, 6),
		.source_version = sqlite_span(st, 7),
		.purl = sqlite_span(st, 8),
		.supplier = sqlite_span(st, 9),
		.model_pen = (uint32_t)sqlite3_column_int64(st, 10),
		.model = (uint8_t)sqlite3_column_int(st, 11),
	};

	return l->l->software(l->ctx, &s);
}

static int load_set(sqlite3_stmt *st, void *ctx)
{
	struct loading *l = ctx;
	struct repository_set s = { .id = (uint32_t)sqlite3_column_int64(st, 0) };
	int err = sqlite_ids_parse(sqlite_span(st, 3), &l->v[0], &l->cap[0], &s.n);

	if (err < 0)
		return err;
	if (sqlite3_column_bytes(st, 1) != sizeof(s.digest) ||
	    sqlite3_column_int64(st, 2) != (int64_t)s.n)
		return ST_EDB;
	memcpy(s.digest, sqlite3_column_blob(st, 1), sizeof(s.digest));
	s.named = (uint64_t)sqlite3_column_int64(st, 4);
	s.members = l->v[0];
	return l->l->set(l->ctx, &s);
}

static int load_endpoint(sqlite3_stmt *st, void *ctx)
{
	struct loading *l = ctx;
	struct repository_endpoint e = {
		.id = (uint32_t)sqlite3_column_int64(st, 0),
		.key = sqlite_span(st, 1),
		.name = sqlite_span(st, 2),
		.first_seq = (uint64_t)sqlite3_column_int64(st, 3),
		.inventory_seq = (uint64_t)sqlite3_column_int64(st, 4),
		.first_seen = sqlite3_column_int64(st, 5),
		.last_contact = sqlite3_column_int64(st, 6),
		.complete_through = sqlite3_column_int64(st, 7),
		.epoch = (uint32_t)sqlite3_column_int64(st, 8),
		.last_eid = (uint32_t)sqlite3_column_int64(st, 9),
		.assessed = sqlite3_column_type(st, 10) != SQLITE_NULL,
		.verdict = (uint8_t)sqlite3_column_int(st, 10),
		.access = (uint8_t)sqlite3_column_int(st, 11),
		.set = (uint32_t)sqlite3_column_int64(st, 12),
	};
	int err;

	if ((err = sqlite_ids_parse(sqlite_span(st, 13), &l->v[0], &l->cap[0], &e.n_added)) <
		    0 ||
	    (err = sqlite_ids_parse(sqlite_span(st, 14), &l->v[1], &l->cap[1], &e.n_removed)) <
		    0)
		return err;
	e.added = l->v[0];
	e.removed = l->v[1];
	return l->l->endpoint(l->ctx, &e);
}

/* Grows v if needed so that it has room for n + 1. NULL: no memory. */
static void *room(void *v, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : 16;

	if (n < *cap)
		return v;
	if ((v = reallocarray(v, want, size)))
		*cap = want;
	return v;
}

static int load_range(void *ctx, int64_t from, int64_t to)
{
	struct loading *l = ctx;
	void *v = room(l->ranges, l->n_ranges, &l->cap_ranges, sizeof(*l->ranges));

	if (!v)
		return ST_ENOMEM;
	l->ranges = v;
	l->ranges[l->n_ranges++] = (struct repository_range){ (uint32_t)from, (uint32_t)to };
	return from < 0 || to < 0 ? ST_EDB : 0;
}

static int load_instances(void *ctx, int64_t software, int64_t count)
{
	struct loading *l = ctx;
	void *v = room(l->instances, l->n_instances, &l->cap_instances, sizeof(*l->instances));

	if (!v)
		return ST_ENOMEM;
	l->instances = v;
	l->instances[l->n_instances++] =
		(struct repository_instances){ (uint32_t)software, (int32_t)count };
	return software < 0 || count > INT32_MAX || count < INT32_MIN ? ST_EDB : 0;
}

static int load_ledger(sqlite3_stmt *st, void *ctx)
{
	struct loading *l = ctx;
	struct repository_event_coverage row = {
		.endpoint = (uint32_t)sqlite3_column_int64(st, 0),
		.highest_eid = (uint32_t)sqlite3_column_int64(st, 1),
		.followed = sqlite3_column_int(st, 2) != 0,
		.inventory_at = sqlite3_column_int64(st, 3),
	};
	int err;

	l->n_ranges = l->n_instances = 0;
	if ((err = sqlite_pairs_parse(sqlite_span(st, 4), load_range, l)) < 0 ||
	    (err = sqlite_pairs_parse(sqlite_span(st, 5), load_instances, l)) < 0)
		return err;
	row.ranges = l->ranges;
	row.n_ranges = l->n_ranges;
	row.instances = l->instances;
	row.n_instances = l->n_instances;
	return l->l->ledger ? l->l->ledger(l->ctx, &row) : 0;
}

static int load_told(sqlite3_stmt *st, void *ctx)
{
	struct loading *l = ctx;

	return sqlite_told_parse(&l->told, (uint32_t)sqlite3_column_int64(st, 0),
				 sqlite_span(st, 1), sqlite_span(st, 2));
}

static int load_forgotten(sqlite3_stmt *st, void *ctx)
{
	struct loading *l = ctx;
	const struct repository_forgotten f = {
		.endpoint = (uint32_t)sqlite3_column_int64(st, 0),
		.seq = (uint64_t)sqlite3_column_int64(st, 1),
	};

	return l->l->forgotten ? l->l->forgotten(l->ctx, &f) : 0;
}

int sqlite_load(struct repository *r, const struct repository_loader *l, void *ctx)
{
	static const struct {
		const char *sql;
		int (*row)(sqlite3_stmt *st, void *ctx);
	} parts[] = {
		{ "SELECT id, identifier, name, version, arch, type, source_name, "
		  "source_version,"
		  " purl, supplier, model_pen, model FROM software ORDER BY id",
		  load_software },
		{ "SELECT id, digest, size, members, named FROM inventory ORDER BY id",
		  load_set },
		{ "SELECT id, identity, name, first_seq, inventory_seq, first_seen, "
		  "last_contact,"
		  " complete_through, epoch, last_eid, verdict, access, inventory, added, "
		  "removed"
		  " FROM endpoint ORDER BY id",
		  load_endpoint },
		{ "SELECT endpoint, facts, results FROM told ORDER BY endpoint", load_told },
		{ "SELECT endpoint, highest_eid, followed, inventory_at, ranges, instances"
		  " FROM ledger ORDER BY endpoint",
		  load_ledger },
		{ "SELECT endpoint, seq FROM forgotten", load_forgotten },
	};
	struct loading loading = { .l = l, .ctx = ctx, .told = { .l = l, .ctx = ctx } };
	sqlite3 *db;
	int err = sqlite_reader(r, &db);

	if (err < 0)
		return err;
	if ((err = sqlite_exec(db, "BEGIN")) == 0) {
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
			err = each_of(db, parts[i].sql, parts[i].row, &loading);
		(void)sqlite_exec(db, "ROLLBACK");
	}
	sqlite_reader_done(r, db);
	sqlite_told_reader_reset(&loading.told);
	free(loading.v[0]);
	free(loading.v[1]);
	free(loading.ranges);
	free(loading.instances);
	return err;
}
