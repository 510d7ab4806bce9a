/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_posture.h"
#include "base/err.h"
#include "posture/posture.h"

#include <fnmatch.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define T0 INT64_C(1795289215123456) /* 2026-11-21T19:26:55.123456Z */

struct fake_posture fake_posture;

struct posture *fake_posture_open(void)
{
	memset(&fake_posture, 0, sizeof(fake_posture));
	return (struct posture *)&fake_posture;
}

const char *verdict_name(enum verdict v)
{
	return v == VERDICT_COMPLIANT ? "compliant" : v == VERDICT_MAJOR ? "major" : "unknown";
}

const char *access_name(enum access a)
{
	return a == ACCESS_ALLOWED ? "allowed" : "none";
}

const char *change_kind_name(enum change_kind kind)
{
	static const char *const names[CHANGE_N] = {
		[CHANGE_ENDPOINT] = "endpoint-seen",
		[CHANGE_FACT] = "fact-set",
		[CHANGE_FACT_GONE] = "fact-cleared",
		[CHANGE_INVENTORY] = "inventory",
		[CHANGE_ADDED] = "software-added",
		[CHANGE_REMOVED] = "software-removed",
		[CHANGE_CONFIRMED] = "inventory-confirmed",
		[CHANGE_RESULT] = "result",
		[CHANGE_ASSESSMENT] = "assessment",
		[CHANGE_ALTERED] = "software-altered",
		[CHANGE_INSTANCES] = "software-instances",
	};

	return names[kind] ? names[kind] : "unknown";
}

static _Thread_local struct {
	int (*look)(void *ctx);
	void *ctx;
} watch;

void query_watch(int (*look)(void *ctx), void *ctx)
{
	watch.look = look;
	watch.ctx = ctx;
}

/* The journal does not grow. */
int posture_follow(struct posture *p, uint64_t from_seq,
		   int (*fn)(void *ctx, const struct change *c), void *ctx,
		   struct follower **f)
{
	(void)p, (void)from_seq, (void)fn, (void)ctx;
	*f = (struct follower *)&fake_posture;
	atomic_fetch_add(&fake_posture.followers, 1);
	return fake_posture.err;
}

void posture_unfollow(struct follower *f)
{
	(void)f;
	atomic_fetch_sub(&fake_posture.followers, 1);
}

int posture_forget(struct posture *p, const char *key, const char *by)
{
	(void)p;
	(void)by;
	(void)snprintf(fake_posture.forgot, sizeof(fake_posture.forgot), "%s", key);
	return fake_posture.forget_error;
}

void posture_stats(struct posture *p, struct posture_stats *s)
{
	(void)p;
	*s = (struct posture_stats){
		.seq = 4711,
		.endpoints = 4,
		.software = 1008,
		.sets = 2,
		.reports = 12,
		.memory = 12 * 1024 * 1024 + 350000,
		.parts = { 350000, 1024 * 1024, 2 * 1024 * 1024, 8 * 1024 * 1024,
			   1024 * 1024 },
		.commit_us = 850,
		.last_error = fake_posture.last_error,
		.oldest = fake_posture.oldest,
		.plugin = "sqlite",
		.repository = "/var/lib/stance/posture.db",
	};
}

static const struct endpoint_row endpoints[] = {
	{ .id = 1,
	  .key = "dns:web1.example.org",
	  .name = "web1.example.org",
	  .platform = SPAN_LIT("Debian GNU/Linux 12 (bookworm) x86_64"),
	  .first_seen = T0 - 86400 * INT64_C(1000000),
	  .last_contact = T0,
	  .complete_through = T0,
	  .has_inventory = true,
	  .software_count = 1008,
	  .assessed = true,
	  .verdict = VERDICT_COMPLIANT,
	  .access = ACCESS_ALLOWED },
	{ .id = 2,
	  .key = "dns:\xe6\x9d\xb1\xe4\xba\xac.example.org",
	  .name = "\xe6\x9d\xb1\xe4\xba\xac.example.org",
	  .platform = SPAN_LIT("Evil\033[2JOS \"1,2\"\r\n\xff\xe2\x80\xae"),
	  .first_seen = T0,
	  .last_contact = T0,
	  .assessed = true,
	  .verdict = VERDICT_MAJOR },
	{ .id = 3, .key = "dns:twin", .name = "twin", .first_seen = T0, .last_contact = T0 },
	{ .id = 4, .key = "user:twin", .name = "twin", .first_seen = T0, .last_contact = T0 },
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* All endpoints, or only those that are completely known. */
static size_t endpoints_n(void)
{
	return fake_posture.fresh ? 1 : N(endpoints);
}

static int endpoints_many(int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	char name[64], key[80];
	int err = 0;

	for (size_t i = 0; !err && i < fake_posture.many; i++) {
		struct endpoint_row row = endpoints[0];

		(void)snprintf(name, sizeof(name), "host%06zu.example.org", i);
		(void)snprintf(key, sizeof(key), "dns:%s", name);
		row.id = (uint32_t)(100 + i);
		row.name = name;
		row.key = key;
		err = fn(ctx, &row);
	}
	return err;
}

/* One bit for each endpoint. */
struct endpoint_filter {
	unsigned ids;
};

int endpoint_filter_new(struct posture *p,
			bool (*has)(void *ctx, struct span key, struct span name,
				    struct span platform),
			void *ctx, struct endpoint_filter **out)
{
	struct endpoint_filter *a = calloc(1, sizeof(*a));

	(void)p;
	for (size_t i = 0; a && i < N(endpoints); i++)
		if (has(ctx, span_str(endpoints[i].key), span_str(endpoints[i].name),
			endpoints[i].platform))
			a->ids |= 1u << endpoints[i].id;
	*out = a;
	return a ? 0 : ST_ENOMEM;
}

void endpoint_filter_free(struct endpoint_filter *a)
{
	free(a);
}

bool endpoint_filter_has(const struct endpoint_filter *a, uint32_t endpoint)
{
	return !a || (endpoint < 32 && a->ids & 1u << endpoint);
}

uint64_t endpoint_filter_count(const struct endpoint_filter *a)
{
	return (uint64_t)__builtin_popcount(a->ids);
}

int query_endpoints(struct posture *p, struct when when, const struct endpoint_filter *filter,
		    int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	(void)p;
	fake_posture.as_of = when.as_of;
	fake_posture.known_at = when.known_at;
	for (size_t i = 0; !fake_posture.empty && i < endpoints_n(); i++) {
		struct endpoint_row row = endpoints[i];
		int err;

		if (!endpoint_filter_has(filter, row.id))
			continue;
		row.has_gap = fake_posture.gap;
		err = fn(ctx, &row);
		if (err || fake_posture.err)
			return err ? err : fake_posture.err;
	}
	return endpoints_many(fn, ctx);
}

struct fake_fresh {
	struct freshness *f;
	int64_t since;
	bool past;
};

static int fresh_row(void *ctx, const struct endpoint_row *row)
{
	struct fake_fresh *of = ctx;
	int64_t known = row->has_inventory ? row->complete_through : 0;

	if (!of->f->endpoints++ || known < of->f->complete_through) {
		of->f->complete_through = known;
		(void)snprintf(of->f->worst, sizeof(of->f->worst), "%s", row->name);
	}
	of->f->stale += (row->has_gap && !of->past) || !known || known < of->since;
	return 0;
}

int query_freshness(struct posture *p, struct when when, const struct endpoint_filter *filter,
		    int64_t since, struct freshness *f)
{
	struct fake_fresh of = { f, since, when.as_of || when.known_at };

	*f = (struct freshness){ 0 };
	return query_endpoints(p, when, filter, fresh_row, &of);
}

int query_resolve(struct posture *p, struct when when, const char *text,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	int err = ST_ENOENT;

	(void)p;
	fake_posture.as_of = when.as_of;
	fake_posture.known_at = when.known_at;
	for (size_t i = 0; i < N(endpoints); i++)
		if (strcmp(endpoints[i].key, text) == 0)
			return fn(ctx, &endpoints[i]);
	for (size_t i = 0; i < N(endpoints); i++)
		if (strcasecmp(endpoints[i].name, text) == 0)
			err = fn(ctx, &endpoints[i]);
	return err;
}

/* Fills the freshness of a software query. */
static int fill_fresh(struct posture *p, const struct software_query *q)
{
	struct when asked = { fake_posture.as_of, fake_posture.known_at };
	int err = 0;

	if (q->fresh)
		err = query_freshness(p, q->when, q->filter, q->since, q->fresh);
	fake_posture.as_of = asked.as_of;
	fake_posture.known_at = asked.known_at;
	return err;
}

static const struct software_row software[] = {
	{ .id = 1,
	  .identifier = SPAN_LIT("debian.org__openssl-3.0.17-1~deb12u2-amd64"),
	  .name = SPAN_LIT("openssl"),
	  .version = SPAN_LIT("3.0.17-1~deb12u2"),
	  .arch = SPAN_LIT("amd64"),
	  .type = SPAN_LIT("deb"),
	  .endpoints = 2 },
	{ .id = 2,
	  .identifier = SPAN_LIT("debian.org__openssl-tool-1-all"),
	  .name = SPAN_LIT("openssl-tool"),
	  .version = SPAN_LIT("1"),
	  .endpoints = 0 },
	{ .id = 3, .identifier = SPAN_LIT("only-an-identifier"), .endpoints = 1 },
};

int query_is_name(struct posture *p, const char *glob, bool *is)
{
	(void)p;
	*is = strcmp(glob, "openssl=tool") == 0;
	return 0;
}

int query_software(struct posture *p, const struct software_query *q,
		   int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	int err = 0;

	(void)p;
	fake_posture.as_of = q->when.as_of;
	fake_posture.known_at = q->when.known_at;
	if (q->unordered)
		*q->unordered = 0;
	err = fill_fresh(p, q);
	for (size_t i = 0; !err && i < N(software); i++) {
		enum version_match m =
			q->range ? version_range_match(q->range, software[i].type,
						       software[i].version)
				 : VERSION_IN;

		if (m == VERSION_UNKNOWN && q->unordered)
			++*q->unordered;
		if (m != VERSION_IN)
			continue;
		if ((software[i].name.p &&
		     fnmatch(q->glob, (const char *)software[i].name.p, 0) == 0) ||
		    fnmatch(q->glob, (const char *)software[i].identifier.p, 0) == 0)
			err = fn(ctx, &software[i]);
	}
	return err;
}

int query_software_endpoints(struct posture *p, struct when when, uint32_t id,
			     const struct endpoint_filter *filter,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	int err = 0;

	(void)p;
	fake_posture.as_of = when.as_of;
	fake_posture.known_at = when.known_at;
	if (id == 2)
		return 0;
	for (size_t i = 0; i < (id == 1 ? 2 : 1); i++)
		if (endpoint_filter_has(filter, endpoints[i].id) &&
		    (err = fn(ctx, &endpoints[i])))
			return err;
	if (id != 1)
		return 0;
	return endpoints_many(fn, ctx);
}

/* Only the first endpoint has software. */
int query_lacking(struct posture *p, const struct software_query *q,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	bool matches = fnmatch(q->glob, "openssl", 0) == 0;
	int err = 0;

	(void)p;
	fake_posture.as_of = q->when.as_of;
	fake_posture.known_at = q->when.known_at;
	err = fill_fresh(p, q);
	for (size_t i = 0; !err && !fake_posture.empty && i < endpoints_n(); i++)
		if (endpoint_filter_has(q->filter, endpoints[i].id) && !(matches && i == 0))
			err = fn(ctx, &endpoints[i]);
	return err;
}

/* The first endpoint has had openssl for two days, and other software for one hour. */
int query_exposure(struct posture *p, const struct exposure_query *q,
		   int (*fn)(void *ctx, const struct exposure_row *row), void *ctx)
{
	const int64_t hour = 3600 * INT64_C(1000000);
	const struct exposure_row rows[] = {
		{ .endpoint = &endpoints[0],
		  .software = &software[0],
		  .since = T0 - 48 * hour,
		  .since_known = T0 - 47 * hour,
		  .earlier = true },
		{ .endpoint = &endpoints[0],
		  .software = &software[2],
		  .since = T0 - 9 * hour,
		  .until = T0 - 8 * hour,
		  .since_known = T0 - 8 * hour,
		  .until_known = T0 - 7 * hour,
		  .until_untimed = true,
		  .until_after = T0 - 8 * hour - hour / 2 },
	};
	int err = 0;

	(void)p;
	fake_posture.known_at = q->software.when.known_at;
	if (q->software.unordered)
		*q->software.unordered = 0;
	err = fill_fresh(p, &q->software);
	for (size_t i = 0; !err && i < N(rows); i++)
		if (fnmatch(q->software.glob, (const char *)rows[i].software->identifier.p,
			    0) == 0 &&
		    endpoint_filter_has(q->software.filter, 1) &&
		    (!q->to || rows[i].since <= q->to) &&
		    (!rows[i].until || rows[i].until > q->from))
			err = fn(ctx, &rows[i]);
	return err;
}

int query_inventory(struct posture *p, struct when when, uint32_t endpoint,
		    int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	(void)p;
	fake_posture.as_of = when.as_of;
	fake_posture.known_at = when.known_at;
	if (endpoint != 1)
		return 0;
	for (size_t i = 0; i < N(software); i++) {
		int err = fn(ctx, &software[i]);

		if (err || fake_posture.err)
			return err ? err : fake_posture.err;
	}
	return 0;
}

int query_facts(struct posture *p, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx)
{
	const struct fact_row row = { SPAN_LIT("os.name"), SPAN_LIT("Debian") };

	(void)p;
	fake_posture.as_of = when.as_of;
	fake_posture.known_at = when.known_at;
	return endpoint == 1 ? fn(ctx, &row) : 0;
}

int query_results(struct posture *p, struct when when, uint32_t endpoint,
		  int (*fn)(void *ctx, const struct result_row *row), void *ctx)
{
	struct result_row row = { SPAN_LIT("os.version"), SPAN_LIT("too old"), VERDICT_MAJOR };

	(void)p;
	fake_posture.as_of = when.as_of;
	fake_posture.known_at = when.known_at;
	if (endpoint == 3)
		row.verdict = VERDICT_UNKNOWN;
	else if (endpoint != 2)
		row = (struct result_row){ SPAN_LIT("os.version"), { 0 }, VERDICT_COMPLIANT };
	return fn(ctx, &row);
}

static const struct change changes[] = {
	{ .seq = 1,
	  .kind = CHANGE_ENDPOINT,
	  .endpoint = 1,
	  .known_at = T0,
	  .key = SPAN_LIT("dns:web1.example.org"),
	  .value = SPAN_LIT("web1.example.org") },
	{ .seq = 2,
	  .kind = CHANGE_FACT,
	  .endpoint = 1,
	  .known_at = T0,
	  .has_was = true,
	  .key = SPAN_LIT("os.name"),
	  .value = SPAN_LIT("Debian"),
	  .was = SPAN_LIT("Ubuntu") },
	{ .seq = 3,
	  .kind = CHANGE_FACT_GONE,
	  .endpoint = 1,
	  .known_at = T0,
	  .has_was = true,
	  .key = SPAN_LIT("os.toy"),
	  .was = SPAN_LIT("1") },
	{ .seq = 4, .kind = CHANGE_INVENTORY, .endpoint = 1, .known_at = T0, .number = 1008 },
	{ .seq = 5,
	  .kind = CHANGE_ADDED,
	  .endpoint = 1,
	  .known_at = T0,
	  .software = 1,
	  .happened_at = T0 - 1000000,
	  .epoch = 90,
	  .eid = 17,
	  .value = SPAN_LIT("/usr/share/openssl") },
	{ .seq = 6,
	  .kind = CHANGE_REMOVED,
	  .endpoint = 2,
	  .known_at = T0 + 1000000,
	  .software = 3 },
	{ .seq = 7,
	  .kind = CHANGE_RESULT,
	  .endpoint = 2,
	  .known_at = T0 + 2000000,
	  .key = SPAN_LIT("os.version"),
	  .number = VERDICT_MAJOR,
	  .has_was = true,
	  .number_was = VERDICT_COMPLIANT,
	  .value = SPAN_LIT("too old") },
	{ .seq = 8,
	  .kind = CHANGE_ASSESSMENT,
	  .endpoint = 1,
	  .known_at = T0 + 3000000,
	  .number = VERDICT_COMPLIANT | ACCESS_ALLOWED << 8 },
	{ .seq = 9,
	  .kind = CHANGE_CONFIRMED,
	  .endpoint = 1,
	  .known_at = T0 + 4000000,
	  .number = T0 },
	{ .seq = 10,
	  .kind = CHANGE_ALTERED,
	  .endpoint = 1,
	  .known_at = T0 + 5000000,
	  .software = 1,
	  .eid = 18 },
	{ .seq = 11,
	  .kind = CHANGE_INSTANCES,
	  .endpoint = 1,
	  .known_at = T0 + 6000000,
	  .software = 1,
	  .number = 2,
	  .number_was = 1,
	  .eid = 19 },
};

int query_changes(struct posture *p, const struct change_query *q,
		  int (*fn)(void *ctx, const struct change_row *row), void *ctx)
{
	int err = 0;

	(void)p;
	fake_posture.until = q->until;
	while (fake_posture.endless && !err) /* a long query without rows */
		err = watch.look ? watch.look(watch.ctx) : ST_ETIMEOUT;
	for (size_t i = 0; !err && i < N(changes); i++) {
		const struct change *c = &changes[i];
		struct change_row row = { *c,
					  endpoints[c->endpoint - 1].key,
					  endpoints[c->endpoint - 1].name,
					  { 0 } };

		if ((q->kinds && !(q->kinds & CHANGE_BIT(c->kind))) ||
		    (q->endpoint && q->endpoint != c->endpoint) || c->known_at <= q->since ||
		    (q->until && c->known_at > q->until) || c->seq <= q->after_seq ||
		    (q->as_of && change_effective(c) > q->as_of))
			continue;
		if (c->software)
			row.software = software[c->software - 1];
		err = fn(ctx, &row);
	}
	for (size_t i = 0; !err && i < fake_posture.many; i++)
		err = fn(ctx,
			 &(struct change_row){
				 changes[0], endpoints[0].key, endpoints[0].name, { 0 } });
	if (!err && q->fresh)
		err = query_freshness(p, q->fresh_when, q->filter, q->fresh_since, q->fresh);
	return err;
}
