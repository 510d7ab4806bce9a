#include "collection.h"

#include "ledger.h"
#include "snapshot.h"

#include "base/err.h"
#include "wire/coswid.h"

#include <stdlib.h>

struct collection_source {
	const struct source_class *class;
	struct source *source;
	struct source_stamp stamp;
};

struct collection {
	struct collection_conf conf;
	struct collection_source sources[COLLECTION_MAX_SOURCES];
	size_t n_sources;
	struct ledger *ledger;
	struct snapshot state;
	bool fresh; /* state has been filled, and the stamps are those of before that */
};

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
		log_debug(c->conf.source.log, "source not on this system: source=%s", name);
		return 0;
	}
	if (err < 0) {
		log_error(c->conf.source.log, "source cannot be opened: source=%s error=%s",
			  name, st_strerror(err));
		return err;
	}
	s->class = class;
	c->n_sources++;
	return 0;
}

int collection_open(const struct collection_conf *conf, struct collection **out)
{
	struct collection *c = calloc(1, sizeof(*c));
	const char *why = NULL;
	int err = 0;

	if (!c)
		return ST_ENOMEM;
	c->conf = *conf;
	for (size_t i = 0; conf->sources[i] && !err; i++)
		err = collection_open_source(c, conf->sources[i]);
	if (!err)
		err = ledger_open(conf->ledger, &c->ledger, &why);
	if (why)
		log_warn(conf->source.log, "ledger not used as it was: path=%s reason=%s",
			 conf->ledger, why);
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
	ledger_close(c->ledger);
	snapshot_reset(&c->state);
	free(c);
}

/* --- listing the sources --- */

static int collection_list(struct collection *c, struct snapshot *state, const char **why)
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
				  "source cannot be read: source=%s error=%s", s->class->name,
				  st_strerror(err));
	}
	if (err == ST_ELIMIT)
		*why = "more software than this collector is set to report";
	else if (err < 0)
		*why = "a package database cannot be read";
	else
		snapshot_sort(state);
	return err;
}

/* --- bringing the ledger up to date --- */

/* How the new list differs from what the ledger has. */
struct collection_diff {
	struct snapshot gone;   /* entries to remove; content unused */
	size_t *added, n_added; /* indices into the new list */
	size_t *altered, n_altered;
};

static void diff_reset(struct collection_diff *d)
{
	snapshot_reset(&d->gone);
	free(d->added);
	free(d->altered);
	*d = (struct collection_diff){ 0 };
}

static int diff_gone(struct collection_diff *d, const struct ledger_entry *e)
{
	struct record *r = snapshot_room(&d->gone, SIZE_MAX);

	if (!r)
		return ST_ENOMEM;
	r->source = e->source;
	r->key = arena_copy(&d->gone.arena, e->key);
	if (!r->key.p)
		return ST_ENOMEM;
	d->gone.n++;
	return 0;
}

/* The same instance before and now. A new identifier is another software (RFC 8412, 3.7). */
static int diff_same(struct collection_diff *d, const struct ledger_entry *e, struct record *r,
		     size_t i)
{
	int err = 0;

	if (!span_eq(e->identifier, r->identifier)) {
		if ((err = diff_gone(d, e)) < 0)
			return err;
		d->added[d->n_added++] = i;
		return 0;
	}
	r->id = e->id;
	if (!span_eq(e->content, r->content))
		d->altered[d->n_altered++] = i;
	return 0;
}

/* Both are in the same order: one walk over the two. */
static int collection_diff(struct collection *c, struct snapshot *now,
			   struct collection_diff *d)
{
	struct ledger_entry e = { 0 };
	size_t i = 0;
	int got, err;

	d->added = calloc(now->n + 1, sizeof(*d->added));
	d->altered = calloc(now->n + 1, sizeof(*d->altered));
	if (!d->added || !d->altered)
		return ST_ENOMEM;
	if ((err = ledger_rewind(c->ledger)) < 0)
		return err;
	while ((got = ledger_next(c->ledger, &e)) > 0) {
		struct record before = { .source = e.source, .key = e.key };

		while (i < now->n && record_cmp(&now->records[i], &before) < 0)
			d->added[d->n_added++] = i++;
		if (i < now->n && record_cmp(&now->records[i], &before) == 0) {
			err = diff_same(d, &e, &now->records[i], i);
			i++;
		} else {
			err = diff_gone(d, &e);
		}
		if (err < 0)
			return err;
	}
	while (i < now->n)
		d->added[d->n_added++] = i++;
	(void)ledger_rewind(c->ledger);
	return got;
}

static const struct collection_source *collection_source_of(const struct collection *c,
							    uint8_t number)
{
	for (size_t i = 0; i < c->n_sources; i++)
		if (c->sources[i].class->number == number)
			return &c->sources[i];
	return NULL;
}

static int collection_add(struct collection *c, struct record *r)
{
	const struct collection_source *s = collection_source_of(c, r->source);
	struct ledger_entry e = {
		.source = r->source,
		.key = r->key,
		.identifier = r->identifier,
		.content = r->content,
		.since = r->item.since,
	};
	int err;

	if (!e.since && s && s->class->installed)
		e.since = s->class->installed(s->source, &r->item);
	err = ledger_add(c->ledger, &e);
	r->id = e.id;
	return err;
}

static int collection_apply(struct collection *c, struct snapshot *now,
			    struct collection_diff *d)
{
	bool first = ledger_empty(c->ledger);
	int err = 0;

	if (!d->gone.n && !d->n_added && !d->n_altered)
		return 0;
	for (size_t i = 0; i < d->gone.n && !err; i++)
		err = ledger_remove(
			c->ledger, &(struct ledger_entry){ .source = d->gone.records[i].source,
							   .key = d->gone.records[i].key });
	for (size_t i = 0; i < d->n_altered && !err; i++)
		err = ledger_alter(c->ledger,
				   &(struct ledger_entry){
					   .source = now->records[d->altered[i]].source,
					   .key = now->records[d->altered[i]].key,
					   .content = now->records[d->altered[i]].content });
	for (size_t i = 0; i < d->n_added && !err; i++)
		err = collection_add(c, &now->records[d->added[i]]);
	if (!err && !first)
		ledger_new_epoch(c->ledger);
	return err;
}

static int collection_account(struct collection *c, struct snapshot *now)
{
	struct collection_diff d = { 0 };
	int err;

	if ((err = ledger_begin(c->ledger)) < 0)
		return err;
	if ((err = collection_diff(c, now, &d)) == 0)
		err = collection_apply(c, now, &d);
	err = ledger_end(c->ledger, err);
	if (!err && (d.gone.n || d.n_added || d.n_altered))
		log_info(c->conf.source.log,
			 "software changed: added=%zu removed=%zu altered=%zu epoch=%08x",
			 d.n_added, d.gone.n, d.n_altered, ledger_epoch(c->ledger));
	diff_reset(&d);
	return err;
}

/* The ledger's disk may be full or gone, and the endpoint still has to answer: go on without
 * it, in a new epoch. */
static int collection_account_anyhow(struct collection *c, struct snapshot *now)
{
	int err = collection_account(c, now);
	struct ledger *fallback = NULL;
	const char *why;

	if (err != ST_EDB && err != ST_EBUSY)
		return err;
	log_warn(c->conf.source.log, "ledger cannot be written, going on in memory: path=%s",
		 c->conf.ledger);
	if ((err = ledger_open(NULL, &fallback, &why)) < 0)
		return err;
	ledger_close(c->ledger);
	c->ledger = fallback;
	return collection_account(c, now);
}

static bool collection_unchanged(struct collection *c)
{
	struct source_stamp now;

	for (size_t i = 0; i < c->n_sources; i++) {
		c->sources[i].class->stamp(c->sources[i].source, &now);
		if (memcmp(&now, &c->sources[i].stamp, sizeof(now)) != 0)
			return false;
	}
	return c->fresh;
}

int collection_refresh(struct collection *c, const char **why)
{
	struct snapshot now = { 0 };
	int err;

	*why = NULL;
	if (collection_unchanged(c))
		return 0;
	c->fresh = false;
	err = collection_list(c, &now, why);
	if (!err && (err = collection_account_anyhow(c, &now)) < 0)
		*why = "the collector's own records cannot be kept";
	if (err < 0) {
		snapshot_reset(&now);
		return err;
	}
	snapshot_reset(&c->state);
	c->state = now;
	c->fresh = true;
	return 0;
}

/* --- answering --- */

uint32_t collection_epoch(const struct collection *c)
{
	return ledger_epoch(c->ledger);
}

uint32_t collection_last_eid(const struct collection *c)
{
	return ledger_last_eid(c->ledger);
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

/* The tag of a package that brings none. */
static int collection_make_tag(const struct collection *c, const struct record *r,
			       const struct source_class *class, struct wr *w)
{
	const struct identifier_rules *rules = &c->conf.rules;
	size_t regid = strlen(rules->regid) + 2;
	struct wr purl = { 0 };
	struct swid_tag tag = {
		.name = r->item.name,
		.tag_id = { r->identifier.p + regid, r->identifier.n - regid },
		.version = r->item.version,
		.version_scheme = span_str("alphanumeric"),
		.creator = span_str(c->conf.maker),
		.regid = span_str(rules->regid),
		.supplier = r->item.supplier,
		.supplier_role = span_str("maintainer"),
		.arch = r->item.arch,
		.source = r->item.origin,
		.source_version = r->item.origin_version,
	};
	int err = identifier_purl(&purl, rules, class->purl_type, &r->item);

	if (!err) {
		tag.purl = wr_span(&purl);
		err = r->model == SWIMA_MODEL_COSWID ? coswid_write(w, &tag)
						     : swid_xml_write(w, &tag);
	}
	wr_reset(&purl);
	return err;
}

int collection_describe(const struct collection *c, size_t i, struct wr *w)
{
	const struct record *r = &c->state.records[i];
	const struct collection_source *s = collection_source_of(c, r->source);

	if (!s)
		return ST_ENOENT;
	if (r->item.identifier.n)
		return s->class->record(s->source, &r->item, w);
	return collection_make_tag(c, r, s->class, w);
}

int collection_select(struct collection *c, struct span identifier, bool *wanted)
{
	return snapshot_select(&c->state, identifier, wanted);
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
