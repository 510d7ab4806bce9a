/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence of records: the next instance to check, and the results. */
#include "collection_evidence.h"
#include "collection_core.h"
#include "ledger_evidence.h"
#include "ledger_file.h"

#include "base/err.h"

#include <stdlib.h>

#define EVIDENCE_SCAN 256            /* records tried in one call */
#define EVIDENCE_BATCH 64            /* instances written at once */
#define EVIDENCE_BATCH_MAX (1 << 18) /* or octets */

int collection_evidence_open(struct collection *c)
{
	struct collection_evidence *e = &c->evidence;
	int err;

	if (!c->conf.evidence) {
		if ((err = ledger_begin(c->ledger)) < 0)
			return 0;
		(void)ledger_end(c->ledger, ledger_evidence_clear(c->ledger));
		return 0;
	}
	e->rows = calloc(EVIDENCE_BATCH, sizeof(*e->rows));
	e->sha = sha256_new();
	return e->rows && e->sha ? 0 : ST_ENOMEM;
}

void collection_evidence_close(struct collection *c)
{
	arena_reset(&c->evidence.arena);
	free(c->evidence.rows);
	sha256_free(c->evidence.sha);
}

/* --- writing --- */

/* Results that cannot be written are lost, and the files are checked again in the next
 * pass. */
static void evidence_flush(struct collection *c)
{
	struct collection_evidence *e = &c->evidence;
	int err;

	if (!e->n)
		return;
	if ((err = ledger_begin(c->ledger)) == 0) {
		for (size_t i = 0; i < e->n && !err; i++)
			err = ledger_evidence_put(c->ledger, &e->rows[i]);
		err = ledger_end(c->ledger, err);
	}
	if (err) {
		log_warn(c->conf.source.log, "evidence cannot be written: error=\"%s\"",
			 st_strerror(err));
		e->running = false;
	}
	e->n = 0;
	arena_reset(&e->arena);
}

static int evidence_put(struct collection *c, const struct ledger_evidence *row)
{
	struct collection_evidence *e = &c->evidence;
	struct ledger_evidence *to = &e->rows[e->n];

	*to = (struct ledger_evidence){ .source = row->source,
					.key = arena_copy(&e->arena, row->key),
					.identifier = arena_copy(&e->arena, row->identifier),
					.sum = arena_copy(&e->arena, row->sum),
					.files = arena_copy(&e->arena, row->files) };
	if (!to->key.p || !to->identifier.p || !to->sum.p || !to->files.p)
		return ST_ENOMEM;
	e->total += row->files.n;
	if (++e->n == EVIDENCE_BATCH || e->arena.used > EVIDENCE_BATCH_MAX)
		evidence_flush(c);
	return 0;
}

void collection_evidence_begin(struct collection *c, bool check)
{
	struct collection_evidence *e = &c->evidence;

	if (!c->conf.evidence || !ledger_on_disk(c->ledger))
		return;
	evidence_flush(c);
	e->running = true;
	e->check |= check;
	e->at = e->total = 0;
}

/* --- the next instance --- */

static int evidence_file(void *ctx, struct span path, bool changeable)
{
	return evidence_list_add(ctx, path, changeable);
}

/* Reads the evidence kept for r, if it is of the same software. 1; 0: none; ST_E... */
static int evidence_known(struct collection *c, const struct record *r,
			  struct evidence_work *work)
{
	struct ledger_evidence row;
	int got = ledger_evidence_get(c->ledger, r->source, r->key, &row);

	if (got > 0 && span_eq(row.identifier, r->identifier)) {
		work->octets = arena_copy(&work->files.arena, row.files);
		if (!work->octets.p || evidence_list_decode(work->octets, &work->known) < 0)
			evidence_list_reset(&work->known);
	} else if (got > 0) {
		got = 0;
	}
	ledger_evidence_end(c->ledger);
	return got;
}

/* Records that r has no evidence, so that it is not tried again before the next full check. */
static int evidence_none(struct collection *c, const struct record *r)
{
	c->evidence.changed |= r->item.digest.n > 0;
	return evidence_put(c, &(struct ledger_evidence){ .source = r->source,
							  .key = r->key,
							  .identifier = r->identifier });
}

static bool evidence_room(struct collection *c)
{
	struct collection_evidence *e = &c->evidence;

	if (e->total < c->conf.evidence_octets)
		return true;
	if (!e->full)
		log_warn(c->conf.source.log, "evidence limit reached: octets=%zu",
			 c->conf.evidence_octets);
	e->full = true;
	return false;
}

/* 1: *work is filled with the files of r; 0: nothing to check; ST_E... */
static int evidence_try(struct collection *c, const struct record *r,
			struct evidence_work *work)
{
	struct collection_evidence *e = &c->evidence;
	const struct collection_source *s = collection_source_of(c, r->source);
	int known, err;

	if (!s || !s->class->files || r->item.identifier.n)
		return 0;
	if ((known = evidence_known(c, r, work)) < 0)
		return known;
	if (known && !e->check) {
		e->total += work->octets.n;
		return 0;
	}
	work->files.max = c->conf.evidence_files;
	err = evidence_room(c)
		      ? s->class->files(s->source, &r->item, evidence_file, &work->files)
		      : ST_ELIMIT;
	if (err)
		return err == ST_ENOENT || err == ST_ELIMIT ? evidence_none(c, r)
		       : err == ST_ENOMEM                   ? err
							    : 0; /* in the next pass */
	work->source = r->source;
	work->key = arena_copy(&work->files.arena, r->key);
	work->identifier = arena_copy(&work->files.arena, r->identifier);
	work->recorded = arena_copy(&work->files.arena, r->item.digest);
	if (!work->key.p || !work->identifier.p || !work->recorded.p)
		return ST_ENOMEM;
	evidence_list_sort(&work->files);
	return 1;
}

/* Ends a pass. A difference is found by the next collection_refresh. */
static enum evidence_next evidence_end(struct collection *c)
{
	struct collection_evidence *e = &c->evidence;
	bool changed = e->changed;

	evidence_flush(c);
	e->running = e->check = e->changed = e->full = false;
	if (changed)
		c->fresh = false;
	return changed ? EVIDENCE_REFRESH : EVIDENCE_DONE;
}

enum evidence_next collection_evidence_next(struct collection *c, struct evidence_work *work)
{
	struct collection_evidence *e = &c->evidence;
	int got = 0;

	for (size_t i = 0; e->running && !got && i < EVIDENCE_SCAN; i++) {
		if (e->at == c->state.n)
			return evidence_end(c);
		evidence_work_reset(work);
		got = evidence_try(c, &c->state.records[e->at++], work);
	}
	if (got < 0)
		e->running = false;
	if (!e->running)
		return EVIDENCE_DONE;
	return got ? EVIDENCE_WORK : EVIDENCE_LATER;
}

int collection_evidence_take(struct collection *c, const struct evidence_work *work)
{
	struct collection_evidence *e = &c->evidence;
	char text[SHA256_TEXT] = "";
	struct wr w = { 0 };
	struct ledger_evidence row = {
		.source = work->source,
		.key = work->key,
		.identifier = work->identifier,
	};
	int err = evidence_list_encode(&work->files, &w);

	if (!err && work->files.n) {
		row.sum = span_of(work->sum, SHA256_SIZE);
		row.files = wr_span(&w);
		sha256_text(work->sum, text);
	}
	if (!err && (!work->known.n || !span_eq(row.files, work->octets)))
		err = evidence_put(c, &row);
	else if (!err)
		e->total += row.files.n;
	if (!err && !span_eq(span_str(text), work->recorded))
		e->changed = true;
	wr_reset(&w);
	return err;
}

/* --- evidence in records --- */

int collection_evidence_sum(void *ctx, uint8_t source, struct span key, struct span identifier,
			    char text[SHA256_TEXT])
{
	const struct collection *c = ctx;
	struct ledger_evidence row;
	int got = ledger_evidence_get(c->ledger, source, key, &row);

	if (got > 0 && row.sum.n == SHA256_SIZE && span_eq(row.identifier, identifier))
		sha256_text(row.sum.p, text);
	else
		got = 0;
	ledger_evidence_end(c->ledger);
	return got;
}

/* Loads the evidence kept for r. ST_ENOENT: none; ST_EVALUE: damaged; ST_EBUSY: it does not
 * match the digest of r. */
static int evidence_load(struct collection *c, const struct record *r, struct arena *a,
			 struct evidence_list *l)
{
	uint8_t kept[SHA256_SIZE] = { 0 }, sum[SHA256_SIZE];
	struct ledger_evidence row;
	char text[SHA256_TEXT];
	struct span octets;
	int err = ST_ENOENT;

	if (ledger_evidence_get(c->ledger, r->source, r->key, &row) > 0) {
		octets = arena_copy(a, row.files);
		if (row.sum.n == SHA256_SIZE)
			memcpy(kept, row.sum.p, SHA256_SIZE);
		err = octets.p ? evidence_list_decode(octets, l) : ST_ENOMEM;
	}
	ledger_evidence_end(c->ledger);
	if (!err)
		err = evidence_list_sum(l, c->evidence.sha, sum);
	if (err)
		return err;
	if (memcmp(kept, sum, sizeof(sum)) != 0)
		return ST_EVALUE;
	sha256_text(sum, text);
	return span_eq(span_str(text), r->item.digest) ? 0 : ST_EBUSY;
}

int collection_evidence_describe(struct collection *c, const struct record *r, struct arena *a,
				 struct evidence_list *l, struct swid_tag *tag)
{
	int err = evidence_load(c, r, a, l);

	if (err == ST_EVALUE)
		(void)ledger_evidence_drop(c->ledger, r->source, r->key);
	if (err == ST_EVALUE || err == ST_EBUSY || err == ST_ENOENT) {
		c->fresh = false;
		return ST_EBUSY;
	}
	if (err)
		return err;
	tag->files = evidence_list_files(l, a);
	tag->n_files = l->n;
	return tag->files ? 0 : ST_ENOMEM;
}
