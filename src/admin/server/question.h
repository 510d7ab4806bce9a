/* SPDX-License-Identifier: BSD-2-Clause */
/* What all questions about posture have in common: the repository, the moment, the endpoints. */
#ifndef STANCE_ADMIN_SERVER_QUESTION_H
#define STANCE_ADMIN_SERVER_QUESTION_H

#include "admin/server/freshness.h"
#include "admin/server/response.h"
#include "posture/query.h"

struct question {
	struct posture *posture;
	struct when when;
	int64_t now; /* the moment of the question as a time: as_of, known_at, or the clock's */
	int64_t stale_us; /* what is known only up to longer ago than this is stale */
	const struct endpoint_filter *filter; /* --group, --platform; NULL: all endpoints */
	bool future; /* the moment is in the future: the answer is about now */
};

static inline bool question_is_past(const struct question *question)
{
	return question->when.as_of || question->when.known_at;
}

/* Reads the arguments that every question has. ST_ESTATE (no repository), ST_ENOENT (no such group) or
 * ST_ENOMEM: the end of the answer is set. */
int question_begin(struct response *response, struct question *question);

/* Moves the question to another moment. */
void question_at(struct question *question, struct when when);

/* Turns the result of a query into the end of the answer where it is an error that a person can
 * understand. Returns what the handler returns. */
int question_end(struct response *response, const struct question *question, int err);

/* The one endpoint that a question is about. */
struct subject {
	uint32_t id;
	bool has_inventory;
	struct answer_freshness freshness;
};

/* Finds the endpoint with this name or identity. ST_ENOENT (none) or ST_EVALUE (several): the end of
 * the answer is set. Or the error of the query. */
int question_endpoint(struct response *response, const struct question *question,
		      const char *text, struct subject *subject);

static inline struct cell cell_nonzero(uint64_t n)
{
	return n ? cell_count(n) : cell_null();
}

/* Null for an empty text: not known. */
static inline struct cell cell_known(struct span s)
{
	return s.n ? cell_text(s) : cell_null();
}

#endif
