/* SPDX-License-Identifier: BSD-2-Clause */
/* One command being answered. A handler reads its arguments from call->request (request.h),
 * asks the posture, and gives rows; where they go (local socket, test) is the caller's affair.
 *
 * The answer is lines of JSON, so that no part of it is ever whole in memory:
 *
 *   {"stance":1,"keys":["name","version",...]}     the columns that follow, in order
 *   ["openssl","3.0.17",...]                       a row
 *   {"more":["web3","web4"]}                       more of the last row's list
 *   {"alive":true,"text":"..."}                    nothing yet, but we are there; text, which
 *                                                  may be absent, is how far it is
 *   {"exit":0,"rows":12,"text":"..."}              the end; text is for people, may be absent
 */
#ifndef STANCE_ADMIN_SERVER_RESPONSE_H
#define STANCE_ADMIN_SERVER_RESPONSE_H

#include "admin/request.h"
#include "admin/server/server.h"
#include "base/wr.h"

struct response {
	const struct admin_env *env;
	const struct admin_request *request;
	struct response_output *output;
	struct endpoint_filter *filter; /* the endpoints that count (ask_begin); NULL: all */
	struct version_range *range;    /* and the versions (ask_software); NULL: all */
	char *glob;
};

/* One value of a row; the column says what it is. Borrowed during the call only. */
struct cell {
	bool given; /* false: null */
	int64_t n;  /* COL_COUNT, COL_TIME (us), COL_BOOL */
	struct span text;
	const struct span *list; /* COL_LIST */
	size_t list_n;
};

static inline struct cell cell_null(void)
{
	return (struct cell){ 0 };
}

/* Null when s.p is NULL. Octets that are no UTF-8 are replaced. */
static inline struct cell cell_text(struct span s)
{
	return (struct cell){ .given = s.p != NULL, .text = s };
}

static inline struct cell cell_str(const char *s)
{
	return cell_text(span_str(s));
}

static inline struct cell cell_count(uint64_t n)
{
	return (struct cell){ .given = true, .n = (int64_t)n };
}

static inline struct cell cell_bool(bool b)
{
	return (struct cell){ .given = true, .n = b };
}

/* Null when us is 0: never. */
static inline struct cell cell_time(int64_t us)
{
	return (struct cell){ .given = us != 0, .n = us };
}

static inline struct cell cell_list(const struct span *list, size_t n)
{
	return (struct cell){ .given = true, .list = list, .list_n = n };
}

/* Gives a row: one cell for each column of call->request->view. ST_ECLOSED or ST_ETIMEOUT when
 * the reader is gone: stop and return it. */
int response_row(struct response *response, const struct cell *cells);

/* Continues the last row's list. */
int response_more(struct response *response, const struct span *list, size_t n);

/* Sends what is buffered now instead of when it is worth it. */
int response_flush(struct response *response);

/* Sends what is buffered, and how far it is, for people who wait. */
int response_progress(struct response *response, const char *text);

/* Sends what is buffered and waits until fd can be read (1) or timeout_us have passed (0; below
 * zero: never), keeping the reader informed that somebody is there. ST_ECLOSED when the reader
 * has gone and ST_ESTATE when the server stops: return it. */
int response_wait(struct response *response, int fd, int64_t timeout_us);

/* Who asks, for logs and the journal: "uid 0". Never NULL. */
const char *response_author(const struct response *response);

/* Rows given so far. */
uint64_t response_rows(const struct response *response);

/* Says how it ended and why, for people. Without it the exit code is ADMIN_YES when there was a
 * row and ADMIN_NO when there was none. The last word counts; always returns 0. */
int response_end(struct response *response, enum admin_exit exit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Where an answer goes: takes all of it, or returns an error that ends the answer. */
struct admin_sink {
	int (*send)(void *ctx, struct span bytes);
	void *ctx;
	/* Waits until fd (-1: none) can be read (1) or the monotonic clock reads deadline_us
	 * (0); ST_ECLOSED at once when the reader has gone, ST_ESTATE when it is time to stop.
	 * NULL: a reader that never goes. */
	int (*wait)(void *ctx, int fd, int64_t deadline_us);
	const char *author; /* asks, for the log; NULL: nobody knows */
	/* Asks for leave to answer for hours: 0, or ST_EBUSY. NULL: always. */
	int (*stay)(void *ctx);
};

/* Answers one request line from a peer that has this role. Always ends with an end line, unless
 * the sink fails, whose error it returns. */
int admin_answer(const struct admin_env *env, enum admin_role role, struct span line,
		 const struct admin_sink *sink);

/* Appends an end line: how a server says no before there is a question. */
void admin_end_line(struct wr *w, enum admin_exit exit, uint64_t rows, const char *text);

#endif
