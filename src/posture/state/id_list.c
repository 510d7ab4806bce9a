/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/id_list.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

void id_list_free(struct id_list *s)
{
	free(s->v);
	*s = (struct id_list){ 0 };
}

int id_list_reserve(struct id_list *s, size_t n)
{
	uint32_t *v;

	if (n <= s->cap)
		return 0;
	if (n < s->cap * 2)
		n = s->cap * 2;
	if (!(v = reallocarray(s->v, n, sizeof(*v))))
		return ST_ENOMEM;
	s->v = v;
	s->cap = n;
	return 0;
}

int id_list_push(struct id_list *s, uint32_t v)
{
	if (s->n == s->cap && id_list_reserve(s, s->n ? s->n + 1 : 16) < 0)
		return ST_ENOMEM;
	s->v[s->n++] = v;
	return 0;
}

int id_list_copy(struct id_list *s, const uint32_t *v, size_t n)
{
	if (id_list_reserve(s, n) < 0)
		return ST_ENOMEM;
	if (n)
		memcpy(s->v, v, n * sizeof(*v));
	s->n = n;
	return 0;
}

/* Where x is or would be. */
static size_t ids_place(const uint32_t *v, size_t n, uint32_t x)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid] < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int id_list_insert(struct id_list *s, uint32_t v)
{
	size_t at = ids_place(s->v, s->n, v);

	if (at < s->n && s->v[at] == v)
		return 0;
	if (s->n == s->cap && id_list_reserve(s, s->n ? s->n + 1 : 16) < 0)
		return ST_ENOMEM;
	memmove(s->v + at + 1, s->v + at, (s->n++ - at) * sizeof(*s->v));
	s->v[at] = v;
	return 0;
}

void id_list_remove(struct id_list *s, uint32_t v)
{
	size_t at = ids_place(s->v, s->n, v);

	if (at < s->n && s->v[at] == v)
		memmove(s->v + at, s->v + at + 1, (--s->n - at) * sizeof(*s->v));
}

static int id_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void id_list_sort(struct id_list *s)
{
	size_t out = 0;
	bool sorted = true;

	for (size_t i = 1; i < s->n && sorted; i++)
		sorted = s->v[i - 1] < s->v[i];
	if (sorted)
		return;
	qsort(s->v, s->n, sizeof(*s->v), id_cmp);
	for (size_t i = 0; i < s->n; i++)
		if (!i || s->v[i] != s->v[i - 1])
			s->v[out++] = s->v[i];
	s->n = out;
}

int id_list_diff(const uint32_t *before, size_t n_before, const uint32_t *now, size_t n_now,
		 struct id_list *added, struct id_list *removed)
{
	size_t b = 0, n = 0;
	int err = 0;

	added->n = removed->n = 0;
	while (!err && (b < n_before || n < n_now)) {
		if (b < n_before && n < n_now && before[b] == now[n]) {
			b++;
			n++;
		} else if (n == n_now || (b < n_before && before[b] < now[n])) {
			err = id_list_push(removed, before[b++]);
		} else {
			err = id_list_push(added, now[n++]);
		}
	}
	return err;
}

int id_list_patch(const uint32_t *base, size_t n_base, const uint32_t *added, size_t n_added,
		  const uint32_t *removed, size_t n_removed, struct id_list *out)
{
	size_t b = 0, a = 0, r = 0;
	int err;

	out->n = 0;
	if ((err = id_list_reserve(out, n_base + n_added + 1)) < 0)
		return err;
	while (b < n_base || a < n_added) {
		bool take = a < n_added && (b == n_base || added[a] <= base[b]);
		uint32_t v = take ? added[a] : base[b];

		a += take;
		b += b < n_base && base[b] == v;
		while (r < n_removed && removed[r] < v)
			r++;
		if (take || r == n_removed || removed[r] != v)
			out->v[out->n++] = v;
	}
	return 0;
}

bool id_list_has(const uint32_t *v, size_t n, uint32_t x)
{
	size_t at = ids_place(v, n, x);

	return at < n && v[at] == x;
}
