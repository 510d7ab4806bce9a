/* SPDX-License-Identifier: BSD-2-Clause */
/* What questions to posture and their answers are made of. */
#ifndef STANCE_POSTURE_QUERY_TYPES_H
#define STANCE_POSTURE_QUERY_TYPES_H

#include "base/api.h"
#include "base/span.h"
#include "posture/report.h"

ST_API_BEGIN

struct endpoint_filter;
struct freshness;
struct version_range;

/* The moment of a question, in microseconds. query.h explains the two clocks. Zeroed: now. */
struct when {
	int64_t as_of;    /* the state of the endpoints at this moment; 0: at known_at */
	int64_t known_at; /* what the manager had committed by this moment; 0: all of it */
};

#define WHEN_NOW ((struct when){ 0, 0 })

struct endpoint_row {
	uint32_t id;
	const char *key, *name;
	struct span platform; /* fact FACT_PLATFORM; empty: unknown */
	int64_t first_seen, last_contact;
	int64_t complete_through; /* its software is known completely up to this moment; 0: never */
	bool has_inventory;

	/* The endpoint's event ledger (RFC 8412, 3.7), always of now. Events up to
	 * contiguous_eid are committed. has_gap: an event after it is missing, or the endpoint
	 * reported that its inventory is incomplete (FACT_INCOMPLETE). */
	uint32_t epoch, contiguous_eid, highest_eid;
	bool has_gap;

	uint32_t software_count; /* distinct identifiers */
	bool assessed;           /* verdict and access are valid */
	enum verdict verdict;
	enum access access;
};

struct software_row {
	uint32_t id;
	struct span identifier;
	struct span name, version, arch, type, source_name, source_version, purl, supplier;
	uint32_t model_pen;
	uint8_t model;
	uint64_t endpoints; /* how many have it; only query_software fills it */
	uint32_t instances; /* how often it is installed now; only query_inventory fills it */
};

struct fact_row {
	struct span name, value;
};

struct result_row {
	struct span rule, reason;
	enum verdict verdict;
};

/* The software of a question. */
struct software_query {
	struct when when;
	const char *glob; /* matches its name or identifier (* ? [...]; case-sensitive) */
	const struct version_range *range;    /* contains its version; NULL: any version */
	const struct endpoint_filter *filter; /* endpoints that count; NULL: all */

	/* Freshness of the answer, as query_freshness computes it with `since`, except that
	 * untimed changes count only if they are about the software of the question. Filled
	 * before the first row, by query_exposure after the last. May be NULL. */
	struct freshness *fresh;
	int64_t since;

	/* How much installed software matches the glob but has a version that cannot be
	 * compared with the range. The answer does not contain it. May be NULL. */
	uint64_t *unordered;
};

ST_API_END

#endif
