/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to posture, about the present and any past moment.
 *
 * Two clocks. Each change has two times: when it happened on the endpoint, and when the
 * manager committed it. struct when has one field for each.
 *
 *   1. as_of = T: the state of the endpoints at T, by all that is known today. Changes that
 *      happened before T and were reported later count.
 *   2. known_at = K: what the manager had committed at K. Later reports do not count.
 *   3. Both: what the manager knew at K about the state at T. A T after K counts as K.
 *   4. Neither: the present.
 *
 * Which time counts for as_of:
 *
 *   5. A software change that an event reported: the time of the event, taken as the end of
 *      its second (RFC 8412 has whole seconds), but not later than its commit.
 *   6. Everything else: the time of the commit. That includes the differences that an
 *      inventory shows, the first inventory, facts, results and assessments.
 *   7. Among changes to the same software of the same endpoint the order of the journal
 *      decides, even if the endpoint's clock went backwards: of those that count, the last one
 *      wins.
 *
 * How far an answer can be trusted:
 *
 *   8. complete_through of an endpoint: up to this moment its software is known completely. If
 *      it is past as_of, no later report can change the answer.
 *   9. An inventory can show a change without a time (change_untimed). Until that inventory
 *      the answer has the state before the change, and complete_through is the last moment at
 *      which that state was confirmed.
 *
 * Example. openssl is upgraded from 3.0.15 to 3.0.16 at 10:00. The endpoint is offline and
 * reports the event at 10:30.
 *
 *	as_of 10:15                    3.0.16   it was installed at 10:15
 *	known_at 10:15                 3.0.15   the manager did not know of the upgrade
 *	as_of 10:15, known_at 10:20    3.0.15   complete_through is before 10:15, so the answer
 *	                                        was not final
 *	as_of 09:50                    3.0.15   final: complete_through is 10:30
 *
 * Rules of all functions here:
 *
 *   - Rows are passed to fn one at a time and are valid during that call only.
 *   - fn returns 0 to continue. Any other value ends the query, which returns it.
 *   - No lock is held while fn runs. Any thread may call.
 *   - Errors: ST_ENOENT (no such endpoint or software), ST_ELIMIT (the moment is before the
 *     retained journal), ST_EDB, ST_ENOMEM. */
#ifndef STANCE_POSTURE_QUERY_H
#define STANCE_POSTURE_QUERY_H

#include "base/api.h"
#include "posture/change.h"
#include "posture/endpoint_filter.h"
#include "posture/query_changes.h"
#include "posture/query_exposure.h"
#include "posture/query_freshness.h"
#include "posture/query_lacking.h"
#include "posture/query_types.h"
#include "posture/query_watch.h"
#include "posture/report.h"
#include "posture/version.h"

ST_API_BEGIN

struct posture;

/* Endpoints, by name. filter: only these; NULL: all. */
int query_endpoints(struct posture *p, struct when when, const struct endpoint_filter *filter,
		    int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* The endpoint whose identity key is text, or else all endpoints whose name is text (not
 * case-sensitive). ST_ENOENT when there are none. */
int query_resolve(struct posture *p, struct when when, const char *text,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* Sets *is when software whose name or identifier matches the glob exists or ever existed. */
int query_is_name(struct posture *p, const char *glob, bool *is);

/* Software of the question that at least one endpoint has, by name, version, identifier.
 * Questions about the present without a filter let commits through after every 512 rows: the
 * counts of more rows than that are not of one moment. */
int query_software(struct posture *p, const struct software_query *q,
		   int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* The present description of one identifier, installed or not; `endpoints` is not filled.
 * Reads memory only. */
int query_identifier(struct posture *p, struct span identifier,
		     int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* Endpoints that have the software with this id, by name. Rows are brief: id, key, name,
 * first_seen, has_inventory, and has_gap and complete_through as known now. */
int query_software_endpoints(struct posture *p, struct when when, uint32_t software,
			     const struct endpoint_filter *filter,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx);

/* The software of one endpoint, by name, version, identifier. */
int query_inventory(struct posture *p, struct when when, uint32_t endpoint,
		    int (*fn)(void *ctx, const struct software_row *row), void *ctx);

/* The facts, and the results, of one endpoint, by name. */
int query_facts(struct posture *p, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx);
int query_results(struct posture *p, struct when when, uint32_t endpoint,
		  int (*fn)(void *ctx, const struct result_row *row), void *ctx);

ST_API_END

#endif
