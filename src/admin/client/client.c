/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/client/client.h"
#include "admin/socket.h"
#include "admin/text.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT_PIECE 65536
#define CLIENT_LINE_MAX ((size_t)4 << 20) /* the manager's lines are shorter */

struct answer_reader {
	const struct client_conf *conf;
	const struct admin_request *request;
	struct writer *writer;
	struct wr in;
	int map[VIEW_COLUMNS_MAX]; /* index of our column in the answer's rows; -1: absent */
	bool begun, ended;
	bool progress; /* a progress line is on the terminal */
	int exit;
};

static bool reader_streams(const struct answer_reader *r)
{
	return r->request->view->shape == VIEW_STREAM;
}

void client_say(FILE *err, const char *text)
{
	struct wr w = { 0 };

	text_put_clean(&w, span_str(text), false);
	fprintf(err, "stancectl: %.*s\n", (int)w.len, w.p ? (const char *)w.p : "");
	wr_reset(&w);
}

static int client_fail(const struct client_conf *conf, int exit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int client_fail(const struct client_conf *conf, int exit, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	client_say(conf->err, text);
	return exit;
}

/* --- lines of the answer ------------------------------------------------------------------ */

/* Replaces the progress line by text; NULL: erases it. */
static void reader_progress(struct answer_reader *r, const char *text)
{
	struct wr w = { 0 };

	if (!r->conf->progress || (!text && !r->progress))
		return;
	text_put_clean(&w, span_str(text ? text : ""), false);
	fprintf(r->conf->err, "\r\033[K%.*s", (int)w.len, w.p ? (const char *)w.p : "");
	fflush(r->conf->err);
	wr_reset(&w);
	r->progress = text != NULL;
}

/* Maps the columns by key: the manager may be of another release. */
static bool reader_head(struct answer_reader *r, const json_t *keys)
{
	const struct command_view *view = r->request->view;
	json_t *key;
	size_t at;

	if (r->begun)
		return false;
	for (int i = 0; view->columns[i].type; i++) {
		r->map[i] = -1;
		json_array_foreach(keys, at, key)
		{
			if (json_is_string(key) &&
			    strcmp(json_string_value(key), view->columns[i].key) == 0)
				r->map[i] = (int)at;
		}
	}
	r->begun = true;
	r->writer = writer_open(r->conf->form, &r->conf->writer, view);
	return r->writer != NULL;
}

static bool reader_row(struct answer_reader *r, const json_t *row)
{
	const struct command_view *view = r->request->view;
	json_t *cells[VIEW_COLUMNS_MAX] = { 0 };

	if (!r->begun)
		return false;
	for (size_t i = 0; view->columns[i].type; i++)
		if (r->map[i] >= 0)
			cells[i] = json_array_get(row, (size_t)r->map[i]);
	writer_row(r->writer, cells);
	return true;
}

static bool reader_more(struct answer_reader *r, json_t *list)
{
	if (!r->begun)
		return false;
	writer_more(r->writer, list);
	return true;
}

/* A keep-alive line, with progress if it has a text. */
static bool reader_alive(struct answer_reader *r, const json_t *text)
{
	if (json_string_length(text))
		reader_progress(r, json_string_value(text));
	return true;
}

static bool reader_end(struct answer_reader *r, const json_t *exit, const json_t *text)
{
	r->ended = true;
	r->exit = (int)json_integer_value(exit);
	writer_close(r->writer);
	r->writer = NULL;
	if (json_string_length(text))
		client_say(r->conf->err, json_string_value(text));
	return r->exit >= ADMIN_YES && r->exit <= ADMIN_STALE;
}

static bool reader_line(struct answer_reader *r, struct span line)
{
	json_t *v = json_loadb((const char *)line.p, line.n, JSON_ALLOW_NUL, NULL), *part;
	bool ok = false;

	if (!json_object_get(v, "alive"))
		reader_progress(r, NULL);
	if (json_is_array(v))
		ok = reader_row(r, v);
	else if ((part = json_object_get(v, "keys")))
		ok = reader_head(r, part);
	else if ((part = json_object_get(v, "more")))
		ok = reader_more(r, part);
	else if (json_object_get(v, "alive"))
		ok = reader_alive(r, json_object_get(v, "text"));
	else if (json_is_integer(part = json_object_get(v, "exit")))
		ok = reader_end(r, part, json_object_get(v, "text"));
	json_decref(v);
	return ok;
}

/* Handles the whole lines in r->in. */
static bool reader_lines(struct answer_reader *r)
{
	size_t done = 0;
	bool ok = true;

	while (ok && !r->ended) {
		struct span rest = wr_span_from(&r->in, done);
		const uint8_t *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;

		if (!end)
			break;
		ok = reader_line(r, span_of(rest.p, (size_t)(end - rest.p)));
		done += (size_t)(end - rest.p) + 1;
	}
	wr_consume(&r->in, done);
	writer_flush(r->writer);
	return ok && r->in.len <= CLIENT_LINE_MAX;
}

/* --- the exchange ---------------------------------------------------------------------- */

/* Waits for more of the answer: 0, ST_ETIMEOUT, or ST_EIO. ST_EIO includes that the reader of
 * our output has closed its end, which a write would show only at the next row. */
static int client_wait(const struct answer_reader *r, int fd, int64_t deadline)
{
	struct pollfd p[] = { { .fd = fd, .events = POLLIN },
			      { .fd = fileno(r->conf->writer.out) } };
	int64_t left;
	int rc;

	do {
		left = deadline - clock_mono_us();
		rc = left > 0 ? poll(p, 2, (int)(left / 1000) + 1) : 0;
	} while ((rc < 0 && errno == EINTR) || (rc == 0 && left > 0));
	if (rc > 0 && p[0].revents)
		return 0;
	return rc ? ST_EIO : ST_ETIMEOUT;
}

/* The receive timeout, in microseconds. A stream has a keep-alive line every ADMIN_ALIVE_S. */
static int64_t client_timeout_us(const struct answer_reader *r)
{
	unsigned least = reader_streams(r) ? 2 * ADMIN_ALIVE_S : 0;

	return (r->conf->timeout_s > least ? r->conf->timeout_s : least) * CLOCK_SEC;
}

/* Number of octets received, 0 at end of file, or ST_E... */
static int client_receive(struct answer_reader *r, int fd)
{
	uint8_t buf[CLIENT_PIECE];
	int64_t deadline = clock_mono_us() + client_timeout_us(r);
	ssize_t n;
	int err;

	do {
		if ((err = client_wait(r, fd, deadline)) < 0)
			return err;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	if (n <= 0)
		return n ? ST_ECLOSED : 0;
	wr_bytes(&r->in, span_of(buf, (size_t)n));
	return r->in.err ? r->in.err : (int)n;
}

/* Reports that the answer ended early. The exit code says whether rows are missing: a stream
 * has shown all rows so far. */
static int client_cut(struct answer_reader *r, const char *err_msg)
{
	reader_progress(r, NULL);
	client_say(r->conf->err, err_msg);
	return r->begun && !reader_streams(r) ? ADMIN_STALE : ADMIN_UNREACHABLE;
}

static int client_read(struct answer_reader *r, int fd)
{
	int n;

	while (!r->ended) {
		if ((n = client_receive(r, fd)) == ST_ETIMEOUT)
			return client_cut(r, "timed out waiting for stanced (see --timeout)");
		if (n == ST_EIO)
			return reader_streams(r) ? ADMIN_YES : ADMIN_STALE; /* output closed */
		if (n <= 0)
			return client_cut(r, "stanced closed the connection before the end of "
					     "its answer");
		if (!reader_lines(r))
			return client_cut(r,
					  "malformed answer: the program on the socket is not "
					  "stanced");
	}
	return r->exit;
}

static int client_connect(const struct client_conf *conf, int *fd)
{
	int err = socket_connect(conf->socket, fd);

	if (!err)
		return ADMIN_YES;
	if (err == ST_ELIMIT)
		return client_fail(conf, ADMIN_USAGE, "%s: path too long for a socket",
				   conf->socket);
	if (errno == EACCES || errno == EPERM)
		return client_fail(conf, ADMIN_DENIED, "%s: %s (not a member of its group?)",
				   conf->socket, strerror(errno));
	return client_fail(conf, ADMIN_UNREACHABLE,
			   "cannot reach stanced at %s: %s (is it running? see --socket)",
			   conf->socket, strerror(errno));
}

int client_ask(const struct client_conf *conf, const struct admin_request *request)
{
	struct answer_reader r = { .conf = conf, .request = request };
	struct wr out = { 0 };
	int fd, exit;

	if ((exit = client_connect(conf, &fd)) != ADMIN_YES)
		return exit;
	if (request_encode(request, &out) < 0) {
		exit = client_fail(conf, ADMIN_USAGE, "%s", st_strerror(out.err));
	} else {
		/* A manager that refuses us may close before the request is sent. Its answer
		 * has the reason. */
		(void)socket_send(fd, wr_span(&out),
				  clock_mono_us() + conf->timeout_s * CLOCK_SEC);
		exit = client_read(&r, fd);
	}
	if (writer_close(r.writer) < 0 || ferror(conf->writer.out))
		exit = client_fail(conf, ADMIN_STALE, "cannot write the answer");
	wr_reset(&r.in);
	wr_reset(&out);
	close(fd);
	return exit;
}
