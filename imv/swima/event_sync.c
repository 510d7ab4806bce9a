/* SPDX-License-Identifier: BSD-2-Clause */
/* Following the event ledger of an endpoint (RFC 8412, 3.7). sync_table.c has the states; this
 * file finds out which event occurred and runs the actions. */
#include "event_sync.h"
#include "swima_session.h"
#include "sync_table.h"

#include "base/clock.h"
#include "posture/query.h"
#include "wire/swima_events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define REQUESTS_MAX 4096 /* requests for events in one assessment */

void event_sync_notice_of(struct imv *imv, struct swima_session *s, const char *subject,
			  const char *fmt, ...)
{
	struct report *r = imv_report(imv);
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)imv_note(imv, "%s", text);
	if (r && !s->round.noticed)
		(void)report_notice(r, subject, span_str(text));
	s->round.noticed = true;
}

/* --- collectors --- */

#define FACT_COLLECTORS "swima.collectors"

/* On a new connection: who told inventories before is expected to. */
static void recall_collectors(struct imv *imv, struct swima_session *s)
{
	struct event_sync *f = &s->sync;
	char text[16];

	if (f->recalled || !s->known.has_inventory)
		return;
	f->recalled = true;
	if (imv_known_fact(imv, FACT_COLLECTORS, text, sizeof(text)) < 0)
		return;
	f->noted = (uint32_t)strtoul(text, NULL, 10);
	if (f->noted > SWIMA_MAX_COLLECTORS)
		f->noted = SWIMA_MAX_COLLECTORS;
	if (f->collectors < f->noted && swima_module(imv)->limits.expect_collectors)
		f->collectors = f->noted;
}

void event_sync_report_collectors(struct imv *imv, struct swima_session *s)
{
	struct event_sync *f = &s->sync;
	char text[16];

	if (event_sync_is_used(s) || f->collectors == f->noted ||
	    (f->collectors <= 1 && f->noted <= 1))
		return;
	(void)snprintf(text, sizeof(text), "%u", f->collectors);
	if (imv_fact(imv, FACT_COLLECTORS, span_str(text)) == 0)
		f->noted = f->collectors;
}

void event_sync_forget(struct swima_session *s)
{
	struct event_sync *f = &s->sync;

	f->known = f->no_events = false;
	f->subscription = 0;
}

/* --- asking --- */

/* 1: sent. ST_E...: it could not be. */
static int ask_events(struct imv *imv, struct swima_session *s, uint32_t from, bool subscribe)
{
	struct sync_round *k = &s->round;
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS, .earliest_eid = from };
	struct wr *w = imv_attr(imv);
	size_t begin;
	int err;

	if (subscribe)
		q.flags |= SWIMA_SUBSCRIBE;
	q.request_id = ++s->last_request_id;
	begin = pa_attr_begin(w, 0, PEN_IETF, PA_SWIMA_REQUEST);
	(void)swima_request_encode(w, &q, NULL);
	pa_attr_end(w, begin);
	if ((err = imv_send(imv)) < 0)
		return err;
	k->id = q.request_id;
	k->from = from;
	k->subscribes = subscribe;
	k->due = k->batches + 2; /* it goes out with this end of a batch, or the next */
	k->asked++;
	return 1;
}

/* EIDs begin at 1, and 0 would ask for an inventory. */
static uint32_t after(uint32_t eid)
{
	return eid == UINT32_MAX ? eid : eid + 1;
}

static bool may_subscribe(const struct imv *imv, const struct swima_session *s)
{
	return swima_module(imv)->limits.subscribe && !s->sync.refused &&
	       !s->sync.subscription;
}

static bool reconcile_is_due(const struct imv *imv, const struct swima_session *s)
{
	const struct swima_limits *l = &swima_module(imv)->limits;
	int64_t age = clock_wall_us() - s->known.inventory_at;

	return (l->reconcile_hours && age >= l->reconcile_hours * 3600 * CLOCK_SEC) ||
	       (l->reconcile_assessments && s->sync.assessments >= l->reconcile_assessments);
}

static bool can_resume(struct imv *imv, struct swima_session *s)
{
	if (imv_known(imv, &s->known) < 0 || !s->known.has_inventory || !imv_report(imv))
		return false;
	recall_collectors(imv, s);
	return swima_module(imv)->limits.events && !s->sync.no_events &&
	       s->sync.collectors <= 1 && s->sync.noted <= 1;
}

static bool records_under_way(const struct swima_session *s)
{
	for (size_t i = 0; i < SWIMA_MAX_COLLECTORS; i++)
		if (s->by_collector[i] && s->by_collector[i]->request_id)
			return true;
	return false;
}

/* Events are told by one collector; of several, each would have a ledger of its own. */
static bool is_alone(const struct swima_session *s)
{
	return s->by_collector[0] && !s->by_collector[1];
}

/* 1: sent; 0: no collector to follow, or none that has events. */
static int subscribe_after(struct imv *imv, struct swima_session *s)
{
	if (!s->inventories || s->broken || !swima_module(imv)->limits.events ||
	    !imv_report(imv) || s->sync.no_events || !may_subscribe(imv, s) ||
	    records_under_way(s) || !is_alone(s))
		return 0;
	return ask_events(imv, s, after(s->head.last_eid), true);
}

/* --- the state table --- */

static int fall_back(struct imv *imv, struct swima_session *s)
{
	struct sync_round *k = &s->round;

	k->reconcile = false;
	k->id = k->hole = 0;
	return s->request_id ? 0 : swima_ask_inventory(imv, s);
}

static int give_up_hole(struct imv *imv, struct swima_session *s)
{
	event_sync_notice(imv, s, "event %u of epoch %08x is missing", s->round.hole,
			  s->sync.epoch);
	return fall_back(imv, s);
}

static int ask_inventory(struct imv *imv, struct swima_session *s)
{
	return swima_ask_inventory(imv, s);
}

static int ask_known(struct imv *imv, struct swima_session *s)
{
	return ask_events(imv, s, after(s->known.contiguous_eid), may_subscribe(imv, s));
}

static int ask_again(struct imv *imv, struct swima_session *s)
{
	return ask_events(imv, s, s->round.from, false);
}

static int ask_hole(struct imv *imv, struct swima_session *s)
{
	s->round.hole_asked = true;
	return ask_events(imv, s, s->round.hole, false);
}

static int ask_rest(struct imv *imv, struct swima_session *s)
{
	return ask_events(imv, s, s->sync.consulted + 1, false);
}

static int (*const actions[SYNC_N_ACTIONS])(struct imv *imv, struct swima_session *s) = {
	[SYNC_ASK_INVENTORY] = ask_inventory, [SYNC_FALL_BACK] = fall_back,
	[SYNC_GIVE_UP_HOLE] = give_up_hole,   [SYNC_SUBSCRIBE_AFTER] = subscribe_after,
	[SYNC_ASK_KNOWN] = ask_known,         [SYNC_ASK_AGAIN] = ask_again,
	[SYNC_ASK_HOLE] = ask_hole,           [SYNC_ASK_REST] = ask_rest,
};

/* 0, or the error of what was to be sent. */
static int step(struct imv *imv, struct swima_session *s, enum sync_event event)
{
	struct sync_cell cell = sync_table_at(s->round.state, event);
	int done = actions[cell.action] ? actions[cell.action](imv, s) : 0;

	if (cell.action == SYNC_IMPOSSIBLE ||
	    (cell.action >= SYNC_SUBSCRIBE_AFTER && done <= 0))
		return done;
	s->round.state = cell.next;
	return done < 0 ? done : 0;
}

bool event_sync_is_used(const struct swima_session *s)
{
	enum sync_state state = s->round.state;

	return state != SYNC_INVENTORY && state != SYNC_INVENTORY_ASKED &&
	       state != SYNC_INVENTORY_LOST;
}

int event_sync_begin(struct imv *imv, struct swima_session *s)
{
	struct sync_round *k = &s->round;
	struct event_sync *f = &s->sync;

	if (!can_resume(imv, s))
		return step(imv, s, SYNC_BEGIN);
	f->assessments++;
	k->state = SYNC_EVENTS;
	k->reconcile = reconcile_is_due(imv, s) || (s->known.incomplete && !f->known);
	if (f->pending.newest <= s->known.contiguous_eid)
		pending_events_reset(&f->pending);
	if (f->epoch != s->known.epoch) {
		f->known = false;
		f->subscription = 0;
	}
	/* A subscribed collector sends events by itself. If it does not, the end of the first
	 * batch is early enough to ask. */
	return step(imv, s,
		    f->subscription && !s->known.has_gap ? SYNC_BEGIN_SUBSCRIBED : SYNC_BEGIN);
}

static bool is_overdue(const struct sync_round *k)
{
	return (k->state == SYNC_INVENTORY_ASKED || k->state == SYNC_EVENTS_ASKED) &&
	       k->batches + 1 >= k->due;
}

static enum sync_event ending_event(const struct swima_session *s)
{
	const struct sync_round *k = &s->round;

	if (k->asked >= REQUESTS_MAX)
		return SYNC_END_SPENT;
	if (!k->heard)
		return SYNC_END_UNHEARD;
	if (k->hole)
		return k->hole_asked ? SYNC_END_HOLE_AGAIN : SYNC_END_HOLE;
	if (s->sync.consulted < s->sync.last_eid)
		return SYNC_END_PARTIAL;
	return k->reconcile ? SYNC_END_RECONCILE : SYNC_END_COMPLETE;
}

int event_sync_ending(struct imv *imv, struct swima_session *s)
{
	struct sync_round *k = &s->round;
	int err;

	if (s->decided || imv_waiting(imv))
		return 0;
	if (is_overdue(k)) { /* neither an answer nor an error */
		s->sync.no_events = true;
		k->id = 0;
		(void)step(imv, s, SYNC_OVERDUE);
	}
	err = step(imv, s, ending_event(s));
	k->batches++;
	return err;
}

/* --- answers --- */

static int eid_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The first EID from `from` to `to` that is not among these; 0: none. */
static uint32_t first_missing(uint32_t *eids, size_t n, uint32_t from, uint32_t to)
{
	uint64_t want = from;

	if (n)
		qsort(eids, n, sizeof(*eids), eid_cmp);
	for (size_t i = 0; i < n && want <= to; i++) {
		if (eids[i] > want)
			break;
		want += eids[i] == want;
	}
	return want <= to ? (uint32_t)want : 0;
}

static int take_news(struct imv *imv, struct swima_session *s, struct collector *p,
		     const struct swima_event *ev, bool with_record)
{
	int by = ev->action == SWIMA_CREATION ? 1 : ev->action == SWIMA_DELETION ? -1 : 0;
	int err = 0;

	if (policy_patterns(swima_module(imv)->policy))
		err = pending_events_add(&s->sync.pending, ev->eid, s->sync.answers,
					 ev->rec.id, by);
	if (err || by < 0)
		return err;
	if (with_record && ev->rec.record.n)
		swima_describe(imv, s, &ev->rec);
	else if (swima_wants_record(imv, &ev->rec, ev->action == SWIMA_ALTERATION))
		err = collector_want(p, ev->rec.id,
				     swima_module(imv)->limits.max_descriptions);
	return err == ST_ELIMIT ? 0 : err;
}

static int take_event(struct imv *imv, struct swima_session *s, struct collector *p,
		      const struct swima_event *ev, bool with_record)
{
	struct event e = {
		.eid = ev->eid,
		.action = (enum event_action)ev->action,
		.software = swima_software(&ev->rec),
	};
	char time[PA_TIME + 1];
	int err;

	(void)snprintf(time, sizeof(time), "%.*s", (int)ev->time.n, (const char *)ev->time.p);
	(void)clock_parse(time, &e.happened_at);
	s->events++;
	err = report_event(imv_report(imv), &e);
	if (err == ST_EVALUE) {
		s->refused++;
		return 0;
	}
	return err ? err : take_news(imv, s, p, ev, with_record);
}

/* All of them into the report; *missing is the first EID that did not come. */
static int walk(struct imv *imv, struct swima_session *s, struct collector *p,
		struct swima_event_list *l, uint32_t from, uint32_t *missing)
{
	uint32_t *eids = calloc(l->head.count + (size_t)1, sizeof(*eids));
	struct swima_event ev;
	size_t n = 0;
	int got, err = eids ? 0 : ST_ENOMEM;

	while (!err && (got = swima_event_next(l, &ev)) != 0) {
		if (got < 0) {
			err = got;
			break;
		}
		eids[n++] = ev.eid;
		err = take_event(imv, s, p, &ev, l->with_record);
	}
	if (!err)
		*missing = first_missing(eids, n, from, l->head.last_consulted_eid);
	free(eids);
	return err;
}

/* This connection's own request, or its subscription: then *from is where it begins. Some
 * collectors forget to set the bit that says which (RFC 8412, 3.8). Or the answer of a second
 * collector, which ends all following. */
static bool is_ours(struct imv *imv, struct swima_session *s, const struct swima_head *h,
		    uint32_t *from)
{
	struct sync_round *k = &s->round;
	struct event_sync *f = &s->sync;

	if (k->id && h->request_id == k->id && !(h->flags & SWIMA_FULFILLMENT)) {
		*from = k->from;
		return true;
	}
	*from = f->consulted + 1;
	return f->known && ((f->subscription && h->request_id == f->subscription) ||
			    (imv_source(imv) != f->collector && k->last_id &&
			     h->request_id == k->last_id));
}

/* The ledger that is known goes on here. False: it does not, and an inventory is needed. */
static bool continues(struct imv *imv, struct swima_session *s, const struct swima_head *h)
{
	const struct event_sync *f = &s->sync;
	uint32_t epoch = f->known ? f->epoch : s->known.epoch;
	uint32_t highest = f->known ? f->last_eid : s->known.highest_eid;

	if (f->known && imv_source(imv) != f->collector) {
		(void)imv_note(imv, "several collectors have events: asking for inventories");
		s->sync.no_events = true;
	} else if (h->epoch != epoch) {
		event_sync_notice(imv, s, "the ledger is another one: epoch %08x became %08x",
				  epoch, h->epoch);
	} else if (h->last_eid < highest) {
		event_sync_notice(imv, s, "Last EID went back from %u to %u inside epoch %u",
				  highest, h->last_eid, h->epoch);
	} else if (h->count > swima_module(imv)->limits.max_events) {
		event_sync_notice(imv, s, "too many events in one answer: %u", h->count);
	} else {
		return true;
	}
	return false;
}

static void follow_on(struct imv *imv, struct swima_session *s, const struct swima_head *h)
{
	struct sync_round *k = &s->round;
	struct event_sync *f = &s->sync;

	if (k->id == h->request_id) {
		if (k->subscribes)
			f->subscription = k->id;
		k->last_id = k->id;
		k->id = 0;
		(void)step(imv, s, SYNC_ANSWER);
	} else {
		(void)step(imv, s, SYNC_PUSHED);
	}
	if (!f->known || f->consulted < h->last_consulted_eid)
		f->consulted = h->last_consulted_eid;
	f->known = true;
	f->collector = imv_source(imv);
	f->epoch = h->epoch;
	f->last_eid = h->last_eid;
	k->heard = true;
	s->head.epoch = h->epoch;
	s->head.last_eid = h->last_eid;
}

static void lose(struct imv *imv, struct swima_session *s)
{
	s->round.id = 0;
	(void)step(imv, s, SYNC_BROKEN);
}

/* What comes after the decision is stored and not judged: the next assessment sees it. */
static int take_late(struct imv *imv, struct swima_session *s)
{
	return s->decided ? imv_submit(imv) : 0;
}

int event_sync_take(struct imv *imv, struct swima_session *s, const struct pa_attr *a)
{
	struct event_sync *f = &s->sync;
	struct collector *p = swima_session_collector(imv, s);
	struct report *r = imv_report(imv);
	struct swima_event_list l;
	uint32_t from, missing = 0;
	int err;

	if (swima_event_list_begin(&l, a) < 0)
		return l.rd.err;
	if (!p || !r || !is_ours(imv, s, &l.head, &from))
		return imv_note(imv, "events nobody asked for: request=%u", l.head.request_id);
	if (!continues(imv, s, &l.head)) {
		f->subscription = 0;
		f->known = false;
		lose(imv, s);
		return take_late(imv, s);
	}
	swima_end_inventory(imv, s);
	f->answers++;
	(void)report_events(r,
			    &(struct events_head){ .epoch = l.head.epoch,
						   .first_eid = from,
						   .last_consulted = l.head.last_consulted_eid,
						   .last_eid = l.head.last_eid });
	if ((err = walk(imv, s, p, &l, from, &missing)) < 0) {
		f->no_events = true;
		lose(imv, s);
		return err;
	}
	(void)report_events_end(r);
	follow_on(imv, s, &l.head);
	if (missing || s->round.hole >= from)
		s->round.hole = missing;
	if (s->decided)
		return take_late(imv, s);
	return p->request_id ? 0 : swima_ask_records(imv, s, p);
}

/* --- errors --- */

bool event_sync_error(struct imv *imv, struct swima_session *s, const struct pa_error *e)
{
	struct sync_round *k = &s->round;
	struct event_sync *f = &s->sync;

	if (e->vendor != PEN_IETF || e->code < PA_E_SWIMA)
		return false;
	if (e->code == PA_E_SWIMA_FULFILLMENT && f->subscription && e->id == f->subscription) {
		f->subscription = 0;
		return true;
	}
	if (!k->id || e->id != k->id)
		return false;
	if (!event_sync_is_used(s))
		k->id = 0;
	if (e->code == PA_E_SWIMA_SUBSCRIPTION && k->subscribes) {
		f->refused = true;
		k->subscribes = false;
		(void)imv_note(imv, "subscription refused");
		(void)step(imv, s, SYNC_SUBSCRIPTION_REFUSED);
		return true;
	}
	f->no_events = true;
	(void)step(imv, s, SYNC_REQUEST_REFUSED);
	return true;
}

/* --- inventories --- */

void event_sync_inventory(struct imv *imv, struct swima_session *s, const struct swima_head *h)
{
	struct event_sync *f = &s->sync;
	const struct endpoint_state *known = &s->known;

	if (imv_report(imv) && known->has_inventory && h->epoch == known->epoch &&
	    h->last_eid < known->highest_eid)
		event_sync_notice(imv, s, "Last EID went back from %u to %u inside epoch %u",
				  known->highest_eid, h->last_eid, h->epoch);
	else if (imv_report(imv) && known->has_inventory && h->epoch != known->epoch)
		event_sync_notice(imv, s, "the ledger is another one: epoch %08x became %08x",
				  known->epoch, h->epoch);
	if (f->subscription && (f->epoch != h->epoch || f->collector != imv_source(imv)))
		f->subscription = 0;
	pending_events_reset(&f->pending);
	f->known = true;
	f->collector = imv_source(imv);
	f->epoch = h->epoch;
	f->consulted = f->last_eid = h->last_eid;
	f->assessments = 0;
	s->round.reconcile = false;
	s->round.id = s->round.hole = 0;
	(void)step(imv, s, SYNC_INVENTORY_CAME);
}

/* --- the rules --- */

static int see_row(void *ctx, const struct software_row *row)
{
	struct swima_session *s = ctx;
	struct pending_events *n = &s->sync.pending;
	struct pending_item *it = pending_events_find(n, row->identifier);
	const struct pending_name *said = pending_events_name(n, row->identifier);

	if (it)
		it->there = true;
	if (!it || (int64_t)row->instances + it->by > 0)
		policy_see(s->policy, row->identifier, said ? said->name : row->name,
			   said ? said->version : row->version);
	return 0;
}

void event_sync_see(struct imv *imv, struct swima_session *s)
{
	struct pending_events *n = &s->sync.pending;
	struct endpoint_state now;

	if (!policy_patterns(swima_module(imv)->policy) || imv_known(imv, &now) < 0 ||
	    pending_events_sum(n, now.contiguous_eid) < 0)
		return;
	(void)query_inventory(imv_posture(imv), WHEN_NOW, now.id, see_row, s);
	for (size_t i = 0; i < n->n_items; i++) {
		const struct pending_item *it = &n->items[i];
		const struct pending_name *said = pending_events_name(n, it->identifier);

		if (it->there || it->by <= 0)
			continue;
		if (said)
			policy_see(s->policy, it->identifier, said->name, said->version);
		else
			swima_see_known(imv, s, it->identifier);
	}
}
