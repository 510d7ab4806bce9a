/* SPDX-License-Identifier: BSD-2-Clause */
/* diff NAME --from T1 [--to T2]; diff NAME OTHER: differences between the software of two
 * sides. */
#include "admin/server/question.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

/* One side: the software of an endpoint at one time. */
struct side {
	struct question question;
	struct subject subject;
	struct arena arena;
	struct software_row **rows; /* sorted by cmp_kin after diff_cancel */
	size_t n, cap;
};

static struct span side_copy(struct side *s, struct span text, bool *ok)
{
	struct span copy = arena_copy(&s->arena, text);

	*ok &= copy.p != NULL;
	return copy;
}

static int side_add(void *ctx, const struct software_row *row)
{
	struct side *s = ctx;
	struct software_row *copy = arena_alloc(&s->arena, sizeof(*copy));
	bool ok = copy != NULL;

	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 1024;
		void *grown = realloc(s->rows, cap * sizeof(struct software_row *));

		if (!grown)
			return ST_ENOMEM;
		s->rows = grown;
		s->cap = cap;
	}
	if (!ok)
		return ST_ENOMEM;
	*copy = (struct software_row){ .id = row->id };
	copy->identifier = side_copy(s, row->identifier, &ok);
	copy->name = side_copy(s, row->name, &ok);
	copy->version = side_copy(s, row->version, &ok);
	copy->arch = side_copy(s, row->arch, &ok);
	copy->type = side_copy(s, row->type, &ok);
	s->rows[s->n++] = copy;
	return ok ? 0 : ST_ENOMEM;
}

static int side_read(struct side *s)
{
	return query_inventory(s->question.posture, s->question.when, s->subject.id, side_add,
			       s);
}

static void side_free(struct side *s)
{
	free(s->rows);
	arena_reset(&s->arena);
}

/* --- comparing ---------------------------------------------------------------------------- */

static int cmp_id(const void *a, const void *b)
{
	const struct software_row *x = *(struct software_row *const *)a,
				  *y = *(struct software_row *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Orders by name, architecture and type. Rows that are equal in this order (kin) are versions
 * of the same software. Software without a name is kin only of itself. */
static int kin_cmp(const struct software_row *x, const struct software_row *y)
{
	int c = span_cmp(x->name, y->name);

	if (!c)
		c = span_cmp(x->arch, y->arch);
	if (!c)
		c = span_cmp(x->type, y->type);
	return c || x->name.n ? c : span_cmp(x->identifier, y->identifier);
}

static int cmp_kin(const void *a, const void *b)
{
	const struct software_row *x = *(struct software_row *const *)a,
				  *y = *(struct software_row *const *)b;
	int c = kin_cmp(x, y);

	return c ? c : span_cmp(x->version, y->version);
}

/* Removes the software that both sides have. */
static void diff_cancel(struct side *a, struct side *b)
{
	size_t i = 0, j = 0, na = 0, nb = 0;

	if (a->n)
		qsort(a->rows, a->n, sizeof(*a->rows), cmp_id);
	if (b->n)
		qsort(b->rows, b->n, sizeof(*b->rows), cmp_id);
	while (i < a->n || j < b->n) {
		int c = i == a->n ? 1 : j == b->n ? -1 : cmp_id(&a->rows[i], &b->rows[j]);

		if (c == 0) {
			i++;
			j++;
		} else if (c < 0) {
			a->rows[na++] = a->rows[i++];
		} else {
			b->rows[nb++] = b->rows[j++];
		}
	}
	a->n = na;
	b->n = nb;
	if (na)
		qsort(a->rows, na, sizeof(*a->rows), cmp_kin);
	if (nb)
		qsort(b->rows, nb, sizeof(*b->rows), cmp_kin);
}

/* Number of consecutive rows from i that are kin of row i. */
static size_t diff_family(const struct side *s, size_t i)
{
	size_t n = 1;

	while (i + n < s->n && kin_cmp(s->rows[i], s->rows[i + n]) == 0)
		n++;
	return n;
}

struct diff {
	struct response *response;
	struct side side[2];
};

/* Sends one row; was or is may be NULL. */
static int diff_row(struct diff *d, const struct software_row *was,
		    const struct software_row *is)
{
	const struct software_row *any = is ? is : was;
	const struct answer_freshness *f = &d->side[0].subject.freshness,
				      *g = &d->side[1].subject.freshness;
	int64_t oldest = f->complete_through < g->complete_through ? f->complete_through
								   : g->complete_through;
	struct cell cells[DI_N] = {
		[DI_CHANGE] = cell_str(!was  ? "added"
				       : !is ? "removed"
					     : "changed"),
		[DI_NAME] = cell_known(any->name),
		[DI_WAS] = was ? cell_known(was->version) : cell_null(),
		[DI_VERSION] = is ? cell_known(is->version) : cell_null(),
		[DI_ARCH] = cell_known(any->arch),
		[DI_TYPE] = cell_known(any->type),
		[DI_IDENTIFIER] = cell_text(any->identifier),
		[DI_WAS_IDENTIFIER] = was && is ? cell_text(was->identifier) : cell_null(),
		[DI_COMPLETE] = cell_time(oldest),
		[DI_STALE] = cell_bool(f->stale || g->stale),
	};

	return response_row(d->response, cells);
}

/* Sends the rows of one family: n rows of the first side from i, m of the second from j. If n
 * equals m they are paired as changed; otherwise the pairing is unknown, and each is removed
 * or added. */
static int diff_families(struct diff *d, size_t i, size_t n, size_t j, size_t m)
{
	struct side *a = &d->side[0], *b = &d->side[1];
	bool paired = n == m;
	int err = 0;

	for (size_t k = 0; k < n && !err; k++)
		err = diff_row(d, a->rows[i + k], paired ? b->rows[j + k] : NULL);
	for (size_t k = 0; k < m && !paired && !err; k++)
		err = diff_row(d, NULL, b->rows[j + k]);
	return err;
}

static int diff_compare(struct diff *d)
{
	struct side *a = &d->side[0], *b = &d->side[1];
	int err = 0;

	diff_cancel(a, b);
	for (size_t i = 0, j = 0; !err && (i < a->n || j < b->n);) {
		int c = i == a->n ? 1 : j == b->n ? -1 : kin_cmp(a->rows[i], b->rows[j]);
		size_t n = c <= 0 ? diff_family(a, i) : 0;
		size_t m = c >= 0 ? diff_family(b, j) : 0;

		err = diff_families(d, i, n, j, m);
		i += n;
		j += m;
	}
	return err;
}

/* --- the question -------------------------------------------------------------------------- */

/* Sets the times of both sides. ST_EVALUE: the end of the answer is set. */
static int diff_sides(struct diff *d, const struct question *a)
{
	const struct admin_request *r = d->response->request;
	int64_t from = request_time(r, "from"), to = request_time(r, "to");
	bool other = request_text(r, "other") != NULL;
	bool sense = other ? !from && !to : from && !request_time(r, "as_of");

	if (!sense)
		response_end(d->response, ADMIN_USAGE,
			     "compare two endpoints (NAME OTHER [--as-of T]) or one endpoint "
			     "at two times (NAME --from T [--to T])");
	d->side[0].question = d->side[1].question = *a;
	if (sense && !other) {
		question_at(&d->side[0].question, (struct when){ from, a->when.known_at });
		question_at(&d->side[1].question, (struct when){ to, a->when.known_at });
	}
	return sense ? 0 : ST_EVALUE;
}

/* Finds the endpoints, the second side first: an endpoint that is only missing on the first
 * side was not yet known then. */
static int diff_subjects(struct diff *d)
{
	const char *name = request_text(d->response->request, "name");
	const char *other = request_text(d->response->request, "other");
	int err = question_endpoint(d->response, &d->side[1].question, other ? other : name,
				    &d->side[1].subject);

	if (err)
		return err;
	err = question_endpoint(d->response, &d->side[0].question, name, &d->side[0].subject);
	if (err == ST_ENOENT && !other)
		response_end(d->response, ADMIN_STALE, "'%s' was not known at that time",
			     name);
	return err;
}

/* Stale if one of the sides is. */
static void diff_end(struct diff *d)
{
	const struct answer_freshness *f = &d->side[0].subject.freshness,
				      *g = &d->side[1].subject.freshness;
	const char *no = response_rows(d->response) ? NULL : "no differences";

	freshness_end(d->response, f->stale ? f : g, no);
}

static int diff_answer(struct diff *d, const struct question *a)
{
	int err;

	if (diff_sides(d, a) < 0)
		return 0;
	err = diff_subjects(d);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	for (size_t i = 0; i < 2 && !err; i++)
		err = side_read(&d->side[i]);
	if (!err)
		err = diff_compare(d);
	if (!err)
		diff_end(d);
	for (size_t i = 0; i < 2; i++)
		if (err == ST_ELIMIT || d->side[i].question.future)
			return question_end(d->response, &d->side[i].question, err);
	return question_end(d->response, a, err);
}

static int diff_run(struct response *response)
{
	struct diff d = { .response = response };
	struct question a;
	int err;

	if (question_begin(response, &a) < 0)
		return 0;
	err = diff_answer(&d, &a);
	side_free(&d.side[0]);
	side_free(&d.side[1]);
	return err;
}

/* clang-format off */
const struct handler diff_handlers[] = {
	{ NULL, diff_run },
	{ NULL, NULL },
};
/* clang-format on */
