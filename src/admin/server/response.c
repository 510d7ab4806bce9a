/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/server/response.h"
#include "admin/socket.h"
#include "admin/server/handlers.h"
#include "admin/text.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/query.h"

#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#define OUTPUT_CHUNK (32 * 1024) /* octets for one send */
#define OUTPUT_LINE_MAX (1024 * 1024)
#define OUTPUT_CHECK_US (100 * 1000) /* interval of checks whether the client is gone */
#define OUTPUT_ALIVE_US (ADMIN_ALIVE_S * CLOCK_SEC)

struct response_output {
	const struct admin_sink *sink;
	struct wr out;
	int64_t checked_at, sent_at; /* last check of the client, last send; monotonic */
	uint64_t rows;
	bool ended; /* response_end was called */
	struct admin_fault end;
};

static int output_flush(struct response_output *a)
{
	int err = a->out.err;

	if (!err && a->out.len) {
		err = a->sink->send(a->sink->ctx, wr_span(&a->out));
		a->sent_at = clock_mono_us();
	}
	wr_truncate(&a->out, 0);
	return err;
}

static int output_append(const char *bytes, size_t n, void *w)
{
	wr_bytes(w, span_of(bytes, n));
	return ((struct wr *)w)->err;
}

/* Appends v as one line; takes v. */
static int output_line(struct response_output *a, json_t *v)
{
	size_t start = a->out.len;
	int err = v ? 0 : ST_ENOMEM;

	if (!err && json_dump_callback(v, output_append, &a->out, JSON_COMPACT) < 0)
		err = a->out.err ? a->out.err : ST_ENOMEM;
	json_decref(v);
	if (err) {
		wr_truncate(&a->out, start);
		return err;
	}
	wr_u8(&a->out, '\n');
	return a->out.len < OUTPUT_CHUNK ? a->out.err : output_flush(a);
}

static json_t *output_text(struct span s)
{
	json_t *v = s.n ? json_stringn((const char *)s.p, s.n) : json_string("");
	struct wr w = { 0 };

	if (v)
		return v;
	text_put_valid(&w, s);
	if (!w.err)
		v = json_stringn_nocheck((const char *)w.p, w.len);
	wr_reset(&w);
	return v;
}

static json_t *output_list(const struct span *list, size_t n)
{
	json_t *v = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(v, output_text(list[i]));
	return v;
}

static json_t *output_cell(const struct command_column *col, const struct cell *c)
{
	char text[CLOCK_TEXT];

	if (!c->given)
		return json_null();
	switch (col->type) {
	case COL_COUNT:
	case COL_OCTETS:
	case COL_SECONDS:
		return json_integer(c->n);
	case COL_BOOL:
		return json_boolean(c->n != 0);
	case COL_TIME:
		clock_format(c->n, text);
		return json_string(text);
	case COL_LIST:
		return output_list(c->list, c->list_n);
	default:
		return output_text(c->text);
	}
}

static int output_begin(struct response_output *a, const struct command_view *view)
{
	json_t *keys = json_array();

	for (const struct command_column *c = view->columns; c->type; c++)
		json_array_append_new(keys, json_string(c->key));
	return output_line(a, json_pack("{s:i, s:o}", "stance", ADMIN_PROTOCOL, "keys", keys));
}

int response_row(struct response *response, const struct cell *cells)
{
	const struct command_view *view = response->request->view;
	json_t *row = json_array();

	for (size_t i = 0; view->columns[i].type; i++)
		json_array_append_new(row, output_cell(&view->columns[i], &cells[i]));
	response->output->rows++;
	return output_line(response->output, row);
}

int response_more(struct response *response, const struct span *list, size_t n)
{
	return output_line(response->output, json_pack("{s:o}", "more", output_list(list, n)));
}

int response_flush(struct response *response)
{
	return output_flush(response->output);
}

static int output_alive(struct response_output *a, const char *text)
{
	json_t *v = json_pack("{s:b}", "alive", 1);
	int err;

	if (text)
		json_object_set_new(v, "text", output_text(span_str(text)));
	err = output_line(a, v);
	return err ? err : output_flush(a);
}

int response_progress(struct response *response, const char *text)
{
	return output_alive(response->output, text);
}

static int output_wait(struct response_output *a, int fd, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left = deadline - clock_mono_us();

	if (a->sink->wait)
		return a->sink->wait(a->sink->ctx, fd, deadline);
	return poll(&p, 1, left > 0 ? (int)(left / 1000) + 1 : 0) > 0;
}

int response_wait(struct response *response, int fd, int64_t timeout_us)
{
	struct response_output *a = response->output;
	int64_t end = timeout_us < 0 ? INT64_MAX : clock_mono_us() + timeout_us;
	int err = output_flush(a);

	while (!err) {
		int64_t next = a->sent_at + OUTPUT_ALIVE_US;

		if ((err = output_wait(a, fd, next < end ? next : end)) != 0)
			return err;
		if (clock_mono_us() >= end)
			return 0;
		err = output_alive(a, NULL);
	}
	return err;
}

/* Called periodically during a query (query_watch). Ends the query if the client is gone, and
 * sends keep-alive lines while there are no rows. */
static int output_check(void *ctx)
{
	struct response_output *a = ctx;
	int64_t now = clock_mono_us();
	int err;

	if (now - a->checked_at < OUTPUT_CHECK_US)
		return 0;
	a->checked_at = now;
	if ((err = output_wait(a, -1, now)) < 0)
		return err;
	return now - a->sent_at < OUTPUT_ALIVE_US ? 0 : output_alive(a, NULL);
}

const char *response_author(const struct response *response)
{
	const char *author = response->output->sink->author;

	return author ? author : "unknown";
}

uint64_t response_rows(const struct response *response)
{
	return response->output->rows;
}

int response_end(struct response *response, enum admin_exit exit, const char *fmt, ...)
{
	struct response_output *a = response->output;
	va_list ap;

	a->ended = true;
	a->end.exit = exit;
	va_start(ap, fmt);
	(void)vsnprintf(a->end.text, sizeof(a->end.text), fmt, ap);
	va_end(ap);
	return 0;
}

void admin_end_line(struct wr *w, enum admin_exit exit, uint64_t rows, const char *text)
{
	json_t *v = json_pack("{s:i, s:I}", "exit", (int)exit, "rows", (json_int_t)rows);

	if (text && *text)
		json_object_set_new(v, "text", output_text(span_str(text)));
	json_dump_callback(v, output_append, w, JSON_COMPACT);
	wr_u8(w, '\n');
	json_decref(v);
}

/* Reserves a slot for a stream: their number is limited because they have no end. */
static int response_reserve(struct response *response)
{
	const struct admin_sink *sink = response->output->sink;

	if (response->request->view->shape != VIEW_STREAM || !sink->stay)
		return 0;
	return sink->stay(sink->ctx);
}

/* Runs the handler and converts its result to the exit code and text of the end line. */
static int response_run(struct response *response)
{
	struct response_output *a = response->output;
	int err;

	if (response_reserve(response) < 0)
		return response_end(response, ADMIN_UNREACHABLE,
				    "too many clients follow the journal already");
	if ((err = output_begin(a, response->request->view)) < 0)
		return err;
	query_watch(output_check, a);
	err = handler_find(response->request->command, response->request->view)->run(response);
	query_watch(NULL, NULL);
	if (err == ST_ECLOSED || err == ST_ETIMEOUT)
		return err;
	if (err == ST_ESTATE)
		response_end(response, ADMIN_UNREACHABLE, "the manager is stopping");
	else if (err < 0)
		response_end(response, ADMIN_STALE, "the answer is incomplete: %s",
			     st_strerror(err));
	else if (!a->ended)
		a->end.exit = a->rows ? ADMIN_YES : ADMIN_NO;
	return 0;
}

static int response_request(struct response *response, enum admin_role role)
{
	const struct command *c = response->request->command;

	if (role < c->role)
		return response_end(
			response, ADMIN_DENIED,
			"permission denied: %s is restricted to root and the manager's user",
			c->name);
	return response_run(response);
}

int admin_answer(const struct admin_env *env, enum admin_role role, struct span line,
		 const struct admin_sink *sink)
{
	struct response_output a = { .sink = sink,
				     .out.max = OUTPUT_LINE_MAX,
				     .sent_at = clock_mono_us() };
	struct admin_request request = { 0 };
	struct response response = { .env = env, .request = &request, .output = &a };
	int err = 0;

	if (request_decode(&request, line, &a.end) == 0)
		err = response_request(&response, role);
	if (!err) {
		admin_end_line(&a.out, a.end.exit, a.rows, a.end.text);
		err = output_flush(&a);
	}
	endpoint_filter_free(response.filter);
	version_range_free(response.range);
	free(response.glob);
	request_reset(&request);
	wr_reset(&a.out);
	return err;
}
