/* SPDX-License-Identifier: BSD-2-Clause */
/* The population that stance-load simulates: an image of packages that all endpoints were made
 * from, and what makes one differ from the next. Everything follows from the seed. */
#ifndef STANCE_LOAD_PACKAGE_IMAGE_H
#define STANCE_LOAD_PACKAGE_IMAGE_H

#include "base/arena.h"
#include "base/wr.h"

#include <stdio.h>

/* Revisions of a package: the image's own, those that an endpoint may have drifted to, and
 * from IMAGE_UPGRADED on those that changes bring. */
#define IMAGE_DRIFTED 8 /* 1 to 7 */
#define IMAGE_UPGRADED IMAGE_DRIFTED

struct image_package {
	struct span name, version, arch;
};

struct image {
	struct arena arena;
	struct image_package *packages; /* by name, then architecture */
	uint32_t n;
	uint32_t drift; /* percent of an endpoint's packages that are not the image's */
	uint64_t seed;
};

/* Both fill *image; image_reset it in the end, whatever they return. Packages that are
 * installed according to a dpkg status file, at most max (0: all of them): ST_EIO with errno,
 * ST_ENOENT when there are none. */
int image_read_dpkg(struct image *image, FILE *status, uint32_t max);
int image_make(struct image *image, uint32_t n); /* invented ones */
void image_reset(struct image *image);

/* The revision of package k that endpoint `number` starts with. */
uint16_t image_revision(const struct image *image, uint32_t number, uint32_t k);

/* Each appends to w and returns w->err: the Software Identifier of a revision, its version,
 * and its SWID tag. */
int image_identifier(const struct image *image, uint32_t k, uint16_t revision, struct wr *w);
int image_version(const struct image *image, uint32_t k, uint16_t revision, struct wr *w);
int image_tag(const struct image *image, uint32_t k, uint16_t revision, struct wr *w);

/* Which package an identifier of ours is about, of whatever revision; false: of none. */
bool image_find(const struct image *image, struct span identifier, uint32_t *k);

/* A well-mixed number that follows from two. */
uint64_t image_mix(uint64_t a, uint64_t b);

#endif
