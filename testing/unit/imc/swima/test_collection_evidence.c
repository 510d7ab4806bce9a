/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in records: which are checked, what is kept, and when a record is altered. */
#define _GNU_SOURCE
#include "unit.h"
#include "imc/swima/collection_evidence.h"

#include "unit/imc/sources/scratch.h"

#include "imc/swima/collection.h"

#include "base/err.h"
#include "wire/swima_events.h"

#include <stdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const sources[] = { "dpkg", "pip", NULL };
static const char *const pip[] = { "/site", NULL };
static struct collection_conf conf;
static struct collection *c;
static struct evidence *looker;
static size_t looked_at, octets_read;

static void start(bool evidence)
{
	const struct evidence_conf e = { scratch_root, 1 << 20, NULL };

	conf.source = (struct source_conf){
		.root = scratch_root, .max_octets = 1 << 20, .max_tag = 1 << 16, .pip = pip
	};
	conf.rules = (struct identifier_rules){ .regid = "lab.example",
						.model = conf.rules.model,
						.platform = { "debian", "12", "m", "m" } };
	conf.maker = "Lab";
	conf.sources = sources;
	conf.ledger = scratch_path("/ledger.db");
	conf.max_records = 100;
	conf.max_events = 1000;
	conf.evidence = evidence;
	scratch_log();
	assert_int_equal(collection_open(&conf, &c), 0);
	assert_int_equal(evidence_open(&e, &looker), 0);
}

static void stop(void)
{
	collection_close(c);
	evidence_close(looker);
	c = NULL;
	looker = NULL;
}

static int begin(void **state)
{
	(void)state;
	scratch_clear();
	conf = (struct collection_conf){ .rules.model = SWIMA_MODEL_SWID_2015,
					 .evidence_files = 10,
					 .evidence_octets = 1 << 20 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	stop();
	return 0;
}

static void install(const char *name, const char *version, const char *files)
{
	static char status[4096];

	if (!name)
		status[0] = '\0';
	else
		snprintf(status + strlen(status), sizeof(status) - strlen(status),
			 "Package: %s\nStatus: install ok installed\nArchitecture: all\n"
			 "Version: %s\n\n",
			 name, version);
	scratch_put(span_str(status), "/var/lib/dpkg/status");
	if (files)
		scratch_put(span_str(files), "/var/lib/dpkg/info/%s.list", name);
}

static void refresh(void)
{
	const char *err_msg;

	assert_int_equal(collection_refresh(c, &err_msg), 0);
}

/* Does all pending work; returns the last step. */
static enum evidence_next work_off(void)
{
	enum evidence_next next;
	struct evidence_work work = { 0 };
	size_t octets;

	looked_at = octets_read = 0;
	while ((next = collection_evidence_next(c, &work)) == EVIDENCE_WORK ||
	       next == EVIDENCE_LATER) {
		if (next == EVIDENCE_LATER)
			continue;
		looked_at++;
		evidence_begin(looker, &work);
		while (evidence_step(looker, 1 << 20, 100, &octets) > 0)
			octets_read += octets;
		octets_read += octets;
		assert_int_equal(collection_evidence_take(c, &work), 0);
	}
	evidence_work_reset(&work);
	return next;
}

/* The record of a package, as text; static. */
static const char *record(const char *name)
{
	static char text[65536];
	struct wr w = { 0 };
	struct swima_record rec;
	char part[64];
	int err = ST_ENOENT;

	snprintf(part, sizeof(part), "%s@", name);
	for (size_t i = 0; i < collection_count(c) && err; i++) {
		collection_record(c, i, &rec);
		if (memmem(rec.id.p, rec.id.n, part, strlen(part)))
			err = collection_describe(c, i, &w);
	}
	assert_int_equal(err, 0);
	snprintf(text, sizeof(text), "%.*s", (int)w.len, w.p);
	wr_reset(&w);
	return text;
}

/* The number of events of this kind from EID from on. */
static size_t events(uint32_t from, uint8_t action)
{
	struct ledger_event ev;
	size_t n = 0;

	assert_int_equal(collection_events(c, from), 0);
	while (collection_event_next(c, &ev) > 0)
		n += ev.action == action;
	collection_events_end(c);
	return n;
}

#define SUM_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void install_two(void)
{
	install(NULL, NULL, NULL);
	scratch_put(span_str("abc"), "/usr/bin/one");
	scratch_put(span_str("conf"), "/etc/one.conf");
	scratch_put(span_str("two"), "/usr/bin/two");
	scratch_put(span_str("/etc/one.conf\n"), "/var/lib/dpkg/info/one.conffiles");
	install("one", "1", "/.\n/usr\n/usr/bin\n/usr/bin/one\n/etc\n/etc/one.conf\n/gone\n");
	install("two", "1", "/.\n/usr/bin/two\n");
}

/* Two packages whose evidence is known. */
static void known(void)
{
	install_two();
	start(true);
	refresh();
	(void)work_off();
	refresh();
}

/* A record without evidence, then with it: one alteration. */
static void test_found(void **state)
{
	(void)state;
	install_two();
	start(true);
	refresh();
	assert_null(strstr(record("one"), "Evidence"));
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	assert_int_equal(looked_at, 2);
	assert_int_equal(collection_last_eid(c), 0);
	refresh();
	assert_int_equal(collection_last_eid(c), 2);
	assert_int_equal(events(1, SWIMA_ALTERATION), 2);
	assert_non_null(
		strstr(record("one"),
		       "<Evidence><Directory name=\"etc\" root=\"/\"><File name=\"one.conf\""
		       " size=\"4\" SHA256:hash=\""));
	assert_non_null(strstr(record("one"), " n8060:mutable=\"true\"/></Directory>"
					      "<Directory name=\"bin\" root=\"/usr\">"
					      "<File name=\"one\" size=\"3\""
					      " SHA256:hash=\"" SUM_ABC "\"/></Directory>"
					      "</Evidence></SoftwareIdentity>"));
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_int_equal(looked_at, 0); /* known */
	refresh();
	assert_int_equal(collection_last_eid(c), 2);
}

/* Kept across restarts; only changed files are read. */
static void test_checked(void **state)
{
	(void)state;
	known();
	stop();
	start(true);
	refresh();
	assert_int_equal(collection_last_eid(c), 2);
	assert_non_null(strstr(record("one"), SUM_ABC));
	collection_evidence_begin(c, true);
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_int_equal(looked_at, 2);
	assert_int_equal(octets_read, 0);

	scratch_put(span_str("other"), "/usr/bin/two");
	collection_evidence_begin(c, false); /* known files are not checked */
	assert_int_equal(work_off(), EVIDENCE_DONE);
	collection_evidence_begin(c, true);
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	assert_int_equal(octets_read, 5);
	assert_non_null(strstr(record("one"), SUM_ABC));
	refresh();
	assert_int_equal(collection_last_eid(c), 3);
	assert_int_equal(events(3, SWIMA_ALTERATION), 1);

	/* the same octets in another file, at another time: the record is the same */
	scratch_put(span_str("other"), "/usr/bin/two");
	collection_evidence_begin(c, true);
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_int_equal(octets_read, 5);
	assert_int_equal(collection_last_eid(c), 3);
}

/* Between check and refresh the record cannot be described: ST_EBUSY. */
static void test_between(void **state)
{
	struct wr w = { 0 };

	(void)state;
	known();
	scratch_put(span_str("other"), "/usr/bin/two");
	collection_evidence_begin(c, true);
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	assert_int_equal(collection_describe(c, 1, &w), ST_EBUSY);
	wr_truncate(&w, 0);
	refresh();
	assert_int_equal(collection_describe(c, 1, &w), 0);
	wr_reset(&w);
}

/* Records without evidence: no list of files, too many files, no existing file. */
static void test_without(void **state)
{
	char list[512] = "";

	(void)state;
	install(NULL, NULL, NULL);
	install("none", "1", NULL);
	install("gone", "1", "/not/there\n/.\n");
	for (int i = 0; i < 11; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "/many/%d\n", i);
	install("many", "1", list);
	start(true);
	refresh();
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_null(strstr(record("many"), "Evidence"));
	assert_null(strstr(record("gone"), "Evidence"));
	collection_evidence_begin(c, false);
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_int_equal(looked_at, 0); /* known, too */
	assert_int_equal(collection_last_eid(c), 0);
}

/* An upgrade is other software: its evidence is new, and the old one is dropped. */
static void test_upgrade(void **state)
{
	uint32_t last;

	(void)state;
	known();
	last = collection_last_eid(c);
	install(NULL, NULL, NULL);
	scratch_put(span_str("abcd"), "/usr/bin/one");
	install("one", "2", NULL);
	install("two", "1", NULL);
	refresh();
	assert_int_equal(collection_last_eid(c), last + 2);
	assert_int_equal(events(last + 1, SWIMA_ALTERATION), 0);
	assert_null(strstr(record("one"), "Evidence"));
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	assert_int_equal(looked_at, 1);
	refresh();
	assert_int_equal(collection_last_eid(c), last + 3);
	assert_non_null(strstr(record("one"), "size=\"4\""));
}

/* The kept copy of a removed record has no evidence. */
static void test_deleted(void **state)
{
	struct ledger_event ev;
	struct wr w = { 0 };

	(void)state;
	known();
	install(NULL, NULL, NULL);
	install("two", "1", NULL);
	refresh();
	assert_int_equal(collection_events(c, collection_last_eid(c)), 0);
	assert_int_equal(collection_event_next(c, &ev), 1);
	assert_int_equal(ev.action, SWIMA_DELETION);
	assert_int_equal(collection_describe_event(c, &ev, &w), 0);
	collection_events_end(c);
	wr_u8(&w, 0);
	assert_non_null(strstr((const char *)w.p, "name=\"one\""));
	assert_null(strstr((const char *)w.p, "Evidence"));
	wr_reset(&w);
}

static void execute(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(scratch_path("/ledger.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Inconsistent evidence is collected again, and never reported. */
static void test_damaged(void **state)
{
	(void)state;
	known();
	stop();
	execute("UPDATE evidence SET files = x'010203'");
	start(true);
	refresh();
	{
		struct wr w = { 0 };

		assert_int_equal(collection_describe(c, 0, &w), ST_EBUSY);
		refresh();
		assert_int_equal(collection_describe(c, 0, &w), 0);
		wr_reset(&w);
	}
	assert_null(strstr(record("one"), "Evidence"));
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	refresh();
	assert_non_null(strstr(record("one"), SUM_ABC));
}

/* Evidence is disabled again: nothing is kept, and the records are as before. */
static void test_off(void **state)
{
	(void)state;
	known();
	stop();
	start(false);
	refresh();
	assert_int_equal(events(3, SWIMA_ALTERATION), 2);
	collection_evidence_begin(c, true);
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_null(strstr(record("one"), "Evidence"));
	stop();
	start(true);
	refresh();
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	assert_int_equal(looked_at, 2);
}

static void test_room(void **state)
{
	(void)state;
	install_two();
	conf.evidence_octets = 1;
	start(true);
	refresh();
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	assert_int_equal(looked_at, 1);
	assert_true(scratch_log_has("evidence limit reached: octets=1"));
	refresh();
	assert_non_null(strstr(record("one"), SUM_ABC));
	assert_null(strstr(record("two"), "Evidence"));
}

/* Without a ledger on disk no files are checked, because results could not be kept. */
static void test_in_memory(void **state)
{
	(void)state;
	install_two();
	start(true);
	stop();
	conf.ledger = "";
	{
		const struct evidence_conf e = { scratch_root, 1 << 20, NULL };

		assert_int_equal(collection_open(&conf, &c), 0);
		assert_int_equal(evidence_open(&e, &looker), 0);
	}
	refresh();
	assert_int_equal(work_off(), EVIDENCE_DONE);
	assert_int_equal(looked_at, 0);
}

/* RECORD of a Python package: names below and beside it, quotes, files of others. */
static void test_pip(void **state)
{
	(void)state;
	install(NULL, NULL, NULL);
	scratch_put(span_str("Name: p\nVersion: 1\n"), "/site/p-1.dist-info/METADATA");
	scratch_put(span_str("p/__init__.py,sha256=x,3\n"
			     "\"p/a,b.py\",,\n"
			     "p/__pycache__/x.pyc,,\n"
			     "../bin/p,sha256=y,1\r\n"
			     "../../../../../../etc/passwd,,\n"
			     "p-1.dist-info/METADATA,,\n"
			     "/abs,,\n"
			     "nonsense\n\n,,\n"),
		    "/site/p-1.dist-info/RECORD");
	scratch_put(span_str("abc"), "/site/p/__init__.py");
	scratch_put(span_str("x"), "/site/p/a,b.py");
	scratch_put(span_str("x"), "/site/p/__pycache__/x.pyc");
	scratch_put(span_str("x"), "/bin/p");
	scratch_put(span_str("x"), "/abs");
	start(true);
	refresh();
	assert_int_equal(work_off(), EVIDENCE_REFRESH);
	refresh();
	{
		const char *text = record("pypi/p");

		assert_non_null(strstr(text, "<File name=\"abs\" root=\"/\" size=\"1\""));
		assert_non_null(strstr(text, "name=\"bin\" root=\"/\"><File name=\"p\""));
		assert_non_null(strstr(text, "<File name=\"a,b.py\" size=\"1\""));
		assert_non_null(strstr(text, "<File name=\"__init__.py\" size=\"3\""
					     " SHA256:hash=\"" SUM_ABC "\""));
		assert_non_null(strstr(text, "<File name=\"METADATA\" size="));
		assert_null(strstr(text, "pyc"));
		assert_null(strstr(text, "passwd"));
	}
}

static void test_coswid(void **state)
{
	struct wr w = { 0 };

	(void)state;
	install_two();
	conf.rules.model = SWIMA_MODEL_COSWID;
	start(true);
	refresh();
	(void)work_off();
	refresh();
	assert_int_equal(collection_describe(c, 0, &w), 0);
	assert_non_null(memmem(w.p, w.len, "\xba\x78\x16\xbf\x8f\x01\xcf\xea", 8));
	assert_non_null(memmem(w.p, w.len, "mutable", 7));
	wr_reset(&w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_GROUP(collection_evidence)
{
	const struct CMUnitTest tests[] = {
		TEST(test_found),     TEST(test_checked), TEST(test_between),
		TEST(test_without),   TEST(test_upgrade), TEST(test_deleted),
		TEST(test_damaged),   TEST(test_off),     TEST(test_room),
		TEST(test_in_memory), TEST(test_pip),     TEST(test_coswid),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
