/* SPDX-License-Identifier: BSD-2-Clause */
/* Random histories: software is installed, removed, upgraded and altered, with restarts, lost
 * ledgers, full disks and clock changes. At each step:
 *
 * - the inventory equals a naive replay of the events;
 * - no record has changed without an event, also while files are checked.
 *
 * STANCE_TEST_STEPS: number of steps; STANCE_TEST_SEED: seed of the history. Much faster with
 * TMPDIR in memory. */
#define _GNU_SOURCE /* memmem */
#include "unit.h"
#include "imc/swima/collection_evidence.h"

#include "imc/swima/collection_core.h"
#include "imc/swima/ledger_db.h"

#include "base/clock.h"
#include "base/err.h"
#include "wire/swima_events.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define MAX 40 /* packages */

static char root[96];
static char ledger[112];
static const char *const sources[] = { "dpkg", NULL };
static unsigned long seed;

/* The actual state: version of each package, 0: not installed; and a word in its record. */
static unsigned version[MAX], word[MAX];

/* State of a manager that received every event, by Record Identifier. */
struct known {
	uint32_t record;
	char identifier[96];
	bool told;    /* an event since its record was fetched */
	uint64_t sum; /* of the record */
};

struct manager_shared {
	uint32_t epoch, eid;
	struct known known[2 * MAX];
	size_t n;
	unsigned inventories, events, altered, evidence;
};

static struct evidence *looker;

static void quiet(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static int make_root(void **state)
{
	const char *s = getenv("STANCE_TEST_SEED");
	const char *tmp = getenv("TMPDIR");
	char cmd[400];

	(void)state;
	snprintf(root, sizeof(root), "%.60s/test_collection_model.XXXXXX", tmp ? tmp : "/tmp");
	log_set_sink(quiet, NULL);
	seed = s ? strtoul(s, NULL, 10) : (unsigned long)time(NULL);
	if (!mkdtemp(root))
		return -1;
	snprintf(ledger, sizeof(ledger), "%s/ledger.db", root);
	snprintf(cmd, sizeof(cmd),
		 "mkdir -p '%s/var/lib/dpkg/updates' '%s/var/lib/dpkg/info' '%s/f'", root,
		 root, root);
	return system(cmd);
}

static int drop_root(void **state)
{
	char cmd[200];

	(void)state;
	clock_fake(0);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", root);
	return system(cmd);
}

static unsigned roll(unsigned n)
{
	return (unsigned)random() % n;
}

static void write_status(void)
{
	char path[140], tmp[150];
	FILE *f;

	snprintf(path, sizeof(path), "%s/var/lib/dpkg/status", root);
	snprintf(tmp, sizeof(tmp), "%s-new", path);
	f = fopen(tmp, "w");
	assert_non_null(f);
	for (unsigned i = 0; i < MAX; i++)
		if (version[i])
			fprintf(f,
				"Package: p%u\nStatus: install ok installed\n"
				"Architecture: all\nVersion: %u\nMaintainer: w%u\n\n",
				i, version[i], word[i]);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(tmp, path), 0);
}

static struct collection *must_open(void)
{
	struct collection_conf conf = {
		.source = { .root = root, .max_octets = 1 << 20 },
		.rules = { .regid = "lab.example", .platform = { "debian", "12", "m", "m" } },
		.maker = "Lab",
		.sources = sources,
		.ledger = ledger,
		.max_records = 1000,
		.max_events = 200,
		.evidence = roll(8) > 0,
		.evidence_files = 10,
		.evidence_octets = 1 << 20,
	};
	struct collection *c = NULL;

	assert_int_equal(collection_open(&conf, &c), 0);
	return c;
}

/* --- the manager --- */

static void learn(struct manager_shared *m, uint32_t record, struct span id)
{
	struct known *k = &m->known[m->n++];

	assert_true(m->n <= 2 * MAX);
	k->record = record;
	k->told = true;
	snprintf(k->identifier, sizeof(k->identifier), "%.*s", (int)id.n, (const char *)id.p);
}

static struct known *find(struct manager_shared *m, uint32_t record)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->known[i].record == record)
			return &m->known[i];
	return NULL;
}

static void take_inventory(struct manager_shared *m, struct collection *c)
{
	struct swima_record rec;

	m->n = 0;
	for (size_t i = 0; i < collection_count(c); i++) {
		collection_record(c, i, &rec);
		learn(m, rec.record_id, rec.id);
	}
	m->epoch = collection_epoch(c);
	m->eid = collection_last_eid(c);
	m->inventories++;
}

static void take_event(struct manager_shared *m, const struct ledger_event *ev)
{
	struct known *k = find(m, ev->record);

	assert_int_equal(ev->eid, m->eid + 1);
	m->eid = ev->eid;
	m->events++;
	if (ev->action == SWIMA_CREATION) {
		assert_null(k);
		learn(m, ev->record, ev->identifier);
		return;
	}
	assert_non_null(k);
	assert_true(span_eq(span_str(k->identifier), ev->identifier));
	if (ev->action == SWIMA_DELETION) {
		assert_true(ev->copy.n > 0);
		*k = m->known[--m->n];
	} else {
		m->altered++;
		k->told = true;
	}
}

/* Requests missing events, in parts as if attributes were short, sometimes not at all. */
static void synchronise(struct manager_shared *m, struct collection *c)
{
	struct ledger_event ev;

	if (m->epoch != collection_epoch(c)) {
		take_inventory(m, c);
		return;
	}
	assert_true(m->eid <= collection_last_eid(c));
	while (m->eid < collection_last_eid(c)) {
		unsigned part = 1 + roll(9);

		assert_int_equal(collection_events(c, m->eid + 1), 0);
		while (part-- && collection_event_next(c, &ev) > 0)
			take_event(m, &ev);
		collection_events_end(c);
	}
}

/* The state of the manager equals the actual state. */
static void compare(struct manager_shared *m)
{
	size_t n = 0;

	for (unsigned i = 0; i < MAX; i++) {
		char id[96];
		size_t found = 0;

		snprintf(id, sizeof(id), "lab.example__debian-12-all-p%u@%u", i, version[i]);
		for (size_t k = 0; k < m->n; k++)
			found += strcmp(m->known[k].identifier, id) == 0;
		assert_int_equal(found, version[i] ? 1 : 0);
		n += found;
	}
	assert_int_equal(n, m->n);
}

static uint64_t sum_of(struct span s)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		sum = (sum ^ s.p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* Fetches the records that had events, and checks that the others are unchanged. False: begin
 * again. */
static bool compare_records(struct manager_shared *m, struct collection *c)
{
	struct wr w = { 0 };
	bool done = true;

	for (size_t i = 0; i < collection_count(c) && done; i++) {
		struct swima_record rec;
		struct known *k;
		int err;

		wr_truncate(&w, 0);
		collection_record(c, i, &rec);
		assert_non_null(k = find(m, rec.record_id));
		err = collection_describe(c, i, &w);
		done = err != ST_EBUSY;
		if (!done)
			break;
		assert_int_equal(err, 0);
		m->evidence += memmem(w.p, w.len, "<Evidence>", 10) != NULL;
		if (!k->told)
			assert_true(k->sum == sum_of(wr_span(&w)));
		k->sum = sum_of(wr_span(&w));
		k->told = false;
	}
	wr_reset(&w);
	return done;
}

static void fetch(struct manager_shared *m, struct collection *c)
{
	const char *err_msg;

	for (int i = 0; !compare_records(m, c); i++) {
		assert_true(i < 3);
		assert_int_equal(collection_refresh(c, &err_msg), 0);
		synchronise(m, c);
	}
}

/* --- the endpoint --- */

static void write_file(const char *folder, unsigned i, const char *suffix, const char *text)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/p%u%s", root, folder, i, suffix);
	(void)unlink(path);
	if (!text)
		return;
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void write_lists(void)
{
	char text[32];

	for (unsigned i = 0; i < MAX; i++) {
		snprintf(text, sizeof(text), "/f/p%u\n", i);
		write_file("var/lib/dpkg/info", i, ".list", text);
	}
}

/* Creates, removes or changes a file. */
static void change_files(void)
{
	static const char *const texts[] = { NULL, "", "a", "b", "abc" };

	for (unsigned n = roll(4); n; n--)
		write_file("f", roll(MAX), "", texts[roll(5)]);
}

/* Checks some of the files. */
static void look(struct collection *c)
{
	static struct evidence_work work;
	enum evidence_next next = EVIDENCE_LATER;
	size_t octets;

	if (roll(3) == 0)
		collection_evidence_begin(c, true);
	for (unsigned n = roll(2 * MAX); n && next >= EVIDENCE_WORK; n--) {
		next = collection_evidence_next(c, &work);
		if (next != EVIDENCE_WORK)
			continue;
		evidence_begin(looker, &work);
		assert_int_equal(evidence_step(looker, 1 << 20, 100, &octets), 0);
		(void)collection_evidence_take(c, &work);
	}
	evidence_work_reset(&work);
}

static void change_software(void)
{
	for (unsigned n = 1 + roll(4); n; n--) {
		unsigned i = roll(MAX);

		switch (roll(4)) {
		case 0:
			version[i] = 0;
			break;
		case 1:
			word[i]++;
			break;
		default:
			version[i] = 1 + roll(5); /* may be a downgrade or the same */
		}
	}
	write_status();
}

/* Causes a failure or a clock change. Returns the collection to continue with. */
static struct collection *disturb(struct collection *c)
{
	char cmd[200];

	switch (roll(8)) {
	case 0:
	case 1: /* stopped, changed, started */
		collection_close(c);
		change_software();
		return must_open();
	case 2: /* the ledger is removed at run time */
		(void)unlink(ledger);
		break;
	case 3: /* or between runs */
		collection_close(c);
		snprintf(cmd, sizeof(cmd), "rm -f '%s'*", ledger);
		assert_int_equal(system(cmd), 0);
		return must_open();
	case 4: /* or damaged */
		collection_close(c);
		if (truncate(ledger, roll(30000)) < 0)
			fail();
		return must_open();
	case 5: /* the disk is full, for a while */
		(void)ledger_exec(c->ledger, "PRAGMA max_page_count = 1");
		break;
	case 6: /* there is space again */
		c->retry_at = 0;
		break;
	default:
		clock_fake((1700000000 + (int64_t)roll(100000000)) * CLOCK_SEC);
	}
	return c;
}

static void test_model(void **state)
{
	const char *env = getenv("STANCE_TEST_STEPS");
	unsigned long steps = env ? strtoul(env, NULL, 10) : 600;
	struct manager_shared quick = { 0 }, slow = { 0 };
	struct collection *c;
	const char *err_msg;

	(void)state;
	print_message("STANCE_TEST_SEED=%lu STANCE_TEST_STEPS=%lu\n", seed, steps);
	srandom((unsigned)seed);
	write_status();
	write_lists();
	assert_int_equal(evidence_open(&(struct evidence_conf){ root, 100, NULL }, &looker),
			 0);
	c = must_open();
	for (unsigned long i = 0; i < steps; i++) {
		change_software();
		if (roll(40) == 0)
			c = disturb(c);
		assert_int_equal(collection_refresh(c, &err_msg), 0);
		synchronise(&quick, c);
		compare(&quick);
		fetch(&quick, c);
		change_files();
		if (roll(4) == 0)
			look(c);
		if (roll(10) == 0) { /* often not installed */
			synchronise(&slow, c);
			compare(&slow);
		}
	}
	print_message("inventories=%u/%u events=%u/%u altered=%u evidence=%u\n",
		      quick.inventories, slow.inventories, quick.events, slow.events,
		      quick.altered, quick.evidence);
	assert_true(quick.events > steps);
	assert_true(quick.altered > 0 && quick.evidence > 0);
	collection_close(c);
	evidence_close(looker);
}

UNIT_GROUP(collection_model)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, make_root, drop_root);
}
