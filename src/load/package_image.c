/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "load/package_image.h"

#include "wire/swid_xml.h"

#include <errno.h>
#include <stdlib.h>

#define REGID "load.invalid"
#define PREFIX REGID "__"
#define IMAGE_MAX 1000000u

/* splitmix64 */
uint64_t package_image_mix(uint64_t a, uint64_t b)
{
	uint64_t z = a + (b + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* --- filling ----------------------------------------------------------------------------- */

static int package_cmp(const void *a, const void *b)
{
	const struct package_image_package *x = a, *y = b;
	int c = span_cmp(x->name, y->name);

	return c ? c : span_cmp(x->arch, y->arch);
}

static int package_image_add(struct package_image *image, const char *name,
			     const char *version, const char *arch)
{
	struct package_image_package *p;

	if (!(image->n & (image->n - 1))) { /* full at each power of two */
		p = realloc(image->packages, (image->n ? image->n * 2 : 1) * sizeof(*p));
		if (!p)
			return ST_ENOMEM;
		image->packages = p;
	}
	p = &image->packages[image->n];
	p->name = arena_copy(&image->arena, span_str(name));
	p->version = arena_copy(&image->arena, span_str(version));
	p->arch = arena_copy(&image->arena, span_str(arch));
	if (!p->name.p || !p->version.p || !p->arch.p)
		return ST_ENOMEM;
	image->n++;
	return 0;
}

/* One paragraph of a status file. */
struct stanza {
	char name[256], version[256], arch[64];
	bool installed;
};

static void stanza_line(struct stanza *s, const char *line)
{
	char want[32], flag[32], state[32];

	(void)sscanf(line, "Package: %255[^_ \n]", s->name);
	(void)sscanf(line, "Version: %255[^_ \n]", s->version);
	(void)sscanf(line, "Architecture: %63[^_ \n]", s->arch);
	if (sscanf(line, "Status: %31s %31s %31s", want, flag, state) == 3)
		s->installed = strcmp(state, "installed") == 0;
}

static int stanza_end(struct package_image *image, struct stanza *s)
{
	int err = 0;

	if (s->installed && s->name[0] && s->version[0] && s->arch[0])
		err = package_image_add(image, s->name, s->version, s->arch);
	memset(s, 0, sizeof(*s));
	return err;
}

int package_image_read_dpkg(struct package_image *image, FILE *status, uint32_t max)
{
	struct stanza s = { 0 };
	char *line = NULL;
	size_t cap = 0;
	int err = 0;

	if (!max || max > IMAGE_MAX)
		max = IMAGE_MAX;
	while (!err && image->n < max && getline(&line, &cap, status) > 0) {
		if (line[0] == '\n')
			err = stanza_end(image, &s);
		else
			stanza_line(&s, line);
	}
	if (!err && image->n < max)
		err = stanza_end(image, &s);
	free(line);
	if (!err && ferror(status))
		return ST_EIO;
	if (image->n)
		qsort(image->packages, image->n, sizeof(*image->packages), package_cmp);
	return err ? err : image->n ? 0 : ST_ENOENT;
}

int package_image_make(struct package_image *image, uint32_t n)
{
	char name[32], version[48];
	int err = 0;

	if (n > IMAGE_MAX)
		return ST_ELIMIT;
	for (uint32_t i = 0; i < n && !err; i++) {
		uint64_t h = package_image_mix(image->seed, i);

		(void)snprintf(name, sizeof(name), "package-%06u", i);
		(void)snprintf(version, sizeof(version), "%u.%u.%u-%u", (unsigned)(h % 12),
			       (unsigned)(h >> 8) % 40, (unsigned)(h >> 16) % 20,
			       (unsigned)(h >> 24) % 4 + 1);
		err = package_image_add(image, name, version, h >> 32 & 3 ? "amd64" : "all");
	}
	return err;
}

void package_image_reset(struct package_image *image)
{
	free(image->packages);
	arena_reset(&image->arena);
	image->packages = NULL;
	image->n = 0;
}

/* --- reading ----------------------------------------------------------------------------- */

uint16_t package_image_revision(const struct package_image *image, uint32_t number, uint32_t k)
{
	uint64_t h = package_image_mix(image->seed ^ ((uint64_t)number + 1) << 32, k);

	return h % 100 < image->drift ? (uint16_t)(1 + (h >> 32) % (IMAGE_DRIFTED - 1)) : 0;
}

int package_image_version(const struct package_image *image, uint32_t k, uint16_t revision,
			  struct wr *w)
{
	char suffix[16] = "";

	if (revision >= IMAGE_UPGRADED)
		(void)snprintf(suffix, sizeof(suffix), "+u%u", revision - IMAGE_UPGRADED + 1u);
	else if (revision)
		(void)snprintf(suffix, sizeof(suffix), "+d%u", revision);
	wr_bytes(w, image->packages[k].version);
	wr_str(w, suffix);
	return w->err;
}

/* NAME_VERSION_ARCH, as package files are called: no part has a '_' of its own. */
static int package_image_tag_id(const struct package_image *image, uint32_t k,
				uint16_t revision, struct wr *w)
{
	wr_bytes(w, image->packages[k].name);
	wr_u8(w, '_');
	package_image_version(image, k, revision, w);
	wr_u8(w, '_');
	wr_bytes(w, image->packages[k].arch);
	return w->err;
}

int package_image_identifier(const struct package_image *image, uint32_t k, uint16_t revision,
			     struct wr *w)
{
	wr_str(w, PREFIX);
	return package_image_tag_id(image, k, revision, w);
}

int package_image_tag(const struct package_image *image, uint32_t k, uint16_t revision,
		      struct wr *w)
{
	const struct package_image_package *p = &image->packages[k];
	struct wr id = { 0 }, version = { 0 };
	struct swid_tag tag = {
		.name = p->name,
		.version_scheme = span_str("alphanumeric"),
		.creator = span_str("stance-load"),
		.regid = span_str(REGID),
		.arch = p->arch,
	};
	int err = package_image_tag_id(image, k, revision, &id);

	if (!err)
		err = package_image_version(image, k, revision, &version);
	tag.tag_id = wr_span(&id);
	tag.version = wr_span(&version);
	if (!err)
		err = swid_xml_write(w, &tag);
	wr_reset(&id);
	wr_reset(&version);
	return err;
}

bool package_image_find(const struct package_image *image, struct span id, uint32_t *k)
{
	static const struct span prefix = SPAN_LIT(PREFIX);
	const uint8_t *first, *last;
	const struct package_image_package *found;
	struct package_image_package key;

	if (id.n < prefix.n || memcmp(id.p, prefix.p, prefix.n) != 0)
		return false;
	id = span_of(id.p + prefix.n, id.n - prefix.n);
	first = id.n ? memchr(id.p, '_', id.n) : NULL;
	last = id.n ? memrchr(id.p, '_', id.n) : NULL;
	if (!first || first == last || !image->n)
		return false;
	key.name = span_of(id.p, (size_t)(first - id.p));
	key.arch = span_of(last + 1, id.n - (size_t)(last + 1 - id.p));
	found = bsearch(&key, image->packages, image->n, sizeof(key), package_cmp);
	if (!found)
		return false;
	*k = (uint32_t)(found - image->packages);
	return true;
}
