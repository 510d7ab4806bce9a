/* SPDX-License-Identifier: BSD-2-Clause */
/* The response to one request. A handler reads its arguments from response->request
 * (request.h), queries the posture and sends rows. The sink decides where they go (local
 * socket, test).
 *
 * The response is lines of JSON, so that it is never held in memory as a whole:
 *
 *   {"stance":1,"keys":["name","version",...]}     the columns that follow, in order
 *   ["openssl","3.0.17",...]                       a row
 *   {"more":["web3","web4"]}                       more items of the last row's list
 *   {"alive":true,"text":"..."}                    keep-alive; text: progress, optional
 *   {"exit":0,"rows":12,"text":"..."}              the end; text: message, optional */
#ifndef STANCE_ADMIN_SERVER_RESPONSE_H
#define STANCE_ADMIN_SERVER_RESPONSE_H

#include "admin/request.h"
#include "admin/server/server.h"
#include "base/wr.h"

struct response {
	const struct admin_env *env;
	const struct admin_request *request;
	struct response_output *output;
	struct endpoint_filter *filter; /* --group, --platform (question_begin); NULL: all */
	struct version_range *range;    /* versions (software_args_read); NULL: all */
	char *glob;
};

/* One value of a row; the type is that of the column. Borrowed during the call. */
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

/* Null if s.p is NULL. Octets that are not valid UTF-8 are replaced. */
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

/* Null if us is 0, which means never. */
static inline struct cell cell_time(int64_t us)
{
	return (struct cell){ .given = us != 0, .n = us };
}

static inline struct cell cell_list(const struct span *list, size_t n)
{
	return (struct cell){ .given = true, .list = list, .list_n = n };
}

/* Sends a row: one cell for each column of response->request->view. ST_ECLOSED or ST_ETIMEOUT:
 * the client is gone; the handler stops and returns the error. */
int response_row(struct response *response, const struct cell *cells);

/* Sends more items of the last row's list. */
int response_more(struct response *response, const struct span *list, size_t n);

/* Sends the buffered octets now. */
int response_flush(struct response *response);

/* Sends the buffered octets and a keep-alive line with the progress text. */
int response_progress(struct response *response, const char *text);

/* Sends the buffered octets, then waits until fd is readable (returns 1) or timeout_us have
 * passed (returns 0; negative: no timeout). Sends keep-alive lines meanwhile. ST_ECLOSED (the
 * client is gone) or ST_ESTATE (the server stops): the handler returns it. */
int response_wait(struct response *response, int fd, int64_t timeout_us);

/* The author of the request for logs and the journal: "uid 0". Never NULL. */
const char *response_author(const struct response *response);

/* Number of rows sent so far. */
uint64_t response_rows(const struct response *response);

/* Sets exit code and message of the end line; the last call counts. Returns 0. If it is not
 * called, the exit code is ADMIN_YES with rows and ADMIN_NO without. */
int response_end(struct response *response, enum admin_exit exit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Where a response goes. send takes all bytes, or returns an error that ends the response. */
struct admin_sink {
	int (*send)(void *ctx, struct span bytes);
	void *ctx;
	/* Waits until fd (-1: none) is readable (returns 1) or the monotonic clock reads
	 * deadline_us (returns 0). ST_ECLOSED as soon as the client is gone, ST_ESTATE when
	 * the server stops. NULL: the client never disconnects. */
	int (*wait)(void *ctx, int fd, int64_t deadline_us);
	const char *author; /* see response_author; NULL: unknown */
	/* Reserves a slot for a stream, which may take hours: 0, or ST_EBUSY. NULL: always
	 * 0. */
	int (*stay)(void *ctx);
};

/* Answers one request line of a peer with this role. Sends an end line in any case, unless the
 * sink fails; then it returns the error of the sink. */
int admin_answer(const struct admin_env *env, enum admin_role role, struct span line,
		 const struct admin_sink *sink);

/* Appends an end line, also for refusing a client without reading a request. */
void admin_end_line(struct wr *w, enum admin_exit exit, uint64_t rows, const char *text);

#endif
