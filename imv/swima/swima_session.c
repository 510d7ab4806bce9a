/* SPDX-License-Identifier: BSD-2-Clause */
#include "swima_session.h"
#include "event_sync.h"

#include "posture/posture.h"
#include "posture/query.h"
#include "posture/report.h"
#include "wire/coswid.h"

#include <stdio.h>

/* Octets of a request besides the identifiers: attribute and request headers. */
#define SWIMA_REQUEST_HDR (PA_ATTR_HDR + 12)

void swima_session_reset(struct swima_session *s)
{
	for (size_t i = 0; i < SWIMA_MAX_COLLECTORS; i++)
		collector_free(s->by_collector[i]);
	if (s->policy)
		policy_state_reset(s->policy);
	wr_reset(&s->complaint);
	wr_reset(&s->sources);
	*s = (struct swima_session){ .last_request_id = s->last_request_id,
				     .sync = s->sync,
				     .policy = s->policy };
}

struct collector *swima_session_collector(struct imv *imv, struct swima_session *s)
{
	size_t chunk = swima_module(imv)->limits.records_per_request;
	uint32_t collector = imv_source(imv);
	size_t i = 0;

	while (i < SWIMA_MAX_COLLECTORS && s->by_collector[i] &&
	       s->by_collector[i]->collector != collector)
		i++;
	if (i < SWIMA_MAX_COLLECTORS && !s->by_collector[i])
		s->by_collector[i] = collector_new(collector, chunk);
	if (i < SWIMA_MAX_COLLECTORS && s->by_collector[i])
		return s->by_collector[i];
	s->overfull = true; /* or no memory is left: it is not heard either */
	return NULL;
}

/* --- what one record says --- */

struct software swima_software(const struct swima_record *rec)
{
	return (struct software){
		.identifier = rec->id,
		.model_pen = rec->model_pen,
		.model = rec->model,
		.source = rec->source,
		.record_id = rec->record_id,
		.locator = rec->locator,
	};
}

/* The kind of package that a package URL is about: "deb" of "pkg:deb/debian/...". */
static struct span purl_type(struct span purl)
{
	const uint8_t *slash;

	if (purl.n < 5 || memcmp(purl.p, "pkg:", 4) != 0)
		return (struct span){ 0 };
	slash = memchr(purl.p + 4, '/', purl.n - 4);
	return slash ? span_of(purl.p + 4, (size_t)(slash - purl.p) - 4) : (struct span){ 0 };
}

/* We read SWID tags and CoSWID. Others are kept by their identifier. */
static bool readable(const struct swima_record *rec)
{
	return rec->model_pen == PEN_IETF &&
	       (rec->model == SWIMA_MODEL_SWID_2015 || rec->model == SWIMA_MODEL_SWID_2009 ||
		rec->model == SWIMA_MODEL_COSWID);
}

/* A tag may speak of itself only: the dictionary is shared by all endpoints. */
static bool read_tag(struct imv *imv, const struct swima_record *rec, struct arena *a,
		     struct swid_info *info)
{
	struct swima_limits *limits = &swima_module(imv)->limits;
	int err;

	if (!rec->record.n || !readable(rec))
		return false;
	if (rec->model == SWIMA_MODEL_COSWID)
		err = coswid_read(rec->record, limits->max_record, a, info);
	else
		err = swid_xml_read(rec->record, limits->max_record, a, info);
	return !err && info->model == rec->model && span_eq(info->id, rec->id);
}

/* The rules see it now; or, when they are to judge by what is known and by events, later. */
static void swima_see(struct swima_session *s, struct span identifier, struct span name,
		      struct span version)
{
	if (!event_sync_is_used(s))
		policy_see(s->policy, identifier, name, version);
	else if (name.n)
		(void)pending_events_describe(&s->sync.pending, identifier, name, version);
}

void swima_describe(struct imv *imv, struct swima_session *s, const struct swima_record *rec)
{
	struct software sw = swima_software(rec);
	struct report *r = imv_report(imv);
	struct arena a = { 0 };
	struct swid_info info = { 0 };

	if (read_tag(imv, rec, &a, &info)) {
		sw.name = info.name;
		sw.version = info.version;
		sw.arch = info.arch;
		sw.type = purl_type(info.purl);
		sw.source_name = info.source;
		sw.source_version = info.source_version;
		sw.purl = info.purl;
		sw.supplier = info.supplier;
		if (r)
			(void)report_describe(r, &sw);
		s->described++;
	} else {
		s->unreadable++;
	}
	swima_see(s, rec->id, sw.name, sw.version);
	arena_reset(&a);
}

/* --- inventories --- */

bool swima_wants_record(struct imv *imv, const struct swima_record *rec, bool altered)
{
	struct posture *posture = imv_posture(imv);

	if (!readable(rec) || (!altered && posture && posture_described(posture, rec->id)))
		return false;
	return policy_patterns(swima_module(imv)->policy) || (posture && imv_report(imv));
}

static int see_row(void *ctx, const struct software_row *row)
{
	struct swima_session *s = ctx;

	policy_see(s->policy, row->identifier, row->name, row->version);
	return 0;
}

/* No record will come: the rules see what is known already. */
void swima_see_known(struct imv *imv, struct swima_session *s, struct span identifier)
{
	struct posture *posture = imv_posture(imv);

	if (!policy_patterns(swima_module(imv)->policy))
		return;
	if (!posture || query_identifier(posture, identifier, see_row, s) < 0)
		policy_see(s->policy, identifier, (struct span){ 0 }, (struct span){ 0 });
}

static int take_record(struct imv *imv, struct swima_session *s, struct collector *p,
		       const struct swima_record *rec, bool with_record)
{
	struct report *r = imv_report(imv);
	struct software sw = swima_software(rec);
	int err = r ? report_software(r, &sw) : 0;

	s->records++;
	if (err == ST_EVALUE)
		s->refused++; /* not a Software Identifier: RFC 8412, 3.4.1 */
	if (err)
		return err == ST_EVALUE ? 0 : err;
	if (with_record) {
		swima_describe(imv, s, rec);
		return 0;
	}
	if (swima_wants_record(imv, rec, false)) {
		err = collector_want(p, rec->id, swima_module(imv)->limits.max_descriptions);
		if (err != ST_ELIMIT)
			return err;
	}
	swima_see_known(imv, s, rec->id);
	return 0;
}

static int begin_inventory(struct imv *imv, struct swima_session *s,
			   const struct swima_head *h)
{
	struct inventory_head head = { .epoch = h->epoch, .last_eid = h->last_eid };
	struct report *r = imv_report(imv);

	if (s->inventories)
		return s->open || !r
			       ? 0
			       : ST_ESTATE; /* of another collector: its software comes on top */
	s->head = *h;
	s->open = true;
	event_sync_inventory(imv, s, h);
	return r ? report_inventory(r, &head) : 0;
}

int swima_ask_inventory(struct imv *imv, struct swima_session *s)
{
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS };
	struct wr *w = imv_attr(imv);
	size_t begin;
	int err;

	q.request_id = ++s->last_request_id;
	begin = pa_attr_begin(w, 0, PEN_IETF, PA_SWIMA_REQUEST);
	(void)swima_request_encode(w, &q, NULL);
	pa_attr_end(w, begin);
	if ((err = imv_send(imv)) == 0)
		s->request_id = q.request_id;
	return err;
}

/* A collector of this connection, whether it complained or was heard of in an earlier
 * assessment, has not told what it has: that is not gone. */
static bool inventory_lacks(const struct swima_session *s)
{
	for (size_t i = 0; i < SWIMA_MAX_COLLECTORS; i++)
		if (s->by_collector[i] && !s->by_collector[i]->inventory)
			return true;
	return s->overfull || s->inventories < s->sync.collectors;
}

void swima_end_inventory(struct imv *imv, struct swima_session *s)
{
	struct report *r = imv_report(imv);

	if (s->open && r && inventory_lacks(s)) {
		event_sync_notice(imv, s, "a collector has not told its inventory");
		(void)report_inventory_lacks(r, "a collector has not told its inventory");
	}
	if (s->open && r)
		(void)report_inventory_end(r);
	if (s->open && s->inventories > s->sync.collectors)
		s->sync.collectors = s->inventories;
	s->open = false;
}

int swima_take_inventory(struct imv *imv, struct swima_session *s, struct collector *p,
			 struct swima_list *l)
{
	struct swima_limits *limits = &swima_module(imv)->limits;
	struct swima_record rec;
	int got, err;

	if (p->inventory)
		return imv_note(imv, "inventory came twice: request=%u", l->head.request_id);
	if (l->head.count > limits->max_records - s->records) {
		s->broken = true;
		return imv_note(imv, "inventory too long: records=%u max=%u", l->head.count,
				limits->max_records);
	}
	if ((err = begin_inventory(imv, s, &l->head)) < 0)
		return err;
	while ((got = swima_next(l, &rec)) > 0 && !err)
		err = take_record(imv, s, p, &rec, l->with_record);
	if (got < 0 || err < 0) {
		s->broken = true;
		return got < 0 ? got : err;
	}
	p->inventory = true;
	s->inventories++;
	return swima_ask_records(imv, s, p);
}

/* --- records --- */

/* Those of the request under way that were not described. */
static void see_untold(struct swima_session *s, struct collector *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!p->told[i]) {
			p->told[i] = true;
			swima_see(s, p->wanted[i], (struct span){ 0 }, (struct span){ 0 });
		}
}

int swima_take_records(struct imv *imv, struct swima_session *s, struct collector *p,
		       struct swima_list *l)
{
	struct swima_record rec;
	int got;

	/* Some collectors ignore what a request is targeted at and send everything. */
	while ((got = swima_next(l, &rec)) > 0)
		if (collector_told(p, rec.id))
			swima_describe(imv, s, &rec);
	p->request_id = 0;
	see_untold(s, p, p->from, p->asked);
	return got < 0 ? got : swima_ask_records(imv, s, p);
}

int swima_ask_records(struct imv *imv, struct swima_session *s, struct collector *p)
{
	struct wr *w = imv_attr(imv);
	size_t room = w->max ? w->max : SIZE_MAX, begin;
	struct swima_request q = { 0 };
	int err;

	if (room < SWIMA_REQUEST_HDR || !collector_next(p, room - SWIMA_REQUEST_HDR))
		return 0;
	q.request_id = p->request_id = ++s->last_request_id;
	q.count = (uint32_t)(p->asked - p->from);
	begin = pa_attr_begin(w, 0, PEN_IETF, PA_SWIMA_REQUEST);
	(void)swima_request_encode(w, &q, p->wanted + p->from);
	pa_attr_end(w, begin);
	if ((err = imv_send(imv)) < 0)
		p->request_id = 0;
	return err;
}

void swima_give_up_records(struct swima_session *s, struct collector *p)
{
	p->request_id = 0;
	p->asked = p->n_wanted;
	see_untold(s, p, 0, p->n_wanted);
}
