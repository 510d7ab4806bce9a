/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memmem */
#include "posture/state/dictionary.h"
#include "posture/state/description.h"
#include "base/err.h"

#include <fnmatch.h>
#include <stdlib.h>

#define MAX_STARS 8 /* some fnmatch's time grows with the power of them */
#define TAIL_MIN 512
#define PORTION 2048              /* entries that are looked at without a pause, */
#define PORTION_OCTETS (1u << 20) /* with so much text at most */

/* One line of a name table. hold keeps a name alive that its entry may have lost since. */
struct name_ref {
	const char *s;
	struct text *hold;
	uint32_t id;
};

struct dictionary_entry *dictionary_get(const struct dictionary *d, uint32_t id)
{
	return id && id <= d->n ? d->by_id[id] : NULL;
}

struct dictionary_entry *dictionary_find(const struct dictionary *d, struct span identifier)
{
	return dictionary_get(d, key_table_find(&d->by_identifier, identifier));
}

struct dictionary_entry *dictionary_entry_new(uint32_t id, struct span identifier)
{
	struct dictionary_entry *e = calloc(1, sizeof(*e) + identifier.n + 1);

	if (!e)
		return NULL;
	e->id = id;
	e->n = (uint32_t)identifier.n;
	if (identifier.n)
		memcpy(e->s, identifier.p, identifier.n);
	return e;
}

void dictionary_entry_free(struct dictionary_entry *e, struct text_pool *texts)
{
	if (!e)
		return;
	description_drop(&e->d, texts);
	free(e);
}

static int name_cmp(const void *a, const void *b)
{
	const struct name_ref *x = a, *y = b;
	int c = strcmp(x->s, y->s);

	return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* Puts the new lines in their places once there are enough of them to be worth it: they are
 * sorted among themselves, and merged from the back. */
static void name_table_sort(struct name_table *t)
{
	size_t old = t->sorted, n = t->n - old, at = t->n;
	struct name_ref *fresh;

	if (n < TAIL_MIN + old / 16 || !(fresh = malloc(n * sizeof(*fresh))))
		return;
	qsort(t->v + old, n, sizeof(*t->v), name_cmp);
	memcpy(fresh, t->v + old, n * sizeof(*fresh));
	while (n)
		if (old && name_cmp(&t->v[old - 1], &fresh[n - 1]) > 0)
			t->v[--at] = t->v[--old];
		else
			t->v[--at] = fresh[--n];
	free(fresh);
	t->sorted = t->n;
}

static int name_table_add(struct name_table *t, const char *s, struct text *hold, uint32_t id)
{
	struct name_ref *v;

	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;

		if (!(v = reallocarray(t->v, cap, sizeof(*v))))
			return ST_ENOMEM;
		t->v = v;
		t->cap = cap;
	}
	t->v[t->n++] = (struct name_ref){ s, text_ref(hold), id };
	name_table_sort(t);
	return 0;
}

static void name_table_free(struct name_table *t, struct text_pool *texts)
{
	for (size_t i = 0; i < t->n; i++)
		text_drop(texts, t->v[i].hold);
	free(t->v);
	*t = (struct name_table){ 0 };
}

static int dictionary_name(struct dictionary *d, struct dictionary_entry *e)
{
	struct text *name = e->d.text[DESC_NAME];

	return name ? name_table_add(&d->names, name->s, name, e->id) : 0;
}

static struct span identifier_of(uint32_t id, const void *ctx)
{
	return dictionary_identifier(dictionary_get(ctx, id));
}

int dictionary_add(struct dictionary *d, struct dictionary_entry *e)
{
	struct dictionary_entry **v;
	int err;

	if (e->id != d->n + 1 || dictionary_find(d, dictionary_identifier(e)))
		return ST_EDB;
	if (e->id >= d->cap) {
		uint32_t cap = d->cap ? d->cap * 2 : 256;

		if (!(v = reallocarray(d->by_id, cap, sizeof(*v))))
			return ST_ENOMEM;
		d->by_id = v;
		d->cap = cap;
	}
	d->by_identifier.key_of = identifier_of;
	d->by_identifier.ctx = d;
	if (key_table_reserve(&d->by_identifier, e->id) < 0)
		return ST_ENOMEM;
	if ((err = name_table_add(&d->identifiers, e->s, NULL, e->id)) < 0)
		return err;
	if ((err = dictionary_name(d, e)) < 0) {
		d->identifiers.n--;
		return err;
	}
	d->by_id[0] = NULL;
	d->by_id[++d->n] = e;
	key_table_put(&d->by_identifier, e->id);
	d->octets += sizeof(*e) + e->n + 1 + sizeof(*v) + 2 * sizeof(struct name_ref);
	return 0;
}

/* Names that entries have lost go once they are many: an endpoint that keeps renaming its
 * software must not make the table grow. */
static void names_compact(struct dictionary *d, struct text_pool *texts)
{
	struct name_table *t = &d->names;
	size_t keep = 0;

	if (t->n < 2 * (size_t)d->n + TAIL_MIN)
		return;
	qsort(t->v, t->n, sizeof(*t->v), name_cmp);
	for (size_t i = 0; i < t->n; i++) {
		struct name_ref r = t->v[i];
		bool stale = d->by_id[r.id]->d.text[DESC_NAME] != r.hold;

		if (stale || (keep && t->v[keep - 1].id == r.id && t->v[keep - 1].s == r.s))
			text_drop(texts, r.hold);
		else
			t->v[keep++] = r;
	}
	t->n = t->sorted = keep;
}

int dictionary_describe(struct dictionary *d, struct dictionary_entry *e,
			struct description_of *with, struct text_pool *texts)
{
	bool renamed = e->d.text[DESC_NAME] != with->text[DESC_NAME];

	description_drop(&e->d, texts);
	e->d = *with;
	*with = (struct description_of){ 0 };
	if (!renamed)
		return 0;
	names_compact(d, texts);
	return dictionary_name(d, e);
}

struct glob {
	const char *text;
	size_t literal;    /* so many octets at its start are not special */
	const char *inner; /* of *INNER*, in which nothing is special; or NULL */
	size_t n_inner;
};

static void glob_init(struct glob *g, const char *text)
{
	size_t n = strlen(text);

	*g = (struct glob){ .text = text, .literal = strcspn(text, "*?[\\") };
	if (n < 2 || *text != '*' || strcspn(text + 1, "*?[\\") != n - 2 || text[n - 1] != '*')
		return;
	g->inner = text + 1;
	g->n_inner = n - 2;
}

static bool glob_matches(const struct glob *g, const char *s)
{
	if (g->inner)
		return memmem(s, strlen(s), g->inner, g->n_inner) != NULL;
	return strncmp(s, g->text, g->literal) == 0 && fnmatch(g->text, s, 0) == 0;
}

/* Where those that begin as g does begin in the sorted part, or end (behind: 1). */
static size_t name_table_find(const struct name_table *t, const struct glob *g, int behind)
{
	size_t lo = 0, hi = t->sorted;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strncmp(t->v[mid].s, g->text, g->literal) < behind)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int name_table_match(const struct name_table *t, const struct glob *g,
			    struct id_list *out)
{
	size_t lo = name_table_find(t, g, 0);
	int err = 0;

	for (; !err && lo < t->sorted; lo++) {
		if (strncmp(t->v[lo].s, g->text, g->literal) != 0)
			break;
		if (glob_matches(g, t->v[lo].s))
			err = id_list_push(out, t->v[lo].id);
	}
	for (size_t i = t->sorted; !err && i < t->n; i++)
		if (glob_matches(g, t->v[i].s))
			err = id_list_push(out, t->v[i].id);
	return err;
}

/* The tables help: not so many begin as g does that looking at everything would cost less. */
static bool is_narrow(const struct dictionary *d, const struct glob *g)
{
	size_t n = name_table_find(&d->names, g, 1) - name_table_find(&d->names, g, 0) +
		   name_table_find(&d->identifiers, g, 1) -
		   name_table_find(&d->identifiers, g, 0);

	return g->literal && n <= PORTION + d->n / 16;
}

static bool entry_matches(const struct dictionary *d, const struct glob *g, uint32_t id)
{
	const struct dictionary_entry *e = d->by_id[id];
	const struct text *name = e->d.text[DESC_NAME];

	return (name && glob_matches(g, name->s)) || glob_matches(g, e->s);
}

/* By the tables. A name that an entry has lost still stands there: only what matches now
 * counts. */
static int match_prefix(const struct dictionary *d, const struct glob *g, struct id_list *out)
{
	size_t keep = 0;
	int err;

	if ((err = name_table_match(&d->names, g, out)) < 0 ||
	    (err = name_table_match(&d->identifiers, g, out)) < 0)
		return err;
	id_list_sort(out);
	for (size_t i = 0; i < out->n; i++)
		if (entry_matches(d, g, out->v[i]))
			out->v[keep++] = out->v[i];
	out->n = keep;
	return 0;
}

int dictionary_match_some(const struct dictionary *d, const char *glob, uint32_t *from,
			  struct id_list *out)
{
	uint32_t end = d->n - *from < PORTION ? d->n : *from + PORTION, id = *from;
	size_t octets = 0;
	struct glob g;
	int err = 0, stars = 0;

	for (const char *s = glob; *s; s++)
		stars += *s == '*' && s[1] != '*';
	if (stars > MAX_STARS)
		return ST_EVALUE;
	glob_init(&g, glob);
	if (!id && is_narrow(d, &g))
		return match_prefix(d, &g, out);
	while (id < end && octets < PORTION_OCTETS && !err) {
		const struct text *name = d->by_id[++id]->d.text[DESC_NAME];

		octets += d->by_id[id]->n + (name ? name->n : 0);
		if (entry_matches(d, &g, id))
			err = id_list_push(out, id);
	}
	*from = id < d->n ? id : 0;
	return err;
}

int dictionary_match(const struct dictionary *d, const char *glob, struct id_list *out)
{
	uint32_t from = 0;
	int err;

	out->n = 0;
	do
		err = dictionary_match_some(d, glob, &from, out);
	while (!err && from);
	return err;
}

void dictionary_free(struct dictionary *d, struct text_pool *texts)
{
	key_table_free(&d->by_identifier);
	name_table_free(&d->names, texts);
	name_table_free(&d->identifiers, texts);
	for (uint32_t i = 1; i <= d->n; i++)
		dictionary_entry_free(d->by_id[i], texts);
	free(d->by_id);
	*d = (struct dictionary){ 0 };
}
