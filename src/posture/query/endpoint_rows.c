/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query/endpoint_rows.h"
#include "posture/query/history_rows.h"

#define CHUNK 512 /* rows copied under one lock */

static int emit_chunk(struct posture_read *p, const struct moment *m,
		      const struct id_list *ids,
		      int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct endpoint_row *rows;
	struct arena a = { 0 };
	size_t n = 0;
	int err = history_rows(p, m, ids, &a, &rows, &n);

	for (size_t i = 0; i < n && !err; i++)
		err = fn(ctx, &rows[i]);
	arena_reset(&a);
	return err;
}

/* The past in one pass, because each pass reads the journal; the present in chunks. */
int endpoint_rows_emit(struct posture_read *p, const struct moment *m,
		       const struct id_list *ids,
		       int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	size_t step = m->past && m->as_of ? ids->n : CHUNK;
	int err = 0;

	for (size_t i = 0; i < ids->n && !err; i += step) {
		size_t n = ids->n - i < step ? ids->n - i : step;

		err = emit_chunk(p, m, &(struct id_list){ ids->v + i, n, 0 }, fn, ctx);
	}
	return err;
}

int endpoint_rows_emit_brief(struct posture_read *p, const struct moment *m,
			     const struct id_list *ids, const struct uncertainty *d,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct endpoint_row rows[CHUNK];
	int err = 0;

	for (size_t i = 0; i < ids->n && !err; i += CHUNK) {
		size_t end = ids->n - i < CHUNK ? ids->n : i + CHUNK, n = 0;
		struct arena a = { 0 };

		index_read_lock(p);
		for (size_t k = i; k < end && !err; k++)
			err = history_brief(m, index_endpoint(&p->ix, ids->v[k]), d, &a,
					    &rows[n++]);
		index_unlock(p);
		for (size_t k = 0; k < n && !err; k++)
			err = fn(ctx, &rows[k]);
		arena_reset(&a);
	}
	return err;
}
