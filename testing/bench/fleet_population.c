/* SPDX-License-Identifier: BSD-2-Clause */
#include "fleet_population.h"
#include "posture/identity.h"
#include "posture/report.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define EPOCH_BASE 0x5a000000u
#define VARIANTS 5  /* versions that an upgrade may lead to */
#define EXTRAS 2000 /* packages that are on no image */
#define N_VERSIONS (POPULATION_IMAGES + VARIANTS + 1)

/* splitmix64: number i of endpoint n. */
static uint32_t draw(uint32_t n, uint32_t i)
{
	uint64_t x = ((uint64_t)n << 32 | i) + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((x ^ x >> 31) >> 16);
}

void population_name(uint32_t n, char *out, uint32_t size)
{
	(void)snprintf(out, size, "host-%06u.example", n);
}

/* A package in one version, rendered once; it is described when it is told of first, as
 * a manager asks for the records of what it does not know. */
struct population_package {
	char id[64], name[20], version[12];
	bool told;
};

int population_init(struct population *f, uint32_t endpoints, uint32_t packages)
{
	*f = (struct population){ .endpoints = endpoints, .packages = packages };
	f->cache = calloc((size_t)packages * N_VERSIONS, sizeof(*f->cache));
	return f->cache ? 0 : ST_ENOMEM;
}

void population_free(struct population *f)
{
	free(f->cache);
}

static void render(struct population_package *p, const char *name, uint32_t version)
{
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	(void)snprintf(p->version, sizeof(p->version), "1.%u-1", version);
	(void)snprintf(p->id, sizeof(p->id), "debian.org__%s-%s_amd64", p->name, p->version);
}

static struct software software_of(struct population_package *p)
{
	struct software s = { .identifier = span_str(p->id) };

	if (p->told)
		return s;
	p->told = true;
	s.name = span_str(p->name);
	s.version = span_str(p->version);
	s.arch = span_str("amd64");
	s.type = span_str("deb");
	s.supplier = span_str("Debian");
	return s;
}

/* Package i of the images: version below POPULATION_IMAGES there, above it an upgrade. */
static struct software common_of(const struct population *f, uint32_t i, uint32_t version)
{
	struct population_package *p = &f->cache[(size_t)i * N_VERSIONS + version];
	char name[20];

	if (!*p->id) {
		population_common(f, i, name, sizeof(name));
		render(p, name, version);
	}
	return software_of(p);
}

static void tell_other(struct report *r, const char *name)
{
	struct population_package p = { 0 };
	struct software s;

	render(&p, name, 1);
	s = software_of(&p);
	(void)report_software(r, &s);
}

/* A fifth of the packages is in another version on each image. */
static uint32_t image_version(uint32_t image, uint32_t i)
{
	return (i * 7 + image) % 5 == 0 ? image : 0;
}

/* What drift has done to package i of endpoint n: 0 nothing, 1 removed it, else upgraded. */
static uint32_t drifted(uint32_t n, const uint32_t *at, uint32_t drift, uint32_t i)
{
	for (uint32_t k = 0; k < drift; k++)
		if (at[k] == i)
			return 1 + draw(n, 200 + k) % VARIANTS;
	return 0;
}

static void inventory(const struct population *f, struct report *r, uint32_t n)
{
	uint32_t image = n % POPULATION_IMAGES, drift = draw(n, 1) % (POPULATION_DRIFT + 1);
	uint32_t at[POPULATION_DRIFT];
	char name[20];

	for (uint32_t k = 0; k < drift; k++)
		at[k] = draw(n, 100 + k) % f->packages;
	(void)report_inventory(r, &(struct inventory_head){ EPOCH_BASE + n, 10, 0 });
	for (uint32_t i = 0; i < f->packages; i++) {
		uint32_t what = drifted(n, at, drift, i);
		struct software s;

		if (what == 1)
			continue;
		s = common_of(f, i, what ? POPULATION_IMAGES + what : image_version(image, i));
		(void)report_software(r, &s);
	}
	for (uint32_t k = 0; k < drift / 4; k++) {
		(void)snprintf(name, sizeof(name), "extra-%u", draw(n, 300 + k) % EXTRAS);
		tell_other(r, name);
	}
	if (n % POPULATION_RARE == 0) {
		population_rare(f, n / POPULATION_RARE, name, sizeof(name));
		tell_other(r, name);
	}
	(void)report_inventory_end(r);
}

static void facts(struct report *r, uint32_t n, uint32_t boot)
{
	static const char *const words[][2] = {
		{ FACT_PLATFORM, "Debian GNU/Linux 12 (bookworm) x86_64" },
		{ "os.vendor", "9" },
		{ "os.product", "Debian GNU/Linux" },
		{ "os.version", "12.7" },
		{ "os.version.string", "12 (bookworm)" },
		{ "os.arch", "x86_64" },
		{ "os.status", "operational" },
		{ "os.forwarding", "disabled" },
		{ "os.default_password", "no" },
		{ "os.port.tcp/22", "allowed" },
		{ "swima.subscription", "active" },
		{ "swima.sources", "0 dpkg, 1 swidtag" },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		(void)report_fact(r, words[i][0], span_str(words[i][1]));
	(void)snprintf(text, sizeof(text), "6.1.0-%u-amd64", 10 + n % 17);
	(void)report_fact(r, "os.kernel", span_str(text));
	(void)snprintf(text, sizeof(text), "2026-11-%02uT%02u:%02u:%02uZ", 1 + boot % 28,
		       draw(n, 2) % 24, draw(n, 3) % 60, draw(n, 4) % 60);
	(void)report_fact(r, "os.last_use", span_str(text));
}

/* One upgrade: the old version goes, the new one comes. */
static void events(const struct population *f, struct report *r, uint32_t n, uint32_t eid)
{
	uint32_t i = draw(n, eid) % f->packages;
	uint32_t image = n % POPULATION_IMAGES;
	struct event ev = { .eid = eid, .action = EVENT_DELETED };

	(void)report_events(r,
			    &(struct events_head){ EPOCH_BASE + n, eid, eid + 1, eid + 1, 0 });
	ev.software = common_of(f, i, image_version(image, i));
	(void)report_event(r, &ev);
	ev = (struct event){ .eid = eid + 1, .action = EVENT_CREATED };
	ev.software = common_of(f, i, POPULATION_IMAGES + 1 + draw(n, eid + 1) % VARIANTS);
	(void)report_event(r, &ev);
	(void)report_events_end(r);
}

static struct report *report_of(struct posture *p, uint32_t n)
{
	struct identity id;
	struct report *r;
	char name[64];

	population_name(n, name, sizeof(name));
	if (identity_from_value(IDENTITY_FQDN, span_str(name), &id) < 0)
		return NULL;
	r = report_new(p, &id);
	identity_free(&id);
	return r;
}

struct report *population_first(const struct population *f, struct posture *p, uint32_t n)
{
	struct report *r = report_of(p, n);

	if (!r)
		return NULL;
	facts(r, n, 1);
	inventory(f, r, n);
	if (n % POPULATION_EVENTS == 0)
		events(f, r, n, 11);
	(void)report_result(r, "swima.inventory", VERDICT_COMPLIANT, (struct span){ 0 });
	if (n % 50 == 0)
		(void)report_result(r, "os.version", VERDICT_MINOR, span_str("12.7 is old"));
	(void)report_assessment(r, n % 50 ? VERDICT_COMPLIANT : VERDICT_MINOR, ACCESS_ALLOWED);
	return r;
}

struct report *population_change(const struct population *f, struct posture *p, uint32_t n)
{
	struct report *r = report_of(p, n);

	if (!r)
		return NULL;
	facts(r, n, 2);
	events(f, r, n, n % POPULATION_EVENTS ? 11 : 13);
	return r;
}

void population_common(const struct population *f, uint32_t i, char *out, uint32_t size)
{
	(void)snprintf(out, size, "package-%u", i % f->packages);
}

void population_drifted(const struct population *f, uint32_t i, char *out, uint32_t size)
{
	(void)f;
	(void)snprintf(out, size, "extra-%u", draw(i, 5) % EXTRAS);
}

void population_rare(const struct population *f, uint32_t i, char *out, uint32_t size)
{
	(void)f;
	(void)snprintf(out, size, "rare-%u", i);
}
