/* SPDX-License-Identifier: BSD-2-Clause */
#include "sqlite_schema.h"
#include "sqlite_db.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

#define STAMP(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000000.0, 'unixepoch')"

/* clang-format off */
static const char version_1[] =
	"CREATE TABLE software ("
	" id INTEGER PRIMARY KEY, identifier TEXT NOT NULL UNIQUE,"
	" name TEXT, version TEXT, arch TEXT, type TEXT, source_name TEXT, source_version TEXT,"
	" purl TEXT, supplier TEXT, model_pen INTEGER NOT NULL, model INTEGER NOT NULL) STRICT;"
	"CREATE INDEX software_name ON software (name);"

	"CREATE TABLE inventory ("
	" id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,"
	" members TEXT NOT NULL) STRICT;"

	"CREATE TABLE endpoint ("
	" id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
	" first_seq INTEGER NOT NULL, inventory_seq INTEGER,"
	" first_seen INTEGER NOT NULL, last_contact INTEGER NOT NULL, complete_through INTEGER,"
	" epoch INTEGER, last_eid INTEGER, verdict INTEGER, access INTEGER,"
	" inventory INTEGER REFERENCES inventory (id), added TEXT, removed TEXT) STRICT;"
	"CREATE INDEX endpoint_name ON endpoint (name);"

	"CREATE TABLE fact ("
	" endpoint INTEGER NOT NULL REFERENCES endpoint (id), name TEXT NOT NULL,"
	" value TEXT NOT NULL, PRIMARY KEY (endpoint, name)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE result ("
	" endpoint INTEGER NOT NULL REFERENCES endpoint (id), rule TEXT NOT NULL,"
	" verdict INTEGER NOT NULL, reason TEXT NOT NULL,"
	" PRIMARY KEY (endpoint, rule)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE change ("
	" seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
	" endpoint INTEGER NOT NULL REFERENCES endpoint (id),"
	" software INTEGER REFERENCES software (id),"
	" known_at INTEGER NOT NULL, happened_at INTEGER,"
	" epoch INTEGER, eid INTEGER, record INTEGER, number INTEGER, number_was INTEGER,"
	" key TEXT, value TEXT, was TEXT) STRICT;"
	"CREATE INDEX change_endpoint ON change (endpoint);"
	"CREATE INDEX change_software ON change (software) WHERE software IS NOT NULL;"

	"CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;"

	/* names of numbers */
	"CREATE TABLE change_kind (kind INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
	"INSERT INTO change_kind VALUES (1, 'endpoint-seen'), (2, 'fact-set'),"
	" (3, 'fact-cleared'), (4, 'inventory'), (5, 'software-added'),"
	" (6, 'software-removed'), (7, 'inventory-confirmed'), (8, 'result'),"
	" (9, 'result-cleared'), (10, 'assessment'), (11, 'notice');"
	"CREATE TABLE verdict (verdict INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
	"INSERT INTO verdict VALUES (0, 'compliant'), (1, 'minor'), (2, 'major'), (3, 'error'),"
	" (4, 'unknown');"
	"CREATE TABLE access (access INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
	"INSERT INTO access VALUES (0, 'none'), (1, 'allowed'), (2, 'denied'),"
	" (3, 'quarantined');"

	"CREATE VIEW endpoint_software_id AS"
	" SELECT e.id AS endpoint, m.value AS software"
	"  FROM endpoint e JOIN inventory i ON i.id = e.inventory, json_each(i.members) m"
	"  WHERE e.removed IS NULL"
	"   OR m.value NOT IN (SELECT value FROM json_each(e.removed))"
	" UNION ALL"
	" SELECT e.id, m.value FROM endpoint e, json_each(e.added) m;"

	"CREATE VIEW endpoints AS"
	" SELECT e.name, e.identity, f.value AS platform,"
	"  " STAMP("e.first_seen") " AS first_seen,"
	"  " STAMP("e.last_contact") " AS last_contact,"
	"  " STAMP("e.complete_through") " AS complete_through,"
	"  coalesce(i.size, 0) + coalesce(json_array_length(e.added), 0)"
	"   - coalesce(json_array_length(e.removed), 0) AS software_count,"
	"  v.name AS verdict, a.name AS access"
	" FROM endpoint e LEFT JOIN fact f ON f.endpoint = e.id AND f.name = 'os.platform'"
	"  LEFT JOIN inventory i ON i.id = e.inventory"
	"  LEFT JOIN verdict v ON v.verdict = e.verdict"
	"  LEFT JOIN access a ON a.access = e.access;"

	"CREATE VIEW endpoint_software AS"
	" SELECT e.name AS endpoint, e.identity, s.name, s.version, s.arch, s.type,"
	"  s.identifier, s.source_name, s.source_version, s.purl, s.supplier"
	" FROM endpoint_software_id x JOIN endpoint e ON e.id = x.endpoint"
	"  JOIN software s ON s.id = x.software;"

	"CREATE VIEW facts AS"
	" SELECT e.name AS endpoint, e.identity, f.name, f.value"
	" FROM fact f JOIN endpoint e ON e.id = f.endpoint;"

	"CREATE VIEW results AS"
	" SELECT e.name AS endpoint, e.identity, r.rule, v.name AS verdict, r.reason"
	" FROM result r JOIN endpoint e ON e.id = r.endpoint"
	"  JOIN verdict v ON v.verdict = r.verdict;"

	"CREATE VIEW changes AS"
	" SELECT c.seq, " STAMP("c.known_at") " AS known_at,"
	"  " STAMP("c.happened_at") " AS happened_at,"
	"  e.name AS endpoint, e.identity, k.name AS change, s.name AS software, s.version,"
	"  s.identifier, c.epoch, c.eid, c.record, c.key, c.value, c.was, c.number,"
	"  c.number_was"
	" FROM change c JOIN endpoint e ON e.id = c.endpoint"
	"  JOIN change_kind k ON k.kind = c.kind LEFT JOIN software s ON s.id = c.software;";
/* Event ledgers; instances of software; two kinds of change. */
static const char version_2[] =
	"CREATE TABLE ledger ("
	" endpoint INTEGER PRIMARY KEY REFERENCES endpoint (id), highest_eid INTEGER NOT NULL,"
	" followed INTEGER NOT NULL, inventory_at INTEGER NOT NULL, ranges TEXT,"
	" instances TEXT) STRICT;"
	"INSERT INTO ledger"
	" SELECT id, coalesce(last_eid, 0), 0, coalesce(complete_through, 0), NULL, NULL"
	"  FROM endpoint WHERE inventory IS NOT NULL;"
	"INSERT INTO change_kind VALUES (12, 'software-altered'), (13, 'software-instances');"

	"CREATE VIEW endpoint_instances AS"
	" SELECT l.endpoint, n.value ->> 0 AS software, n.value ->> 1 AS instances"
	"  FROM ledger l, json_each(l.instances) n;"

	"DROP VIEW endpoint_software;"
	"CREATE VIEW endpoint_software AS"
	" SELECT e.name AS endpoint, e.identity, s.name, s.version, s.arch, s.type,"
	"  s.identifier, s.source_name, s.source_version, s.purl, s.supplier,"
	"  coalesce(n.instances, 1) AS instances"
	" FROM endpoint_software_id x JOIN endpoint e ON e.id = x.endpoint"
	"  JOIN software s ON s.id = x.software"
	"  LEFT JOIN endpoint_instances n"
	"   ON n.endpoint = x.endpoint AND n.software = x.software;"

	"CREATE VIEW ledgers AS"
	" SELECT e.name AS endpoint, e.identity, e.epoch,"
	"  coalesce(e.last_eid, 0) AS contiguous_eid, l.highest_eid,"
	"  coalesce(e.last_eid, 0) < l.highest_eid AS has_gap, l.ranges AS beyond_gap,"
	"  " STAMP("l.inventory_at") " AS inventory_at"
	" FROM ledger l JOIN endpoint e ON e.id = l.endpoint;";

/* The journal's index consists of sorted segments instead of two SQLite indexes. */
static const char version_3[] =
	"DROP INDEX change_endpoint;"
	"DROP INDEX change_software;"
	"CREATE TABLE change_run (run INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;"
	"CREATE TABLE change_by_endpoint ("
	" run INTEGER NOT NULL, endpoint INTEGER NOT NULL, changes BLOB NOT NULL,"
	" PRIMARY KEY (run, endpoint)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE change_by_software ("
	" run INTEGER NOT NULL, software INTEGER NOT NULL, changes BLOB NOT NULL,"
	" PRIMARY KEY (run, software)) STRICT, WITHOUT ROWID;";

/* Facts and results of an endpoint are one row: with a million endpoints, a start reads a
 * million rows instead of fifteen million. */
static const char version_4[] =
	"CREATE TABLE told ("
	" endpoint INTEGER PRIMARY KEY REFERENCES endpoint (id), facts TEXT, results TEXT) STRICT;"
	"INSERT INTO told SELECT e.id,"
	"  (SELECT json_group_object(name, value) FROM"
	"    (SELECT name, value FROM fact WHERE endpoint = e.id ORDER BY name)"
	"    HAVING count(*)),"
	"  (SELECT json_group_object(rule, json_array(verdict, reason)) FROM"
	"    (SELECT rule, verdict, reason FROM result WHERE endpoint = e.id ORDER BY rule)"
	"    HAVING count(*))"
	" FROM endpoint e WHERE e.id IN (SELECT endpoint FROM fact)"
	"  OR e.id IN (SELECT endpoint FROM result);"
	"DROP VIEW endpoints;"
	"DROP TABLE fact;"
	"DROP TABLE result;"

	"CREATE VIEW fact AS SELECT t.endpoint, f.key AS name, f.value"
	" FROM told t, json_each(t.facts) f;"
	"CREATE VIEW result AS SELECT t.endpoint, r.key AS rule,"
	" r.value ->> 0 AS verdict, r.value ->> 1 AS reason"
	" FROM told t, json_each(t.results) r;"

	"CREATE VIEW endpoints AS"
	" SELECT e.name, e.identity, t.facts ->> '$.\"os.platform\"' AS platform,"
	"  " STAMP("e.first_seen") " AS first_seen,"
	"  " STAMP("e.last_contact") " AS last_contact,"
	"  " STAMP("e.complete_through") " AS complete_through,"
	"  coalesce(i.size, 0) + coalesce(json_array_length(e.added), 0)"
	"   - coalesce(json_array_length(e.removed), 0) AS software_count,"
	"  v.name AS verdict, a.name AS access"
	" FROM endpoint e LEFT JOIN told t ON t.endpoint = e.id"
	"  LEFT JOIN inventory i ON i.id = e.inventory"
	"  LEFT JOIN verdict v ON v.verdict = e.verdict"
	"  LEFT JOIN access a ON a.access = e.access;";

/* Endpoints that exist only in the past. */
static const char version_5[] =
	"CREATE TABLE forgotten ("
	" endpoint INTEGER PRIMARY KEY REFERENCES endpoint (id), seq INTEGER NOT NULL) STRICT;"
	"INSERT INTO change_kind VALUES (14, 'endpoint-forgotten');"
	"CREATE VIEW present AS"
	" SELECT * FROM endpoint WHERE id NOT IN (SELECT endpoint FROM forgotten);"

	"DROP VIEW endpoint_software_id;"
	"CREATE VIEW endpoint_software_id AS"
	" SELECT e.id AS endpoint, m.value AS software"
	"  FROM present e JOIN inventory i ON i.id = e.inventory, json_each(i.members) m"
	"  WHERE e.removed IS NULL"
	"   OR m.value NOT IN (SELECT value FROM json_each(e.removed))"
	" UNION ALL"
	" SELECT e.id, m.value FROM present e, json_each(e.added) m;"

	"DROP VIEW endpoints;"
	"CREATE VIEW endpoints AS"
	" SELECT e.name, e.identity, t.facts ->> '$.\"os.platform\"' AS platform,"
	"  " STAMP("e.first_seen") " AS first_seen,"
	"  " STAMP("e.last_contact") " AS last_contact,"
	"  " STAMP("e.complete_through") " AS complete_through,"
	"  coalesce(i.size, 0) + coalesce(json_array_length(e.added), 0)"
	"   - coalesce(json_array_length(e.removed), 0) AS software_count,"
	"  v.name AS verdict, a.name AS access"
	" FROM present e LEFT JOIN told t ON t.endpoint = e.id"
	"  LEFT JOIN inventory i ON i.id = e.inventory"
	"  LEFT JOIN verdict v ON v.verdict = e.verdict"
	"  LEFT JOIN access a ON a.access = e.access;"

	"DROP VIEW facts;"
	"CREATE VIEW facts AS"
	" SELECT e.name AS endpoint, e.identity, f.name, f.value"
	" FROM fact f JOIN present e ON e.id = f.endpoint;"

	"DROP VIEW results;"
	"CREATE VIEW results AS"
	" SELECT e.name AS endpoint, e.identity, r.rule, v.name AS verdict, r.reason"
	" FROM result r JOIN present e ON e.id = r.endpoint"
	"  JOIN verdict v ON v.verdict = r.verdict;"

	"DROP VIEW ledgers;"
	"CREATE VIEW ledgers AS"
	" SELECT e.name AS endpoint, e.identity, e.epoch,"
	"  coalesce(e.last_eid, 0) AS contiguous_eid, l.highest_eid,"
	"  coalesce(e.last_eid, 0) < l.highest_eid AS has_gap, l.ranges AS beyond_gap,"
	"  " STAMP("l.inventory_at") " AS inventory_at"
	" FROM ledger l JOIN present e ON e.id = l.endpoint;";

/* Segments store the transition of each line. The next start rebuilds them from the
 * journal. */
static const char version_6[] =
	"DROP TABLE change_by_software;"
	"DELETE FROM change_by_endpoint;"
	"DELETE FROM change_run;"
	"CREATE TABLE change_by_software ("
	" run INTEGER NOT NULL, software INTEGER NOT NULL, changes BLOB NOT NULL,"
	" turns BLOB NOT NULL, PRIMARY KEY (run, software)) STRICT, WITHOUT ROWID;";

/* The last change that names each set. A set without references can then be dropped. */
static const char version_7[] =
	"ALTER TABLE inventory ADD COLUMN named INTEGER NOT NULL DEFAULT 0;"
	"UPDATE inventory SET named = coalesce((SELECT max(seq) FROM change), 0);";

/* An untimed change happened after the time up to which the endpoint's software was complete.
 * That is the old value in the endpoint's next confirmation. Segments contain it, so they are
 * rebuilt. */
static const char version_8[] =
	"CREATE TEMP TABLE untimed AS SELECT seq, endpoint FROM change"
	" WHERE kind IN (5, 6) AND happened_at IS NULL;"
	"CREATE TEMP TABLE confirmed (endpoint INTEGER, seq INTEGER, was INTEGER,"
	" PRIMARY KEY (endpoint, seq)) WITHOUT ROWID;"
	"INSERT INTO confirmed SELECT endpoint, seq, coalesce(number_was, 0) FROM change"
	" WHERE kind = 7 AND endpoint IN (SELECT endpoint FROM untimed);"
	"UPDATE change SET number_was = coalesce("
	" (SELECT c.was FROM confirmed c WHERE c.endpoint = change.endpoint"
	"   AND c.seq > change.seq ORDER BY c.seq LIMIT 1),"
	" (SELECT e.complete_through FROM endpoint e WHERE e.id = change.endpoint), 0)"
	" WHERE seq IN (SELECT seq FROM untimed);"
	"DELETE FROM change_by_endpoint WHERE EXISTS (SELECT 1 FROM untimed);"
	"DELETE FROM change_by_software WHERE EXISTS (SELECT 1 FROM untimed);"
	"DELETE FROM change_run WHERE EXISTS (SELECT 1 FROM untimed);"
	"DROP TABLE confirmed;"
	"DROP TABLE untimed;";
/* clang-format on */

const char *const schema_steps[] = { version_1, version_2, version_3, version_4,
				     version_5, version_6, version_7, version_8 };
const size_t schema_n_steps = sizeof(schema_steps) / sizeof(schema_steps[0]);

static int version_of(sqlite3 *db, const char *path, int64_t *version, char *err_msg,
		      size_t err_msg_len)
{
	int64_t tables, app, ours;
	int err;

	*version = 0;
	if ((err = sqlite_number(db, "SELECT count(*) FROM sqlite_schema", 0, &tables)) < 0 ||
	    (err = sqlite_number(db, "PRAGMA application_id", 0, &app)) < 0 ||
	    (err = sqlite_number(
		     db, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'", 0,
		     &ours)) < 0)
		return sqlite_fail(db, path, err_msg, err_msg_len);
	if (!tables)
		return 0;
	if (app != SCHEMA_APPLICATION_ID || !ours) {
		(void)snprintf(err_msg, err_msg_len,
			       "%s is a database, but not a repository of Stance", path);
		return ST_EVERSION;
	}
	if (sqlite_number(db, "SELECT max(version) FROM schema_version", 0, version) < 0)
		return sqlite_fail(db, path, err_msg, err_msg_len);
	return 0;
}

static int step(sqlite3 *db, const char *sql, size_t version)
{
	char mark[256];
	int err;

	(void)snprintf(mark, sizeof(mark),
		       "CREATE TABLE IF NOT EXISTS schema_version ("
		       " version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;"
		       "PRAGMA application_id=%d;"
		       "INSERT INTO schema_version VALUES (%zu, %lld);",
		       SCHEMA_APPLICATION_ID, version, (long long)clock_wall_us());
	if ((err = sqlite_exec(db, "BEGIN IMMEDIATE")) < 0)
		return err;
	if ((err = sqlite_exec(db, sql)) < 0 || (err = sqlite_exec(db, mark)) < 0)
		return err;
	return sqlite_exec(db, "COMMIT");
}

int schema_migrate(sqlite3 *db, const char *path, const char *const *steps, size_t n,
		   char *err_msg, size_t err_msg_len)
{
	int64_t version;
	int err = version_of(db, path, &version, err_msg, err_msg_len);

	if (err < 0)
		return err;
	if (version > (int64_t)n) {
		(void)snprintf(err_msg, err_msg_len,
			       "%s has schema version %lld, and this program knows up to %zu: "
			       "it was written by a newer one",
			       path, (long long)version, n);
		return ST_EVERSION;
	}
	for (size_t v = (size_t)version; v < n; v++) {
		if (step(db, steps[v], v + 1) < 0) {
			err = sqlite_fail(db, path, err_msg, err_msg_len);
			(void)sqlite_exec(db, "ROLLBACK");
			return err;
		}
	}
	return 0;
}
