/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence_list.h"

#include "base/err.h"
#include "base/rd.h"
#include "wire/swid_file.h"

#include <stdlib.h>

#define EVIDENCE_CHANGEABLE 1
#define EVIDENCE_HASHED 2

void evidence_list_reset(struct evidence_list *l)
{
	size_t max = l->max;

	arena_reset(&l->arena);
	free(l->files);
	*l = (struct evidence_list){ .max = max };
}

/* Appends a zeroed file. */
static struct evidence_file *list_room(struct evidence_list *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct evidence_file *p = realloc(l->files, cap * sizeof(*p));

		if (!p)
			return NULL;
		l->files = p;
		l->cap = cap;
	}
	l->files[l->n] = (struct evidence_file){ 0 };
	return &l->files[l->n++];
}

/* True if no part of the path is empty, so that it survives being split and joined in a
 * tag. */
static bool path_plain(struct span path)
{
	struct swid_path p;

	for (size_t i = 1; i < path.n; i++)
		if (path.p[i] == '/' && path.p[i - 1] == '/')
			return false;
	return path.n <= UINT16_MAX && swid_path_split(path, &p);
}

int evidence_list_add(struct evidence_list *l, struct span path, bool changeable)
{
	struct evidence_file *f;

	if (!path_plain(path))
		return 0;
	if (l->max && l->n == l->max)
		return ST_ELIMIT;
	if (!(f = list_room(l)))
		return ST_ENOMEM;
	f->path = arena_copy(&l->arena, path);
	f->changeable = changeable;
	return f->path.p ? 0 : ST_ENOMEM;
}

static struct span parent_of(struct span path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}

int evidence_path_cmp(struct span a, struct span b)
{
	int c = span_cmp(parent_of(a), parent_of(b));

	return c ? c : span_cmp(a, b);
}

static int file_cmp(const void *a, const void *b)
{
	const struct evidence_file *x = a, *y = b;

	return evidence_path_cmp(x->path, y->path);
}

void evidence_list_sort(struct evidence_list *l)
{
	size_t to = 0;

	if (!l->n)
		return;
	qsort(l->files, l->n, sizeof(l->files[0]), file_cmp);
	for (size_t i = 1; i < l->n; i++) {
		if (span_eq(l->files[to].path, l->files[i].path))
			l->files[to].changeable |= l->files[i].changeable;
		else
			l->files[++to] = l->files[i];
	}
	l->n = to + 1;
}

void evidence_list_keep(struct evidence_list *l, const bool *keep)
{
	size_t to = 0;

	for (size_t i = 0; i < l->n; i++)
		if (keep[i])
			l->files[to++] = l->files[i];
	l->n = to;
}

/* --- encoding --- */

static void write64(struct wr *w, uint64_t v)
{
	wr_u32(w, (uint32_t)(v >> 32));
	wr_u32(w, (uint32_t)v);
}

static uint64_t read64(struct rd *r)
{
	uint64_t high = rd_u32(r);

	return high << 32 | rd_u32(r);
}

int evidence_list_encode(const struct evidence_list *l, struct wr *w)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct evidence_file *f = &l->files[i];

		wr_u8(w, (uint8_t)((f->changeable ? EVIDENCE_CHANGEABLE : 0) |
				   (f->hashed ? EVIDENCE_HASHED : 0)));
		write64(w, f->mark.device);
		write64(w, f->mark.inode);
		write64(w, f->mark.size);
		write64(w, f->mark.modified);
		write64(w, f->mark.changed);
		if (f->hashed)
			wr_bytes(w, span_of(f->sha256, SHA256_SIZE));
		wr_u16(w, (uint16_t)f->path.n);
		wr_bytes(w, f->path);
	}
	return w->err;
}

static void read_file(struct rd *r, struct evidence_file *f)
{
	uint8_t flags = rd_u8(r);

	f->changeable = flags & EVIDENCE_CHANGEABLE;
	f->hashed = flags & EVIDENCE_HASHED;
	f->mark.device = read64(r);
	f->mark.inode = read64(r);
	f->mark.size = read64(r);
	f->mark.modified = read64(r);
	f->mark.changed = read64(r);
	if (f->hashed) {
		struct span sum = rd_bytes(r, SHA256_SIZE);

		if (!r->err)
			memcpy(f->sha256, sum.p, SHA256_SIZE);
	}
	f->path = rd_bytes(r, rd_u16(r));
}

int evidence_list_decode(struct span octets, struct evidence_list *l)
{
	struct rd r = rd_over(octets);

	while (rd_left(&r)) {
		struct evidence_file *f = list_room(l);

		if (!f)
			return ST_ENOMEM;
		read_file(&r, f);
		if (r.err || !path_plain(f->path))
			return ST_EVALUE;
		if (l->n > 1 && evidence_path_cmp(f[-1].path, f->path) >= 0)
			return ST_EVALUE;
	}
	return 0;
}

/* --- content of a record --- */

int evidence_list_sum(const struct evidence_list *l, struct sha256 *sha,
		      uint8_t sum[SHA256_SIZE])
{
	sha256_begin(sha);
	for (size_t i = 0; i < l->n; i++) {
		const struct evidence_file *f = &l->files[i];

		sha256_blob(sha, f->path);
		sha256_number(sha, f->changeable);
		sha256_number(sha, f->mark.size);
		sha256_blob(sha, span_of(f->sha256, f->hashed ? SHA256_SIZE : 0));
	}
	return sha256_end(sha, sum);
}

const struct swid_file *evidence_list_files(const struct evidence_list *l, struct arena *a)
{
	struct swid_file *files = arena_alloc(a, (l->n + 1) * sizeof(*files));

	for (size_t i = 0; files && i < l->n; i++) {
		const struct evidence_file *f = &l->files[i];

		files[i] = (struct swid_file){ .path = f->path,
					       .size = f->mark.size,
					       .changeable = f->changeable,
					       .sha256 = f->hashed ? f->sha256 : NULL };
	}
	return files;
}
