/* SPDX-License-Identifier: BSD-2-Clause */
/* The SWIMA validator (RFC 8412): what software is installed there, and may it be. */
#include "swima_session.h"
#include "event_sync.h"

#include "posture/report.h"

#include <stdio.h>
#include <stdlib.h>

#define SWIMA_COMPLAINT_MAX 256
#define SWIMA_SOURCES_MAX 4096

/* clang-format off */
static cfg_opt_t swima_opts[] = {
	CFG_INT("max_records", 262144, CFGF_NONE),
	CFG_INT("max_record", 1048576, CFGF_NONE),
	CFG_INT("max_descriptions", 16384, CFGF_NONE),
	CFG_INT("records_per_request", 256, CFGF_NONE),
	CFG_BOOL("events", cfg_true, CFGF_NONE),
	CFG_BOOL("subscribe", cfg_true, CFGF_NONE),
	CFG_INT("max_events", 262144, CFGF_NONE),
	CFG_INT("reconcile_hours", 24, CFGF_NONE),
	CFG_INT("reconcile_assessments", 0, CFGF_NONE),
	CFG_STR("on_compliant", "allow", CFGF_NONE),
	CFG_STR("on_minor", "allow", CFGF_NONE),
	CFG_STR("on_major", "isolate", CFGF_NONE),
	CFG_STR("on_error", "none", CFGF_NONE),
	CFG_STR("silence", "error", CFGF_NONE),
	CFG_BOOL("expect_collectors", cfg_true, CFGF_NONE),
	CFG_SEC("rule", policy_rule_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};
/* clang-format on */

static const struct conf_range swima_ranges[] = {
	{ "max_records", 1, SWIMA_MAX_COUNT },      { "max_record", 1024, 1 << 30 },
	{ "max_descriptions", 0, SWIMA_MAX_COUNT }, { "records_per_request", 1, 65536 },
	{ "max_events", 1, SWIMA_MAX_COUNT },       { "reconcile_hours", 0, 87600 },
	{ "reconcile_assessments", 0, 1000000 },    { 0 },
};

static int swima_load(struct kit_module *m)
{
	struct swima_module *s = calloc(1, sizeof(*s));

	if (!(m->state = s))
		return ST_ENOMEM;
	s->limits = (struct swima_limits){
		.max_records = (uint32_t)cfg_getint(m->conf, "max_records"),
		.max_record = (uint32_t)cfg_getint(m->conf, "max_record"),
		.max_descriptions = (uint32_t)cfg_getint(m->conf, "max_descriptions"),
		.records_per_request = (uint32_t)cfg_getint(m->conf, "records_per_request"),
		.max_events = (uint32_t)cfg_getint(m->conf, "max_events"),
		.events = cfg_getbool(m->conf, "events"),
		.subscribe = cfg_getbool(m->conf, "subscribe"),
		.expect_collectors = cfg_getbool(m->conf, "expect_collectors"),
		.reconcile_hours = (uint32_t)cfg_getint(m->conf, "reconcile_hours"),
		.reconcile_assessments =
			(uint32_t)cfg_getint(m->conf, "reconcile_assessments"),
	};
	return policy_open(m->conf, &m->log, &s->policy);
}

static void swima_unload(struct kit_module *m)
{
	struct swima_module *s = m->state;

	if (s)
		policy_close(s->policy);
	free(s);
}

static int swima_open(struct imv *imv, void *session)
{
	struct swima_session *s = session;

	s->policy = policy_state_new(swima_module(imv)->policy);
	return s->policy ? 0 : ST_ENOMEM;
}

static int swima_renew(struct imv *imv, void *session)
{
	struct swima_session *s = session;
	struct policy_state *fresh = policy_state_new(swima_module(imv)->policy);

	if (!fresh)
		return ST_ENOMEM;
	policy_state_free(s->policy);
	s->policy = fresh;
	return 0;
}

static void swima_end(struct imv *imv, void *session)
{
	struct swima_session *s = session;

	(void)imv;
	swima_session_reset(s);
	pending_events_reset(&s->sync.pending);
	policy_state_free(s->policy);
}

static int ask_sources(struct imv *imv)
{
	struct wr *w = imv_attr(imv);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_SOURCE_REQUEST);

	pa_attr_end(w, begin);
	return imv_send(imv);
}

/* Identifiers only: what they mean is asked later, for those that nobody knows. */
static int swima_begin(struct imv *imv, void *session)
{
	struct swima_session *s = session;
	uint32_t before = s->last_request_id;
	int err;

	swima_session_reset(s);
	if ((err = event_sync_begin(imv, s)) < 0)
		return err;
	return s->last_request_id == before ? 0 : ask_sources(imv);
}

static int swima_ending(struct imv *imv, void *session)
{
	return event_sync_ending(imv, session);
}

/* An answer to our request; or, from a collector that has no events, to one for events. */
static bool is_ours(const struct swima_session *s, uint32_t request)
{
	return (s->request_id && request == s->request_id) ||
	       (s->round.id && request == s->round.id);
}

/* The report has gone without it, and said that it was all. */
static int swima_late(struct imv *imv, struct swima_session *s, const struct collector *p)
{
	static const char reason[] = "a collector has told its inventory too late";

	if (s->inventories && !(p && p->inventory)) {
		if (s->sync.collectors <= s->inventories)
			s->sync.collectors = s->inventories + 1;
		event_sync_notice(imv, s, "%s", reason);
		(void)imv_fact(imv, FACT_INCOMPLETE, span_str(reason));
		(void)imv_submit(imv);
	}
	return imv_note(imv, "inventory came too late");
}

static int on_inventory(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct swima_session *s = session;
	struct collector *p = swima_session_collector(imv, s);
	struct swima_list l;

	if (!p && !s->decided)
		return imv_note(imv, "too many collectors: max=%d", SWIMA_MAX_COLLECTORS);
	if (swima_list_begin(&l, a) < 0)
		return l.rd.err;
	if (l.head.flags & SWIMA_FULFILLMENT)
		return imv_note(imv, "unwanted inventory: subscription=%u", l.head.request_id);
	if (s->decided)
		return is_ours(s, l.head.request_id)
			       ? swima_late(imv, s, p)
			       : imv_note(imv, "inventory came too late");
	if (is_ours(s, l.head.request_id))
		return swima_take_inventory(imv, s, p, &l);
	if (p->request_id && l.head.request_id == p->request_id)
		return swima_take_records(imv, s, p, &l);
	return imv_note(imv, "stale inventory: request=%u", l.head.request_id);
}

static int on_events(struct imv *imv, void *session, const struct pa_attr *a)
{
	return event_sync_take(imv, session, a);
}

static int on_sources(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct swima_session *s = session;
	struct swima_sources l;
	struct swima_source source;
	char number[8];
	int got;

	(void)swima_session_collector(imv, s); /* it is one that has to tell its inventory */
	s->sources.max = SWIMA_SOURCES_MAX;
	if (swima_sources_begin(&l, a) < 0)
		return l.rd.err;
	while ((got = swima_sources_next(&l, &source)) > 0) {
		size_t before = s->sources.len;

		(void)snprintf(number, sizeof(number), "%s%u ", before ? "; " : "",
			       source.number);
		wr_str(&s->sources, number);
		wr_bytes(&s->sources, source.metadata);
		if (s->sources.err)
			wr_truncate(&s->sources, before);
	}
	return got;
}

static void swima_complain(struct swima_session *s, const struct pa_error *e)
{
	if (s->complaint.len)
		return; /* the first one is the cause */
	s->complaint.max = SWIMA_COMPLAINT_MAX + 64;
	wr_str(&s->complaint, pa_error_name(e->vendor, e->code));
	if (e->text.n) {
		wr_str(&s->complaint, ": ");
		wr_bytes(&s->complaint, span_of(e->text.p, e->text.n < SWIMA_COMPLAINT_MAX
								   ? e->text.n
								   : SWIMA_COMPLAINT_MAX));
	}
}

/* The kit has logged it. A request for records can be repeated in smaller pieces; without the
 * inventory itself there is nothing to judge. */
static int on_error(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct swima_session *s = session;
	struct collector *p = swima_session_collector(imv, s);
	struct rd r = a->value;
	struct pa_error e;
	int err = pa_error_decode(&r, &e);
	bool about_records;

	if (err < 0 || !p || event_sync_error(imv, s, &e) || s->decided)
		return err;
	about_records = e.vendor == PEN_IETF && e.code >= PA_E_SWIMA && p->request_id &&
			e.id == p->request_id;
	if (!about_records) {
		swima_complain(s, &e);
		return 0;
	}
	if (e.code == PA_E_SWIMA_TOO_LARGE) {
		collector_shrink(p);
		return swima_ask_records(imv, s, p);
	}
	swima_give_up_records(s, p);
	return 0;
}

/* --- deciding --- */

static void swima_reason(struct imv *imv, const char *en, const char *de, struct span what)
{
	char text[2][1024];
	const struct kit_text texts[] = { { "en", text[0] }, { "de", text[1] } };

	(void)snprintf(text[0], sizeof(text[0]), "%s%.*s", en, (int)what.n,
		       what.n ? (const char *)what.p : "");
	(void)snprintf(text[1], sizeof(text[1]), "%s%.*s", de, (int)what.n,
		       what.n ? (const char *)what.p : "");
	imv_reason(imv, texts, 2);
}

static void swima_remedy(struct imv *imv, const char *text)
{
	const struct kit_text texts[] = { { "en", text } };

	if (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0)
		(void)imv_remedy_uri(imv, text);
	else
		(void)imv_remedy_text(imv, texts, 1);
}

static void swima_tell(void *ctx, const struct policy_finding *f)
{
	struct imv *imv = ctx;
	char rule[160], reason[1024];

	(void)snprintf(rule, sizeof(rule), "swima.%s", f->rule);
	(void)snprintf(reason, sizeof(reason), "%s%.*s",
		       !f->what.n   ? ""
		       : f->lacking ? "not installed: "
				    : "installed: ",
		       (int)f->what.n, f->what.n ? (const char *)f->what.p : "");
	(void)imv_result(imv, rule, (enum verdict)f->evaluation, span_str(reason));
	if (f->evaluation == PA_RESULT_COMPLIANT)
		return;
	if (f->lacking)
		swima_reason(imv, "Required software is not installed: ",
			     "Vorgeschriebene Software fehlt: ", f->what);
	else
		swima_reason(imv, "Software that is not allowed is installed: ",
			     "Nicht erlaubte Software ist installiert: ", f->what);
	if (f->remediation)
		swima_remedy(imv, f->remediation);
}

/* An inventory is known, and nobody speaks of software: it is not taken for what is there. */
static enum pa_result swima_silence(struct imv *imv, struct swima_session *s)
{
	static const char reason[] = "no collector speaks of software any more";
	enum pa_result evaluation = policy_silence(swima_module(imv)->policy);

	if (!s->sync.silent) {
		event_sync_notice_of(imv, s, "swima.silent", "%s", reason);
		(void)imv_fact(imv, FACT_INCOMPLETE, span_str(reason));
	}
	event_sync_forget(s);
	s->sync.silent = true;
	(void)imv_result(imv, "swima.inventory", (enum verdict)evaluation, span_str(reason));
	swima_reason(imv, "The software inventory is not told any more",
		     "Das Software-Inventar wird nicht mehr mitgeteilt", (struct span){ 0 });
	return evaluation;
}

static enum pa_result swima_no_inventory(struct imv *imv, struct swima_session *s)
{
	struct span reason = s->broken ? span_str("the inventory is malformed or too long")
			     : s->complaint.len ? wr_span(&s->complaint)
						: span_str("no collector answered");

	(void)imv_result(imv, "swima.inventory", VERDICT_ERROR, reason);
	swima_reason(imv, "The software inventory could not be obtained: ",
		     "Das Software-Inventar war nicht zu bekommen: ", reason);
	return PA_RESULT_ERROR;
}

static void swima_facts(struct imv *imv, struct swima_session *s)
{
	const struct event_sync *f = &s->sync;

	(void)imv_fact(imv, "swima.subscription",
		       span_str(f->subscription ? "yes"
				: f->refused    ? "refused"
						: "no"));
	if (s->sources.len)
		(void)imv_fact(imv, "swima.sources", wr_span(&s->sources));
	event_sync_report_collectors(imv, s);
	/* a first version made a fact of the epoch, and it would stay as it was for ever */
	if (imv_report(imv) && !f->tidied)
		s->sync.tidied = report_facts_end(imv_report(imv), "swima.epoch") == 0;
}

static enum pa_result swima_judge(struct imv *imv, struct swima_session *s)
{
	for (size_t i = 0; i < SWIMA_MAX_COLLECTORS && s->by_collector[i]; i++)
		swima_give_up_records(s, s->by_collector[i]);
	swima_end_inventory(imv, s);
	if (event_sync_is_used(s))
		event_sync_see(imv, s);
	swima_facts(imv, s);
	(void)imv_result(imv, "swima.inventory", VERDICT_COMPLIANT, (struct span){ 0 });
	return policy_judge(s->policy, swima_tell, imv);
}

static enum pa_result swima_evaluate(struct imv *imv, struct swima_session *s, bool got)
{
	bool silent = s->known.has_inventory && !s->by_collector[0];

	if (got)
		s->sync.silent = false;
	return got      ? swima_judge(imv, s)
	       : silent ? swima_silence(imv, s)
			: swima_no_inventory(imv, s);
}

static int swima_decide(struct imv *imv, void *session)
{
	struct swima_session *s = session;
	bool got = event_sync_is_used(s) ? s->round.heard : s->inventories && !s->broken;
	enum pa_result evaluation = swima_evaluate(imv, s, got);
	struct report *r = imv_report(imv);

	s->decided = true;
	if (r && got)
		(void)report_results_end(r, "swima.");
	imv_recommend(imv, policy_action(swima_module(imv)->policy, evaluation), evaluation);
	return imv_note(imv,
			"software: %s=%u refused=%u described=%u unreadable=%u"
			" epoch=%08x last_eid=%u evaluation=%d",
			event_sync_is_used(s) ? "events" : "records",
			event_sync_is_used(s) ? s->events : s->records, s->refused,
			s->described, s->unreadable, s->head.epoch, s->head.last_eid,
			(int)evaluation);
}

static const struct imv_handler handlers[] = {
	{ PEN_IETF, PA_SW_ID_INVENTORY, on_inventory },
	{ PEN_IETF, PA_SW_INVENTORY, on_inventory },
	{ PEN_IETF, PA_SW_ID_EVENTS, on_events },
	{ PEN_IETF, PA_SW_EVENTS, on_events },
	{ PEN_IETF, PA_SOURCE_RESPONSE, on_sources },
	{ PEN_IETF, PA_ERROR, on_error },
	{ 0 },
};

const struct imv_desc imv_desc = {
	.abi = IMV_ABI,
	.size = sizeof(struct imv_desc),
	.name = "swima",
	.subtype = { PEN_IETF, PA_SUBTYPE_SWIMA },
	.session_size = sizeof(struct swima_session),
	.conf = swima_opts,
	.ranges = swima_ranges,
	.handlers = handlers,
	.load = swima_load,
	.unload = swima_unload,
	.open = swima_open,
	.end = swima_end,
	.begin = swima_begin,
	.ending = swima_ending,
	.decide = swima_decide,
	.segments = true,
	.no_errors = true,
	.renew = swima_renew,
};
