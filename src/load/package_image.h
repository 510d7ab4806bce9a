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

struct package_image_package {
	struct span name, version, arch;
};

struct package_image {
	struct arena arena;
	struct package_image_package *packages; /* by name, then architecture */
	uint32_t n;
	uint32_t drift; /* percent of an endpoint's packages that are not the image's */
	uint64_t seed;
};

/* Both fill *image; image_reset it in the end, whatever they return. Packages that are
 * installed according to a dpkg status file, at most max (0: all of them): ST_EIO with errno,
 * ST_ENOENT when there are none. */
int package_image_read_dpkg(struct package_image *image, FILE *status, uint32_t max);
int package_image_make(struct package_image *image, uint32_t n); /* invented ones */
void package_image_reset(struct package_image *image);

/* The revision of package k that endpoint `number` starts with. */
uint16_t package_image_revision(const struct package_image *image, uint32_t number,
				uint32_t k);

/* Each appends to w and returns w->err: the Software Identifier of a revision, its version,
 * and its SWID tag. */
int package_image_identifier(const struct package_image *image, uint32_t k, uint16_t revision,
			     struct wr *w);
int package_image_version(const struct package_image *image, uint32_t k, uint16_t revision,
			  struct wr *w);
int package_image_tag(const struct package_image *image, uint32_t k, uint16_t revision,
		      struct wr *w);

/* Which package an identifier of ours is about, of whatever revision; false: of none. */
bool package_image_find(const struct package_image *image, struct span identifier,
			uint32_t *k);

/* A well-mixed number that follows from two. */
uint64_t package_image_mix(uint64_t a, uint64_t b);

#endif
