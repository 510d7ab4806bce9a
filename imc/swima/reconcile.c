/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the differences between the software and the ledger, and writes them as events
 * (RFC 8412, 3.7). */
#include "reconcile.h"
#include "collection_tag.h"
#include "ledger_event.h"
#include "ledger_file.h"

#include "base/clock.h"
#include "base/err.h"
#include "wire/swima_events.h"

#include <stdlib.h>

#define RECONCILE_RETRY_US (60 * CLOCK_SEC) /* between two attempts to use the ledger's file */

/* One difference. `now` is in the new snapshot, `was` in the arena. */
struct ledger_change {
	uint8_t action;          /* SWIMA_CREATION ... */
	bool silent;             /* not an event */
	int64_t at;              /* microseconds since 1970 */
	struct record *now;      /* NULL: removed */
	struct ledger_entry was; /* of a removed instance */
};

struct changes {
	struct collection *c;
	struct arena arena;
	struct ledger_change *v;
	size_t n, cap;
	int64_t after, until; /* bounds for the time of a change: last scan, now */
	bool lost;            /* a source is no longer in use */
	size_t count[SWIMA_ALTERATION + 1];
};

static void changes_reset(struct changes *d)
{
	arena_reset(&d->arena);
	free(d->v);
}

static struct ledger_change *changes_add(struct changes *d, uint8_t action)
{
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 64;
		struct ledger_change *p = realloc(d->v, cap * sizeof(*p));

		if (!p)
			return NULL;
		d->v = p;
		d->cap = cap;
	}
	d->v[d->n] = (struct ledger_change){ .action = action, .at = d->until };
	return &d->v[d->n++];
}

/* The time that the source has, if it is plausible, else now. The first snapshot has no
 * events, so the time is not looked up. */
static int64_t changes_time(struct changes *d, const struct record *r)
{
	const struct collection_source *s = collection_source_of(d->c, r->source);
	int64_t at = r->item.since;

	if (!d->after)
		return d->until;
	if (!at && s && s->class->installed)
		at = s->class->installed(s->source, &r->item);
	return at > d->after && at <= d->until ? at : d->until;
}

static int changes_new(struct changes *d, struct record *r)
{
	struct ledger_change *ch = changes_add(d, SWIMA_CREATION);

	if (!ch)
		return ST_ENOMEM;
	ch->now = r;
	ch->at = changes_time(d, r);
	return 0;
}

static int changes_removed(struct changes *d, const struct ledger_entry *e, int64_t at)
{
	struct ledger_change *ch = changes_add(d, SWIMA_DELETION);
	struct ledger_entry *was;

	if (!ch)
		return ST_ENOMEM;
	was = &ch->was;
	ch->at = at;
	was->id = e->id;
	was->source = e->source;
	was->key = arena_copy(&d->arena, e->key);
	was->identifier = arena_copy(&d->arena, e->identifier);
	was->content = arena_copy(&d->arena, e->content);
	if (!was->key.p || !was->identifier.p || !was->content.p)
		return ST_ENOMEM;
	ch->silent = !collection_source_of(d->c, e->source);
	d->lost |= ch->silent;
	return 0;
}

/* An instance that was and is present. A new identifier means other software (RFC 8412,
 * 3.7). */
static int changes_same(struct changes *d, const struct ledger_entry *e, struct record *r)
{
	struct ledger_change *ch;
	int err;

	if (!span_eq(e->identifier, r->identifier)) {
		err = changes_removed(d, e, changes_time(d, r));
		return err ? err : changes_new(d, r);
	}
	r->id = e->id;
	if (span_eq(e->content, r->content))
		return 0;
	if (!(ch = changes_add(d, SWIMA_ALTERATION)))
		return ST_ENOMEM;
	ch->now = r;
	ch->at = changes_time(d, r);
	ch->silent = !e->content.n;
	return 0;
}

/* Ledger and snapshot have the same order: one pass over both. */
static int changes_find(struct changes *d, struct snapshot *now)
{
	struct ledger *l = d->c->ledger;
	struct ledger_entry e = { 0 };
	size_t i = 0;
	int got = 0, err;

	if ((err = ledger_rewind(l)) < 0)
		return err;
	while (!err && (got = ledger_next(l, &e)) > 0) {
		struct record before = { .source = e.source, .key = e.key };

		while (!err && i < now->n && record_cmp(&now->records[i], &before) < 0)
			err = changes_new(d, &now->records[i++]);
		if (err)
			break;
		if (i < now->n && record_cmp(&now->records[i], &before) == 0)
			err = changes_same(d, &e, &now->records[i++]);
		else
			err = changes_removed(d, &e, d->until);
	}
	while (!err && got == 0 && i < now->n)
		err = changes_new(d, &now->records[i++]);
	(void)ledger_rewind(l);
	return err ? err : got;
}

static uint8_t change_source(const struct ledger_change *ch)
{
	return ch->now ? ch->now->source : ch->was.source;
}

static struct span change_key(const struct ledger_change *ch)
{
	return ch->now ? ch->now->key : ch->was.key;
}

/* Sorts by time, deletions first, then by key, so that the order is reproducible. */
static int change_cmp(const void *a, const void *b)
{
	const struct ledger_change *x = a, *y = b;
	bool x_stays = x->action != SWIMA_DELETION, y_stays = y->action != SWIMA_DELETION;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x_stays != y_stays)
		return x_stays - y_stays;
	if (change_source(x) != change_source(y))
		return change_source(x) < change_source(y) ? -1 : 1;
	return span_cmp(change_key(x), change_key(y));
}

/* --- writing the changes --- */

/* The own tag of r; empty if it can no longer be read. */
static void reconcile_tag(struct collection *c, const struct record *r, struct wr *w)
{
	const struct collection_source *s = collection_source_of(c, r->source);

	wr_truncate(w, 0);
	if (s && s->class->record && r->item.identifier.n &&
	    s->class->record(s->source, &r->item, w) < 0)
		wr_truncate(w, 0);
}

/* Rebuilds the record of a removed instance as *copy; empty if that is not possible, for
 * example after a change of settings. */
static void reconcile_copy(struct collection *c, const struct ledger_entry *was,
			   struct record *r, struct wr *copy)
{
	const char *regid = c->conf.rules.regid;
	size_t n = strlen(regid);
	struct span tag = ledger_tag(c->ledger, was);

	wr_truncate(copy, 0);
	*r = (struct record){ .source = was->source,
			      .key = was->key,
			      .identifier = was->identifier };
	if (snapshot_recall(was->content, r) < 0)
		return;
	r->item.key = was->key;
	r->item.digest = (struct span){ 0 }; /* its files are gone: no evidence */
	if (tag.n)
		wr_bytes(copy, tag);
	else if (r->identifier.n > n + 2 && memcmp(r->identifier.p, regid, n) == 0 &&
		 memcmp(r->identifier.p + n, "__", 2) == 0 &&
		 collection_tag_write(c, r, copy) < 0)
		wr_truncate(copy, 0);
}

static int reconcile_deletion(struct collection *c, const struct ledger_change *ch,
			      bool silent)
{
	struct wr copy = { 0 }, locator = { 0 };
	struct record r;
	int err = 0;

	if (!silent) {
		reconcile_copy(c, &ch->was, &r, &copy);
		(void)identifier_locator(&locator, r.item.directory);
		err = ledger_append(c->ledger,
				    &(struct ledger_event){ .action = SWIMA_DELETION,
							    .source = ch->was.source,
							    .model = r.model,
							    .record = ch->was.id,
							    .at = ch->at,
							    .identifier = ch->was.identifier,
							    .locator = wr_span(&locator),
							    .copy = wr_span(&copy) });
	}
	wr_reset(&copy);
	wr_reset(&locator);
	return err ? err : ledger_remove(c->ledger, &ch->was);
}

static int reconcile_presence(struct collection *c, const struct ledger_change *ch,
			      bool silent)
{
	struct record *r = ch->now;
	struct ledger_entry e = {
		.source = r->source,
		.key = r->key,
		.identifier = r->identifier,
		.content = r->content,
		.since = ch->at,
	};
	struct wr tag = { 0 };
	int err;

	reconcile_tag(c, r, &tag);
	e.tag = wr_span(&tag);
	if (ch->action == SWIMA_CREATION) {
		err = ledger_add(c->ledger, &e);
		r->id = e.id;
	} else {
		err = ledger_alter(c->ledger, &e);
	}
	wr_reset(&tag);
	if (err || silent)
		return err;
	return ledger_append(c->ledger, &(struct ledger_event){ .action = ch->action,
								.source = r->source,
								.model = r->model,
								.record = r->id,
								.at = ch->at,
								.identifier = r->identifier,
								.locator = r->locator });
}

/* Applies the changes to the ledger, in the order of change_cmp. */
static int reconcile_apply(struct changes *d)
{
	struct ledger *l = d->c->ledger;
	bool first = !ledger_begun(l);
	int err = 0;

	if (!d->n && !first)
		return 0;
	if (d->n)
		qsort(d->v, d->n, sizeof(d->v[0]), change_cmp);
	for (size_t i = 0; i < d->n && !err; i++) {
		struct ledger_change *ch = &d->v[i];
		bool silent = ch->silent || first || d->lost;

		err = ch->now ? reconcile_presence(d->c, ch, silent)
			      : reconcile_deletion(d->c, ch, silent);
		d->count[ch->action] += !ch->silent;
	}
	if (err)
		return err;
	if (d->lost && !first)
		ledger_new_epoch(l);
	ledger_set_begun(l);
	ledger_set_scan_time(l, d->until);
	return 0;
}

static int reconcile_once(struct collection *c, struct snapshot *now)
{
	struct changes d = { .c = c };
	uint32_t epoch;
	int err;

	if ((err = ledger_begin(c->ledger)) < 0)
		return err;
	epoch = ledger_epoch(c->ledger);
	d.until = clock_wall_us();
	d.after = ledger_scan_time(c->ledger);
	if ((err = changes_find(&d, now)) == 0)
		err = reconcile_apply(&d);
	err = ledger_end(c->ledger, err);
	if (!err && d.n)
		log_info(c->conf.source.log,
			 "software changed: created=%zu deleted=%zu altered=%zu epoch=%08x"
			 " last_eid=%u%s%s",
			 d.count[SWIMA_CREATION], d.count[SWIMA_DELETION],
			 d.count[SWIMA_ALTERATION], ledger_epoch(c->ledger),
			 ledger_last_eid(c->ledger),
			 ledger_epoch(c->ledger) != epoch ? " new_epoch=yes" : "",
			 d.lost ? " reason=\"source no longer in use\"" : "");
	changes_reset(&d);
	return err;
}

/* --- failure of the ledger --- */

/* Replaces the ledger by the one at path; NULL: in memory. */
static int ledger_replace(struct collection *c, const char *path)
{
	struct ledger *l = NULL;
	const char *err_msg = NULL;
	int err = ledger_open(path, c->conf.max_events, &l, &err_msg);

	if (err)
		return err;
	if (err_msg)
		log_warn(c->conf.source.log, "ledger problem: path=%s reason=\"%s\"",
			 c->conf.ledger, err_msg);
	ledger_continue(l, c->sequence);
	ledger_close(c->ledger);
	c->ledger = l;
	c->retry_at = clock_mono_us() + RECONCILE_RETRY_US; /* ignored while on disk */
	return 0;
}

bool collection_retry_due(const struct collection *c)
{
	return *c->conf.ledger && !ledger_on_disk(c->ledger) && clock_mono_us() >= c->retry_at;
}

/* Tries the file again. A new epoch begins, because the changes meanwhile are not in its
 * events. */
static void ledger_retry(struct collection *c)
{
	struct ledger *l = NULL;
	const char *err_msg = NULL;
	int err;

	c->retry_at = clock_mono_us() + RECONCILE_RETRY_US;
	if (ledger_open(c->conf.ledger, c->conf.max_events, &l, &err_msg) < 0)
		return;
	err = ledger_on_disk(l) ? ledger_begin(l) : ST_EIO;
	if (!err) {
		ledger_new_epoch(l);
		err = ledger_end(l, 0);
	}
	if (err) {
		ledger_close(l);
		return;
	}
	ledger_continue(l, c->sequence);
	ledger_close(c->ledger);
	c->ledger = l;
	log_info(c->conf.source.log, "ledger in use again: path=%s", c->conf.ledger);
}

static bool ledger_failed(int err)
{
	return err == ST_EDB || err == ST_EBUSY || err == ST_EIO;
}

/* Requests must be answered even if the ledger cannot be written: the file is first opened
 * again; if that fails, too, a ledger in memory is used, in a new epoch. */
int collection_reconcile(struct collection *c, struct snapshot *now)
{
	int err;

	if (collection_retry_due(c))
		ledger_retry(c);
	err = reconcile_once(c, now);
	if (ledger_failed(err) && *c->conf.ledger && ledger_on_disk(c->ledger) &&
	    ledger_replace(c, c->conf.ledger) == 0)
		err = reconcile_once(c, now);
	if (ledger_failed(err)) {
		log_warn(
			c->conf.source.log,
			"ledger cannot be written, continuing in memory: path=%s error=\"%s\"",
			c->conf.ledger, st_strerror(err));
		if ((err = ledger_replace(c, NULL)) == 0)
			err = reconcile_once(c, now);
	}
	if (!err)
		c->sequence = ledger_sequence(c->ledger);
	return err;
}
