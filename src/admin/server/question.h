/* SPDX-License-Identifier: BSD-2-Clause */
/* The common part of all questions about posture: repository, time and endpoints. */
#ifndef STANCE_ADMIN_SERVER_QUESTION_H
#define STANCE_ADMIN_SERVER_QUESTION_H

#include "admin/server/freshness.h"
#include "admin/server/response.h"
#include "posture/query.h"

struct question {
	struct posture *posture;
	struct when when;
	int64_t now;      /* as_of if set, else known_at if set, else the current time (us) */
	int64_t stale_us; /* stale if complete_through is older than now by more than this */
	const struct endpoint_filter *filter; /* --group, --platform; NULL: all endpoints */
	bool future; /* the requested time is in the future: the answer is about now */
};

static inline bool question_is_past(const struct question *question)
{
	return question->when.as_of || question->when.known_at;
}

/* Reads the arguments that all questions have. ST_ESTATE (no repository), ST_ENOENT (no such
 * group) or ST_ENOMEM: the end of the answer is set. */
int question_begin(struct response *response, struct question *question);

/* Sets the time of the question. */
void question_at(struct question *question, struct when when);

/* Sets the end of the answer if err, the result of a query, has a meaning for the
 * administrator. Returns what the handler returns. */
int question_end(struct response *response, const struct question *question, int err);

/* The endpoint of a question about one endpoint. */
struct subject {
	uint32_t id;
	bool has_inventory;
	struct answer_freshness freshness;
};

/* Finds the endpoint with this name or identity. ST_ENOENT (none) or ST_EVALUE (several): the
 * end of the answer is set. Or the error of the query. */
int question_endpoint(struct response *response, const struct question *question,
		      const char *text, struct subject *subject);

static inline struct cell cell_nonzero(uint64_t n)
{
	return n ? cell_count(n) : cell_null();
}

/* Null for an empty text, which means unknown. */
static inline struct cell cell_known(struct span s)
{
	return s.n ? cell_text(s) : cell_null();
}

#endif
