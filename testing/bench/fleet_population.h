/* SPDX-License-Identifier: BSD-2-Clause */
/* An invented fleet: clones of a few images that have drifted apart, with what a validator
 * tells of each. The same number always gives the same endpoint. */
#ifndef STANCE_BENCH_FLEET_POPULATION_H
#define STANCE_BENCH_FLEET_POPULATION_H

#include <stdint.h>

struct posture;
struct report;

#define POPULATION_IMAGES 20
#define POPULATION_DRIFT 12  /* packages that an endpoint has unlike its image, at most */
#define POPULATION_RARE 100  /* one endpoint in so many has a package that few have */
#define POPULATION_EVENTS 10 /* one in so many tells of events behind its inventory */

struct population_package;

struct population {
	uint32_t endpoints, packages;
	struct population_package *cache;
};

/* 0 or ST_ENOMEM; population_free when done. One thread only. */
int population_init(struct population *f, uint32_t endpoints, uint32_t packages);
void population_free(struct population *f);

/* "host-000017.example", as an identity's value. */
void population_name(uint32_t n, char *out, uint32_t size);

/* The first report of endpoint n: facts, results, a whole inventory, an assessment; for some
 * of them events. NULL when out of memory. */
struct report *population_first(const struct population *f, struct posture *p, uint32_t n);

/* A later one: one package upgraded, by an event, and a boot. */
struct report *population_change(const struct population *f, struct posture *p, uint32_t n);

/* Names of packages: most endpoints have it; some; hardly any. */
void population_common(const struct population *f, uint32_t i, char *out, uint32_t size);
void population_drifted(const struct population *f, uint32_t i, char *out, uint32_t size);
void population_rare(const struct population *f, uint32_t i, char *out, uint32_t size);

#endif
