/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to posture. Every one can be asked about the past, and is answered exactly.
 *
 * There are two clocks. A change happened on the endpoint, and later the manager knew of it.
 * as_of asks for the state of the endpoints at a moment, as far as is known by now: what
 * happened before and was told late counts. known_at asks what the manager had committed at a
 * moment, and with as_of, what it knew then about that earlier one.
 *
 * A change of software took effect when it happened by the endpoint's clock (at the end of the
 * second that it told), if that is not later than when the manager knew; everything else when
 * the manager knew. That goes
 * for differences that an inventory shows (nobody told when they came about), for the first
 * inventory, before which nothing is known, and for facts, results and assessments. Of what
 * happened to one software on one endpoint the order of the journal decides, even when the
 * endpoint's clock went backwards: the newest change in it that took effect by then is the state.
 *
 * What a past answer is worth is told by complete_through: of each endpoint, as it was known at
 * known_at. Once that has passed as_of, nothing can come that changes the answer. But of what came
 * or went and nobody told when (change_untimed), the answer has what was before; and where as_of is
 * behind the moment up to which everything was known before, complete_through is that moment; that
 * of the inventory before it, where an inventory shows that events were not the whole story.
 *
 * Rows are handed to fn one by one and are valid only during that call. fn returns 0 to go on;
 * anything else ends the query, which then returns that value. No lock is held while fn runs.
 * Any thread. Errors: ST_ENOENT (no such endpoint or software), ST_ELIMIT (the moment is older than
 * the journal that is kept), ST_EDB, ST_ENOMEM. */
#ifndef STANCE_POSTURE_QUERY_H
#define STANCE_POSTURE_QUERY_H

#include "base/api.h"
#include "posture/endpoint_filter.h"
#include "posture/change.h"
#include "posture/report.h"
#include "posture/version.h"

ST_API_BEGIN

struct posture;

/* The moment a question is about, in microseconds. Zeroed: now. */
struct when {
	int64_t as_of;    /* the state at that moment; 0: at known_at */
	int64_t known_at; /* with what was known at that one; 0: all that is known */
};

#define WHEN_NOW ((struct when){ 0, 0 })

/* From now on every query of this thread calls look(ctx) now and then while it reads the
 * journal, whether or not there are rows, and ends with what that returns when it is not 0; so
 * a question that nobody waits for any more does not run on. NULL: none does. */
void query_watch(int (*look)(void *ctx), void *ctx);

struct endpoint_row {
	uint32_t id;
	const char *key, *name;
	struct span platform; /* fact FACT_PLATFORM, empty if unknown */
	int64_t first_seen, last_contact;
	int64_t complete_through; /* its software is known completely up to here, by what is
				     known at known_at; 0: never was */
	bool has_inventory;
	/* Its ledger (RFC 8412, 3.7), always as it is now: events up to contiguous_eid are
	 * known; a gap is one that is missing, or software of which it is known that it is
	 * (FACT_INCOMPLETE). The past has complete_through. */
	uint32_t epoch, contiguous_eid, highest_eid;
	bool has_gap;
	uint32_t software_count; /* different identifiers */
	bool assessed;           /* verdict and access are of a real assessment */
	enum verdict verdict;
	enum access access;
};

struct software_row {
	uint32_t id;
	struct span identifier;
	struct span name, version, arch, type, source_name, source_version, purl, supplier;
	uint32_t model_pen;
	uint8_t model;
	uint64_t endpoints; /* how many have it; filled by query_software only */
	uint32_t
		instances; /* how often it is installed, now; filled by query_inventory only */
};

struct fact_row {
	struct span name, value;
};

struct result_row {
	struct span rule, reason;
	enum verdict verdict;
};

/* All endpoints (among: of those; NULL: of all), in the order of their names. */
int query_endpoints(struct posture *p, struct when when, const struct among *among,
		    int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* How far the software of endpoints is known. Of all endpoints now it costs no more for a million
 * of them; with as_of a look at each in memory, without what is untimed; with known_at a look at
 * the journal since. */
struct freshness {
	uint64_t endpoints;
	uint64_t
		stale; /* lacks events (row.has_gap), or is not known completely up to `since` */
	int64_t complete_through; /* the least of all; 0: one has never told */
	char worst[256];          /* name of that one, cut */
};

/* since: a moment, microseconds; gaps count only when the question is about now. */
int query_freshness(struct posture *p, struct when when, const struct among *among,
		    int64_t since, struct freshness *f);

/* Endpoints that text means: an identity key exactly, or else every endpoint of that name
 * (case does not matter). ST_ENOENT when there is none. */
int query_resolve(struct posture *p, struct when when, const char *text,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* Which software a question is about. */
struct software_query {
	struct when when;
	const char *glob; /* its name or identifier matches (* ? [...]; case matters) */
	const struct version_range *range; /* its version is in it (version.h); NULL: any */
	const struct among *among;         /* endpoints that count; NULL: all */
	/* How far the software of the endpoints is known, as query_freshness says; but of what came or
	 * went untimed only that counts which is asked for. Filled before the first row (by
	 * query_exposure: in the end). May be NULL. */
	struct freshness *fresh;
	int64_t since; /* for it */
	/* Of software that matches the glob, how much has a version of which nobody can say whether
	 * it is in the range, and some endpoint; it is not among the answer. May be NULL. */
	uint64_t *unordered;
};

/* Whether there is, or ever was, software whose name or identifier matches the glob. */
int query_is_name(struct posture *p, const char *glob, bool *is);

/* Software that is asked for and that at least one endpoint has, by name, version,
 * identifier. Counts of now, of all endpoints (no among), of more than 512 software are not of one
 * moment: after so many, changes are let in. */
int query_software(struct posture *p, const struct software_query *q,
		   int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* What is known now of one identifier, whether or not anybody has it (endpoints is not filled).
 * From memory. */
int query_identifier(struct posture *p, struct span identifier,
		     int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* Endpoints (likewise) that have the software with this id, by name. Rows are brief: id, key, name,
 * first_seen, has_inventory; has_gap and complete_through by what is known now. */
int query_software_endpoints(struct posture *p, struct when when, uint32_t software,
			     const struct among *among,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* The endpoints, in the order of their names, that have none of the software that is asked for:
 * rows and sets of the same moment. With as_of alone rows are brief (as above). */
int query_lacking(struct posture *p, const struct software_query *q,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* From when to when endpoints had software. */
struct exposure_query {
	/* when.as_of: the moment that complete_through and fresh are about; unordered: whoever has
	 * it */
	struct software_query software;
	int64_t from, to; /* windows that overlap this; 0: any */
};

/* A window in which an endpoint had a software, on both clocks. It took effect at since and ended
 * at until (0: it has not); the manager knew of that at since_known and until_known. earlier: the
 * endpoint's first inventory, at since, showed it: it may have been there before. Where nobody told
 * when it came, or went, that was after since_after, until_after (0: never complete before), and no
 * later than since, until. */
struct exposure_row {
	/* id, key, name, and how far its software is known now, this one at as_of: has_inventory,
	 * has_gap, complete_through */
	const struct endpoint_row *endpoint;
	const struct software_row *software; /* without endpoints and instances */
	int64_t since, until, since_known, until_known;
	bool earlier;
	bool since_untimed, until_untimed;
	int64_t since_after, until_after; /* of these */
};

/* By software (name, version, identifier), then by the name of the endpoint, then by since. At any
 * moment between the two, and at no other, a query with that as_of finds the endpoint among those
 * that have it. A window that may have begun before `to`, untimed, overlaps. What was before the journal that is kept counts from where it begins. */
int query_exposure(struct posture *p, const struct exposure_query *q,
		   int (*fn)(void *ctx, const struct exposure_row *row), void *ctx);

/* What is on one endpoint, by name, version, identifier. */
int query_inventory(struct posture *p, struct when when, uint32_t endpoint,
		    int (*fn)(void *ctx, const struct software_row *row), void *ctx);

int query_facts(struct posture *p, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx);
int query_results(struct posture *p, struct when when, uint32_t endpoint,
		  int (*fn)(void *ctx, const struct result_row *row), void *ctx);

/* Which lines of the journal; zero fields do not narrow. */
struct change_query {
	int64_t since, until; /* known_at > since, known_at <= until */
	int64_t as_of;        /* took effect by then */
	uint64_t after_seq;   /* seq > after_seq */
	uint32_t endpoint;
	const struct among *among; /* of these endpoints; NULL: all */
	uint32_t kinds;            /* CHANGE_BIT of those wanted; 0: all */
	uint64_t limit;            /* at most so many */
	bool newest_first;
	/* How far the software of the endpoints is known at fresh_when, as query_freshness says with
	 * fresh_since; what is untimed counts where kinds have it, and, with a limit, where it comes
	 * before the last row: what comes behind would not be among the answer. Filled in the end.
	 * May be NULL. */
	struct freshness *fresh;
	struct when fresh_when;
	int64_t fresh_since;
};

struct change_row {
	struct change change;
	const char *endpoint_key, *endpoint_name;
	struct software_row software; /* id 0 where the change has none */
};

int query_changes(struct posture *p, const struct change_query *q,
		  int (*fn)(void *ctx, const struct change_row *row), void *ctx);

ST_API_END

#endif
