/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/report.h"
#include "posture/change.h"
#include "posture/identity.h"
#include "posture/report_item.h"
#include "posture/commit/queue.h"
#include "posture/state/text_pool.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const verdicts[VERDICT_N] = { "compliant", "minor", "major", "error",
						 "unknown" };
static const char *const accesses[ACCESS_N] = { "none", "allowed", "denied", "quarantined" };

const char *verdict_name(enum verdict v)
{
	return (unsigned)v < VERDICT_N ? verdicts[v] : "unknown";
}

const char *access_name(enum access a)
{
	return (unsigned)a < ACCESS_N ? accesses[a] : "none";
}

struct report *report_new(struct posture *p, const struct identity *who)
{
	struct report *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->posture = p;
	r->last = &r->items;
	r->key = arena_copy(&r->arena, span_str(who->key));
	r->name = arena_copy(&r->arena, span_str(who->name));
	if (!r->key.p || !r->name.p) {
		report_free(r);
		return NULL;
	}
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	arena_reset(&r->arena);
	free(r);
}

static int report_fail(struct report *r, int err)
{
	if (!r->err)
		r->err = err;
	return r->err;
}

/* A peer that repeats itself for a whole assessment must not fill the memory with what it
 * says, nor keep the writer, and so everybody, busy with one endpoint. */
static bool report_is_full(struct report *r, size_t n_items)
{
	if (n_items >= REPORT_ITEMS_MAX || r->arena.used > REPORT_OCTETS_MAX)
		(void)report_fail(r, ST_ELIMIT);
	return r->err != 0;
}

static struct span report_text(struct report *r, struct span s)
{
	struct span copy = text_clean(&r->arena, s, REPORT_TEXT_MAX);

	if (!copy.p)
		report_fail(r, ST_ENOMEM);
	return copy;
}

static struct report_item *item_new(struct report *r, enum item_kind kind)
{
	struct report_item *it = arena_alloc(&r->arena, sizeof(*it));

	if (!it) {
		report_fail(r, ST_ENOMEM);
		return NULL;
	}
	it->kind = kind;
	it->last_software = &it->software;
	return it;
}

static void item_append(struct report *r, struct report_item *it)
{
	*r->last = it;
	r->last = &it->next;
}

/* The item that most functions here add: a name, a number, a text. */
static int item_add(struct report *r, enum item_kind kind, const char *name, int64_t number,
		    struct span text)
{
	struct report_item *it;

	if (report_is_full(r, r->n_items) || !(it = item_new(r, kind)))
		return r->err;
	r->n_items++;
	it->number = number;
	it->name = report_text(r, span_str(name));
	it->text = report_text(r, text);
	if (!r->err)
		item_append(r, it);
	return r->err;
}

int report_fact(struct report *r, const char *name, struct span value)
{
	return item_add(r, ITEM_FACT, name, 0, value);
}

int report_facts_end(struct report *r, const char *prefix)
{
	return item_add(r, ITEM_FACTS_END, prefix, 0, (struct span){ 0 });
}

int report_result(struct report *r, const char *rule, enum verdict v, struct span reason)
{
	return item_add(r, ITEM_RESULT, rule, (unsigned)v < VERDICT_N ? v : VERDICT_UNKNOWN,
			reason);
}

int report_results_end(struct report *r, const char *prefix)
{
	return item_add(r, ITEM_RESULTS_END, prefix, 0, (struct span){ 0 });
}

int report_assessment(struct report *r, enum verdict v, enum access a)
{
	unsigned verdict = (unsigned)v < VERDICT_N ? v : VERDICT_UNKNOWN;
	unsigned access = (unsigned)a < ACCESS_N ? a : ACCESS_NONE;

	return item_add(r, ITEM_ASSESSMENT, "", change_pack(verdict, access),
			(struct span){ 0 });
}

int report_notice(struct report *r, const char *subject, struct span text)
{
	return item_add(r, ITEM_NOTICE, subject, 0, text);
}

int report_forget(struct report *r, const char *by)
{
	return item_add(r, ITEM_FORGET, by, 0, (struct span){ 0 });
}

static bool is_described(const struct software *s)
{
	return s->name.n || s->version.n || s->arch.n || s->type.n || s->source_name.n ||
	       s->source_version.n || s->purl.n || s->supplier.n;
}

static const struct software *software_copy(struct report *r, const struct software *s)
{
	struct software *copy = arena_alloc(&r->arena, sizeof(*copy));

	if (!copy) {
		report_fail(r, ST_ENOMEM);
		return NULL;
	}
	*copy = *s;
	copy->name = report_text(r, s->name);
	copy->version = report_text(r, s->version);
	copy->arch = report_text(r, s->arch);
	copy->type = report_text(r, s->type);
	copy->source_name = report_text(r, s->source_name);
	copy->source_version = report_text(r, s->source_version);
	copy->purl = report_text(r, s->purl);
	copy->supplier = report_text(r, s->supplier);
	return copy;
}

static bool is_identifier(struct span s)
{
	return s.n && s.n <= REPORT_TEXT_MAX && text_valid(s, false);
}

/* A new line of it; NULL when out of memory. */
static struct item_software *line_add(struct report *r, struct report_item *it)
{
	struct item_software *sw = arena_alloc(&r->arena, sizeof(*sw));

	if (!sw) {
		report_fail(r, ST_ENOMEM);
		return NULL;
	}
	*it->last_software = sw;
	it->last_software = &sw->next;
	it->n_software++;
	return sw;
}

static int line_fill(struct report *r, struct item_software *sw, const struct software *s)
{
	sw->identifier = arena_copy(&r->arena, s->identifier);
	if (!sw->identifier.p)
		return report_fail(r, ST_ENOMEM);
	sw->record_id = s->record_id;
	if (s->locator.n)
		sw->locator = report_text(r, s->locator);
	if (is_described(s) || s->model_pen || s->model)
		sw->description = software_copy(r, s);
	return r->err;
}

static int software_add(struct report *r, struct report_item *it, const struct software *s)
{
	struct item_software *sw;

	if (!is_identifier(s->identifier))
		return ST_EVALUE;
	return (sw = line_add(r, it)) ? line_fill(r, sw, s) : r->err;
}

int report_inventory(struct report *r, const struct inventory_head *head)
{
	if (r->err || !(r->open = item_new(r, ITEM_INVENTORY)))
		return r->err;
	r->open->head = *head;
	r->open->heard_at = clock_wall_us();
	return 0;
}

int report_software(struct report *r, const struct software *s)
{
	int err;

	if (report_is_full(r, 0))
		return r->err;
	if (!r->open)
		return report_fail(r, ST_ESTATE);
	err = software_add(r, r->open, s);
	r->open->refused += err == ST_EVALUE;
	return err;
}

int report_inventory_lacks(struct report *r, const char *err_msg)
{
	if (r->err)
		return r->err;
	if (!r->open)
		return report_fail(r, ST_ESTATE);
	r->open->lacks = report_text(r, span_str(err_msg));
	return r->err;
}

/* Why the software is not completely known, if so, becomes the item's text. */
static void item_judge(struct report *r, struct report_item *it)
{
	char text[96];

	it->name = span_str(FACT_INCOMPLETE);
	it->text = it->lacks;
	if (!it->refused || it->lacks.n)
		return;
	(void)snprintf(text, sizeof(text), "software identifiers that are none: %zu",
		       it->refused);
	it->text = report_text(r, span_str(text));
}

int report_inventory_end(struct report *r)
{
	if (r->err)
		return r->err;
	if (!r->open)
		return report_fail(r, ST_ESTATE);
	item_judge(r, r->open);
	item_append(r, r->open);
	r->open = NULL;
	return 0;
}

int report_events(struct report *r, const struct events_head *head)
{
	if (report_is_full(r, r->n_items) || !(r->open_events = item_new(r, ITEM_EVENTS)))
		return r->err;
	r->n_items++;
	r->open_events->events = *head;
	r->open_events->heard_at = clock_wall_us();
	return 0;
}

int report_event(struct report *r, const struct event *ev)
{
	struct item_software *sw;

	if (report_is_full(r, 0))
		return r->err;
	if (!r->open_events)
		return report_fail(r, ST_ESTATE);
	if (!(sw = line_add(r, r->open_events)))
		return r->err;
	sw->eid = ev->eid;
	sw->action = ev->action;
	sw->happened_at = ev->happened_at;
	if (is_identifier(ev->software.identifier))
		return line_fill(r, sw, &ev->software);
	r->open_events->refused++;
	return ST_EVALUE;
}

int report_events_end(struct report *r)
{
	if (r->err)
		return r->err;
	if (!r->open_events)
		return report_fail(r, ST_ESTATE);
	item_judge(r, r->open_events);
	item_append(r, r->open_events);
	r->open_events = NULL;
	return 0;
}

int report_describe(struct report *r, const struct software *s)
{
	struct report_item *it;
	int err;

	if (report_is_full(r, 0) || !(it = item_new(r, ITEM_DESCRIBE)))
		return r->err;
	if ((err = software_add(r, it, s)) == 0)
		item_append(r, it);
	return err;
}

int report_submit(struct report *r, void (*done)(void *ctx, int err), void *ctx)
{
	int err = r->err ? r->err : queue_report(r->posture, r, done, ctx);

	if (err)
		report_free(r);
	return err;
}
