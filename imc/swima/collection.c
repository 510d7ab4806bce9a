/* SPDX-License-Identifier: BSD-2-Clause */
#include "collection_core.h"
#include "collection_evidence.h"
#include "ledger_event.h"
#include "ledger_file.h"
#include "collection_tag.h"
#include "reconcile.h"

#include "base/err.h"
#include "wire/swima_events.h"

#include <stdlib.h>

static int collection_open_source(struct collection *c, const char *name)
{
	const struct source_class *class = source_find(name);
	struct collection_source *s = &c->sources[c->n_sources];
	int err;

	if (!class || c->n_sources == COLLECTION_MAX_SOURCES) {
		log_error(c->conf.source.log, "unknown or too many sources: source=%s", name);
		return ST_ECONF;
	}
	err = class->open(&c->conf.source, &s->source);
	if (err == ST_ENOENT) {
		log_debug(c->conf.source.log, "source not present: source=%s", name);
		return 0;
	}
	if (err < 0) {
		log_error(c->conf.source.log,
			  "source cannot be opened: source=%s error=\"%s\"", name,
			  st_strerror(err));
		return err;
	}
	s->class = class;
	c->n_sources++;
	return 0;
}

int collection_open(const struct collection_conf *conf, struct collection **out)
{
	struct collection *c = calloc(1, sizeof(*c));
	const char *err_msg = NULL;
	int err = 0;

	if (!c)
		return ST_ENOMEM;
	c->conf = *conf;
	for (size_t i = 0; conf->sources[i] && !err; i++)
		err = collection_open_source(c, conf->sources[i]);
	if (!err)
		err = ledger_open(conf->ledger, conf->max_events, &c->ledger, &err_msg);
	if (err_msg)
		log_warn(conf->source.log, "ledger problem: path=%s reason=\"%s\"",
			 conf->ledger, err_msg);
	if (!err)
		err = collection_evidence_open(c);
	if (err) {
		collection_close(c);
		return err;
	}
	*out = c;
	return 0;
}

void collection_close(struct collection *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_sources; i++)
		c->sources[i].class->close(c->sources[i].source);
	collection_evidence_close(c);
	ledger_close(c->ledger);
	snapshot_reset(&c->state);
	free(c);
}

/* --- listing the sources --- */

static int collection_list(struct collection *c, struct snapshot *state, const char **err_msg)
{
	const struct collection_conf *conf = &c->conf;
	int err = 0;

	for (size_t i = 0; i < c->n_sources && !err; i++) {
		struct collection_source *s = &c->sources[i];

		s->class->stamp(s->source, &s->stamp);
		err = snapshot_take(state, s->class, s->source, &conf->rules,
				    conf->max_records);
		if (err < 0)
			log_error(conf->source.log,
				  "source cannot be read: source=%s error=\"%s\"",
				  s->class->name, st_strerror(err));
	}
	if (err == ST_ELIMIT)
		*err_msg = "too much software to report (max_records)";
	else if (err < 0)
		*err_msg = "a package database cannot be read";
	else
		snapshot_sort(state);
	return err;
}

static bool collection_unchanged(struct collection *c)
{
	struct source_stamp now;

	for (size_t i = 0; i < c->n_sources; i++) {
		c->sources[i].class->stamp(c->sources[i].source, &now);
		if (memcmp(&now, &c->sources[i].stamp, sizeof(now)) != 0)
			return false;
	}
	return c->fresh && !ledger_changed(c->ledger) && !collection_retry_due(c);
}

int collection_refresh(struct collection *c, const char **err_msg)
{
	struct snapshot now = { 0 };
	int err;

	*err_msg = NULL;
	if (collection_unchanged(c))
		return 0;
	c->fresh = false;
	if (c->conf.evidence) {
		now.evidence = collection_evidence_sum;
		now.evidence_ctx = c;
	}
	err = collection_list(c, &now, err_msg);
	if (!err && (err = collection_reconcile(c, &now)) < 0)
		*err_msg = "the ledger cannot be written";
	if (err < 0) {
		snapshot_reset(&now);
		return err;
	}
	snapshot_reset(&c->state);
	c->state = now;
	c->fresh = true;
	collection_evidence_begin(c, false);
	return 0;
}

/* --- queries --- */

uint32_t collection_epoch(const struct collection *c)
{
	return ledger_epoch(c->ledger);
}

uint32_t collection_last_eid(const struct collection *c)
{
	return ledger_last_eid(c->ledger);
}

uint64_t collection_sequence(const struct collection *c)
{
	return ledger_sequence(c->ledger);
}

size_t collection_count(const struct collection *c)
{
	return c->state.n;
}

void collection_record(const struct collection *c, size_t i, struct swima_record *rec)
{
	const struct record *r = &c->state.records[i];

	*rec = (struct swima_record){
		.record_id = r->id,
		.model_pen = PEN_IETF,
		.model = r->model,
		.source = r->source,
		.id = r->identifier,
		.locator = r->locator,
	};
}

int collection_describe(struct collection *c, size_t i, struct wr *w)
{
	const struct record *r = &c->state.records[i];
	const struct collection_source *s = collection_source_of(c, r->source);

	if (!s)
		return ST_ENOENT;
	if (r->item.identifier.n)
		return s->class->record(s->source, &r->item, w);
	return collection_tag_write(c, r, w);
}

int collection_select(struct collection *c, struct span identifier, bool *wanted)
{
	return snapshot_select(&c->state, identifier, wanted);
}

int collection_find(struct collection *c, uint32_t record_id, size_t *i)
{
	return snapshot_find(&c->state, record_id, i);
}

int collection_events(struct collection *c, uint32_t from)
{
	return ledger_events(c->ledger, from);
}

int collection_event_next(struct collection *c, struct ledger_event *ev)
{
	return ledger_event_next(c->ledger, ev);
}

void collection_events_end(struct collection *c)
{
	ledger_events_end(c->ledger);
}

/* If the instance was removed later, its copy is in the deletion event. */
int collection_describe_event(struct collection *c, const struct ledger_event *ev,
			      struct wr *w)
{
	size_t i;
	int err;

	if (ev->action == SWIMA_DELETION) {
		wr_bytes(w, ev->copy);
		return w->err;
	}
	if ((err = collection_find(c, ev->record, &i)) == 0)
		return collection_describe(c, i, w);
	return err == ST_ENOENT ? ledger_copy(c->ledger, ev->record, w) : err;
}

const char *collection_directory(const struct collection *c, struct collection_walk *walk)
{
	while (walk->source < c->n_sources) {
		const struct collection_source *s = &c->sources[walk->source];
		const char *dir =
			s->class->watch ? s->class->watch(s->source, walk->at++) : NULL;

		if (dir)
			return dir;
		walk->source++;
		walk->at = 0;
	}
	return NULL;
}

size_t collection_sources(const struct collection *c, struct arena *a,
			  struct swima_source *out, size_t n)
{
	struct wr w = { 0 };
	size_t i;

	for (i = 0; i < c->n_sources && i < n; i++) {
		const struct collection_source *s = &c->sources[i];

		wr_truncate(&w, 0);
		wr_str(&w, s->class->name);
		wr_u8(&w, ' ');
		if (s->class->describe)
			s->class->describe(s->source, &w);
		else
			wr_str(&w, s->class->watch(s->source, 0));
		out[i].number = s->class->number;
		out[i].metadata = arena_copy(a, wr_span(&w));
	}
	wr_reset(&w);
	return i;
}
