/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* qsort_r */
#include "snapshot.h"

#include "base/err.h"
#include "wire/coswid.h"
#include "wire/swima.h"

#include <stdlib.h>

void snapshot_reset(struct snapshot *s)
{
	free(s->records);
	free(s->by_identifier);
	free(s->by_id);
	arena_reset(&s->arena);
	*s = (struct snapshot){ 0 };
}

/* State of one list call. */
struct snapshot_run {
	struct snapshot *s;
	const struct source_class *class;
	const struct identifier_rules *rules;
	size_t max;
	struct wr w; /* scratch */
};

struct record *snapshot_room(struct snapshot *s, size_t max)
{
	struct record *p;

	if (s->n == max)
		return NULL;
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;

		if (!(p = realloc(s->records, cap * sizeof(*p))))
			return NULL;
		s->records = p;
		s->cap = cap;
	}
	p = &s->records[s->n];
	*p = (struct record){ 0 };
	return p;
}

/* Removes the first n octets from *s and returns them. */
static struct span cut(struct span *s, size_t n)
{
	struct span head = { s->p, n };

	s->p += n;
	s->n -= n;
	return head;
}

#define ITEM_FIELDS 8

/* The fields of an item that form the content of its record, in this order. */
static void item_fields(struct source_item *item, struct span *fields[ITEM_FIELDS])
{
	struct span *const all[ITEM_FIELDS] = {
		&item->name,           &item->version,  &item->arch,      &item->origin,
		&item->origin_version, &item->supplier, &item->directory, &item->digest,
	};

	memcpy(fields, all, sizeof(all));
}

/* Writes the content, one field per line, and lets r->item borrow it. The ledger compares this
 * content. */
static int run_copy(struct snapshot_run *run, const struct source_item *item, struct record *r)
{
	struct span *in[ITEM_FIELDS], *out[ITEM_FIELDS], text;
	struct source_item borrowed = *item;

	item_fields(&borrowed, in);
	item_fields(&r->item, out);
	wr_truncate(&run->w, 0);
	for (size_t i = 0; i < ITEM_FIELDS; i++) {
		wr_bytes(&run->w, *in[i]);
		wr_u8(&run->w, '\n');
	}
	wr_u8(&run->w, (uint8_t)('0' + r->model));
	if (run->w.err)
		return run->w.err;
	r->content = text = arena_copy(&run->s->arena, wr_span(&run->w));
	if (!text.p)
		return ST_ENOMEM;
	for (size_t i = 0; i < ITEM_FIELDS; i++) {
		*out[i] = cut(&text, in[i]->n);
		(void)cut(&text, 1);
	}
	r->item.since = item->since;
	r->key = r->item.key = arena_copy(&run->s->arena, item->key);
	return r->key.p ? 0 : ST_ENOMEM;
}

int snapshot_recall(struct span content, struct record *r)
{
	struct span *out[ITEM_FIELDS];

	item_fields(&r->item, out);
	for (size_t i = 0; i < ITEM_FIELDS; i++) {
		const uint8_t *end = content.n ? memchr(content.p, '\n', content.n) : NULL;

		if (!end)
			return ST_EVALUE;
		*out[i] = cut(&content, (size_t)(end - content.p));
		(void)cut(&content, 1);
	}
	if (content.n != 1)
		return ST_EVALUE;
	r->model = (uint8_t)(content.p[0] - '0');
	return 0;
}

/* Copies the scratch buffer into the arena. */
static int run_keep(struct snapshot_run *run, struct span *to)
{
	if (run->w.err)
		return run->w.err;
	if (run->w.len > SWIMA_MAX_STRING)
		return ST_ELIMIT;
	*to = arena_copy(&run->s->arena, wr_span(&run->w));
	return to->p ? 0 : ST_ENOMEM;
}

/* Sets identifier and data model: from the tag of the software, or else made here. */
static int run_name(struct snapshot_run *run, const struct source_item *item, struct record *r)
{
	const struct identifier_rules *rules = run->rules;
	size_t regid = strlen(rules->regid) + 2;

	wr_truncate(&run->w, 0);
	if (item->identifier.n) {
		r->model = item->model;
		wr_bytes(&run->w, item->identifier);
		return run_keep(run, &r->identifier);
	}
	(void)identifier_write(&run->w, rules, run->class->language, item);
	r->model = rules->model;
	if (r->model == SWIMA_MODEL_COSWID && !run->w.err &&
	    !coswid_can_name(wr_span_from(&run->w, regid)))
		r->model = SWIMA_MODEL_SWID_2015;
	return run_keep(run, &r->identifier);
}

/* Copies the item. The digest of software without a tag of its own is the hash of its
 * evidence. */
static int run_describe(struct snapshot_run *run, const struct source_item *item,
			struct record *r)
{
	struct source_item known = *item;
	char text[SHA256_TEXT];

	if (run->s->evidence && run->class->files && !item->identifier.n &&
	    run->s->evidence(run->s->evidence_ctx, run->class->number, item->key,
			     r->identifier, text) > 0)
		known.digest = span_str(text);
	return run_copy(run, &known, r);
}

static int run_each(void *ctx, const struct source_item *item)
{
	struct snapshot_run *run = ctx;
	struct record *r = snapshot_room(run->s, run->max);
	int err;

	if (!r)
		return run->s->n == run->max ? ST_ELIMIT : ST_ENOMEM;
	if ((err = run_name(run, item, r)) < 0 || (err = run_describe(run, item, r)) < 0)
		return err;
	if (item->identifier.n)
		r->item.identifier = r->identifier;
	wr_truncate(&run->w, 0);
	(void)identifier_locator(&run->w, item->directory);
	if (run->w.len && (err = run_keep(run, &r->locator)) < 0)
		return err;
	r->source = run->class->number;
	run->s->n++;
	return 0;
}

int snapshot_take(struct snapshot *s, const struct source_class *class, struct source *source,
		  const struct identifier_rules *rules, size_t max)
{
	struct snapshot_run run = { .s = s, .class = class, .rules = rules, .max = max };
	int err = class->list(source, run_each, &run);

	wr_reset(&run.w);
	return err;
}

int record_cmp(const struct record *x, const struct record *y)
{
	int c = (x->source > y->source) - (x->source < y->source);

	return c ? c : span_cmp(x->key, y->key);
}

static int record_order(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	int c = record_cmp(x, y);

	return c ? c : span_cmp(x->content, y->content);
}

/* Of duplicates the same one is kept, whatever the order in which they were listed. */
void snapshot_sort(struct snapshot *s)
{
	size_t to = 0;

	if (!s->n)
		return;
	qsort(s->records, s->n, sizeof(s->records[0]), record_order);
	for (size_t i = 1; i < s->n; i++)
		if (record_cmp(&s->records[to], &s->records[i]) != 0)
			s->records[++to] = s->records[i];
	s->n = to + 1;
}

static int index_cmp(const void *a, const void *b, void *ctx)
{
	const struct snapshot *s = ctx;

	return span_cmp(s->records[*(const size_t *)a].identifier,
			s->records[*(const size_t *)b].identifier);
}

static int snapshot_index(struct snapshot *s)
{
	if (s->by_identifier)
		return 0;
	if (!(s->by_identifier = calloc(s->n + 1, sizeof(*s->by_identifier))))
		return ST_ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		s->by_identifier[i] = i;
	qsort_r(s->by_identifier, s->n, sizeof(*s->by_identifier), index_cmp, s);
	return 0;
}

/* Searches the sorted list for one identifier at a time, so a request needs no memory here. */
int snapshot_select(struct snapshot *s, struct span identifier, bool *wanted)
{
	struct arena a = { 0 };
	size_t lo = 0, hi = s->n;
	int err;

	if ((err = snapshot_index(s)) < 0)
		return err;
	identifier = identifier_normalise(&a, identifier);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (span_cmp(s->records[s->by_identifier[mid]].identifier, identifier) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < s->n; lo++) {
		if (!span_eq(s->records[s->by_identifier[lo]].identifier, identifier))
			break;
		wanted[s->by_identifier[lo]] = true;
	}
	arena_reset(&a);
	return 0;
}

static int id_cmp(const void *a, const void *b, void *ctx)
{
	const struct snapshot *s = ctx;
	uint32_t x = s->records[*(const size_t *)a].id, y = s->records[*(const size_t *)b].id;

	return (x > y) - (x < y);
}

int snapshot_find(struct snapshot *s, uint32_t id, size_t *at)
{
	size_t lo = 0, hi = s->n;

	if (!s->by_id) {
		if (!(s->by_id = calloc(s->n + 1, sizeof(*s->by_id))))
			return ST_ENOMEM;
		for (size_t i = 0; i < s->n; i++)
			s->by_id[i] = i;
		qsort_r(s->by_id, s->n, sizeof(*s->by_id), id_cmp, s);
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->records[s->by_id[mid]].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == s->n || s->records[s->by_id[lo]].id != id)
		return ST_ENOENT;
	*at = s->by_id[lo];
	return 0;
}
