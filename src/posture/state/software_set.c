/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/software_set.h"
#include "posture/state/bitmap.h"
#include "posture/state/dictionary.h"
#include "base/err.h"
#include "base/wr.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* The sketch of a set: its members fall into so many bins by their hash, and each bin is known
 * by the least hash in it (one-permutation min-hash). Two sets agree in a bin as often as they
 * have members in common. A band is some bins together: sets that are nearly the same agree in
 * one of the bands, and sets that are merely alike in none. */
#define BINS 32
#define BAND (BINS / SOFTWARE_SET_BANDS)

/* Which set has this value in this band of its sketch; the latest wins. */
struct set_sketch {
	UT_hash_handle hh;
	struct {
		uint32_t band, value;
	} key;
	struct software_set *set;
};

/* Sets with neighbouring ids. */
#define PAGE 256

struct set_page {
	uint32_t n; /* of them are there */
	struct software_set *v[PAGE];
};

/* splitmix64's finaliser */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t members_hash(const uint32_t *v, size_t n)
{
	uint64_t h = mix(n + 1);

	for (size_t i = 0; i < n; i++)
		h = (h ^ v[i]) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 29);
	return mix(h);
}

static void members_bands(const uint32_t *v, size_t n, uint32_t bands[SOFTWARE_SET_BANDS])
{
	uint32_t bins[BINS];

	memset(bins, 0xff, sizeof(bins));
	for (size_t i = 0; i < n; i++) {
		uint64_t h = mix(v[i] + UINT64_C(0x9e3779b97f4a7c15));
		uint32_t least = (uint32_t)(h >> 32);

		if (least < bins[h % BINS])
			bins[h % BINS] = least;
	}
	for (int b = 0; b < SOFTWARE_SET_BANDS; b++)
		bands[b] = (uint32_t)members_hash(bins + b * BAND, BAND);
}

struct software_set *software_set_new(uint32_t id, const uint32_t *members, size_t n)
{
	struct software_set *s = calloc(1, sizeof(*s) + n * sizeof(*members));

	if (!s || !(s->endpoints = bitmap_new())) {
		free(s);
		return NULL;
	}
	s->id = id;
	s->n = n;
	if (n)
		memcpy(s->members, members, n * sizeof(*members));
	s->hash = members_hash(members, n);
	members_bands(members, n, s->bands);
	return s;
}

void software_set_free(struct software_set *s)
{
	if (!s)
		return;
	bitmap_free(s->endpoints);
	free(s);
}

struct software_set *software_sets_find(const struct software_sets *t, const uint32_t *members,
					size_t n)
{
	uint64_t hash = members_hash(members, n);
	struct software_set *s;

	HASH_FIND(hh, t->by_hash, &hash, sizeof(hash), s);
	if (s && s->n == n && (!n || memcmp(s->members, members, n * sizeof(*members)) == 0))
		return s;
	return NULL;
}

static struct set_sketch *sketch_find(const struct software_sets *t, uint32_t band,
				      uint32_t value)
{
	struct set_sketch want = { .key = { band, value } }, *k;

	HASH_FIND(hh, t->sketches, &want.key, sizeof(want.key), k);
	return k;
}

/* How many members one has and the other has not. */
static size_t distance(const struct software_set *s, const uint32_t *v, size_t n)
{
	size_t i = 0, k = 0, same = 0;

	while (i < s->n && k < n) {
		uint32_t a = s->members[i], b = v[k];

		same += a == b;
		i += a <= b;
		k += b <= a;
	}
	return s->n + n - 2 * same;
}

struct software_set *software_sets_near(const struct software_sets *t, const uint32_t *members,
					size_t n)
{
	uint32_t bands[SOFTWARE_SET_BANDS];
	struct software_set *best = NULL;
	size_t least = n;

	if (!t->sketches || !n)
		return NULL;
	members_bands(members, n, bands);
	for (uint32_t i = 0; i < SOFTWARE_SET_BANDS; i++) {
		struct set_sketch *k = sketch_find(t, i, bands[i]);
		size_t d;

		if (!k || k->set == best || (d = distance(k->set, members, n)) >= least)
			continue;
		best = k->set;
		least = d;
	}
	return best;
}

struct software_set *software_sets_get(const struct software_sets *t, uint32_t id)
{
	uint32_t at = id - t->first - 1;
	const struct set_page *page;

	if (id <= t->first || at >= t->n)
		return NULL;
	page = t->pages[at / PAGE];
	return page ? page->v[at % PAGE] : NULL;
}

struct software_set *software_sets_next(const struct software_sets *t, uint32_t id)
{
	uint32_t at = id > t->first ? id - t->first : 0;

	while (at < t->n) {
		const struct set_page *page = t->pages[at / PAGE];

		if (page && page->v[at % PAGE])
			return page->v[at % PAGE];
		at = page ? at + 1 : (at / PAGE + 1) * PAGE;
	}
	return NULL;
}

/* Only a hint: out of memory means that a likeness may go unnoticed. */
static void sketches_add(struct software_sets *t, struct software_set *s)
{
	for (uint32_t i = 0; s->n && i < SOFTWARE_SET_BANDS; i++) {
		struct set_sketch *k = sketch_find(t, i, s->bands[i]);

		if (!k) {
			if (!(k = calloc(1, sizeof(*k))))
				return;
			k->key.band = i;
			k->key.value = s->bands[i];
			HASH_ADD(hh, t->sketches, key, sizeof(k->key), k);
			t->octets += sizeof(*k);
		}
		k->set = s;
	}
}

/* The page for the set at this place; NULL when out of memory. */
static struct set_page *sets_page(struct software_sets *t, uint32_t at)
{
	uint32_t k = at / PAGE, more;
	struct set_page **v;

	if (k >= t->n_pages) {
		more = k + 1 > 2 * t->n_pages ? k + 1 : 2 * t->n_pages;
		if (!(v = reallocarray(t->pages, more, sizeof(struct set_page *))))
			return NULL;
		memset(v + t->n_pages, 0, (more - t->n_pages) * sizeof(struct set_page *));
		t->octets += (more - t->n_pages) * sizeof(struct set_page *);
		t->pages = v;
		t->n_pages = more;
	}
	if (!t->pages[k] && (t->pages[k] = calloc(1, sizeof(**v))))
		t->octets += sizeof(**v);
	return t->pages[k];
}

/* Ids in a row that were dropped; beyond this a repository is damaged rather than old. */
#define SET_HOLES_MAX (1u << 24)

int software_sets_add(struct software_sets *t, struct software_set *s)
{
	uint32_t next = t->first + t->n + 1, at = s->id - t->first - 1;
	struct set_page *page;

	if (s->id < next || s->id - next > SET_HOLES_MAX)
		return ST_EDB;
	if (!(page = sets_page(t, at)))
		return ST_ENOMEM;
	page->v[at % PAGE] = s;
	page->n++;
	t->dropped += s->id - next;
	t->n = at + 1;
	HASH_ADD(hh, t->by_hash, hash, sizeof(s->hash), s);
	t->octets += sizeof(*s) + s->n * sizeof(*s->members);
	sketches_add(t, s);
	return 0;
}

/* A band that another set has taken over since stays that one's. */
static void sketches_drop(struct software_sets *t, const struct software_set *s)
{
	for (uint32_t i = 0; s->n && i < SOFTWARE_SET_BANDS; i++) {
		struct set_sketch *k = sketch_find(t, i, s->bands[i]);

		if (!k || k->set != s)
			continue;
		HASH_DEL(t->sketches, k);
		free(k);
		t->octets -= sizeof(*k);
	}
}

void software_sets_drop(struct software_sets *t, struct software_set *s)
{
	uint32_t at = s->id - t->first - 1;
	struct set_page *page = t->pages[at / PAGE];

	sketches_drop(t, s);
	HASH_DEL(t->by_hash, s);
	t->octets -= sizeof(*s) + s->n * sizeof(*s->members);
	page->v[at % PAGE] = NULL;
	if (!--page->n) {
		t->pages[at / PAGE] = NULL;
		t->octets -= sizeof(*page);
		free(page);
	}
	t->dropped++;
	software_set_free(s);
}

void software_sets_unlink(struct software_sets *t)
{
	struct set_sketch *k, *next;

	HASH_CLEAR(hh, t->by_hash);
	HASH_ITER(hh, t->sketches, k, next)
	{
		HASH_DEL(t->sketches, k);
		free(k);
	}
}

void software_sets_free(struct software_sets *t, bool with_sets)
{
	software_sets_unlink(t);
	for (uint32_t i = 0; i < t->n_pages; i++) {
		struct set_page *page = t->pages[i];

		for (uint32_t k = 0; page && with_sets && k < PAGE; k++)
			software_set_free(page->v[k]); /* NULL where it was dropped */
		free(page);
	}
	free(t->pages);
	*t = (struct software_sets){ 0 };
}

static int entry_cmp(const void *a, const void *b)
{
	const struct dictionary_entry *const *x = a, *const *y = b;

	return span_cmp(dictionary_identifier(*x), dictionary_identifier(*y));
}

int software_set_digest(const struct dictionary_entry **entries, size_t n,
			uint8_t out[SOFTWARE_SET_DIGEST])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
	uint8_t len[4];

	qsort(entries, n, sizeof(*entries), entry_cmp);
	for (size_t i = 0; ok && i < n; i++) {
		wr_put32(len, entries[i]->n);
		ok = EVP_DigestUpdate(ctx, len, sizeof(len)) == 1 &&
		     EVP_DigestUpdate(ctx, entries[i]->s, entries[i]->n) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : ST_EIO;
}
