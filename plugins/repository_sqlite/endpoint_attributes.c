/* SPDX-License-Identifier: BSD-2-Clause */
#include "endpoint_attributes.h"
#include "base/err.h"

#include <stdio.h>

/* --- writing ------------------------------------------------------------------------------- */

static void put_string(struct wr *w, struct span s)
{
	char escape[8];
	size_t from = 0;

	wr_u8(w, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 0x20 && s.p[i] != '"' && s.p[i] != '\\')
			continue;
		(void)snprintf(escape, sizeof(escape), "\\u%04x", s.p[i]);
		wr_bytes(w, span_of(s.p + from, i - from));
		wr_str(w, escape);
		from = i + 1;
	}
	wr_bytes(w, span_of(s.p + from, s.n - from));
	wr_u8(w, '"');
}

static void put_facts(struct wr *w, const struct repository_attributes *t)
{
	for (size_t i = 0; i < t->n_facts; i++) {
		wr_u8(w, i ? ',' : '{');
		put_string(w, t->facts[i].name);
		wr_u8(w, ':');
		put_string(w, t->facts[i].value);
	}
	if (t->n_facts)
		wr_u8(w, '}');
}

static void put_results(struct wr *w, const struct repository_attributes *t)
{
	char verdict[8];

	for (size_t i = 0; i < t->n_results; i++) {
		wr_u8(w, i ? ',' : '{');
		put_string(w, t->results[i].rule);
		(void)snprintf(verdict, sizeof(verdict), ":[%u,", t->results[i].verdict);
		wr_str(w, verdict);
		put_string(w, t->results[i].reason);
		wr_u8(w, ']');
	}
	if (t->n_results)
		wr_u8(w, '}');
}

int sqlite_put_told(struct repository *r, const struct repository_attributes *t)
{
	sqlite3_stmt *st = r->append[APPEND_TOLD];
	struct wr *w = &r->text;
	size_t at;
	int rc;

	wr_truncate(w, 0);
	put_facts(w, t);
	at = w->len;
	put_results(w, t);
	if (w->err)
		return w->err;
	sqlite3_bind_int64(st, 1, t->endpoint);
	sqlite_bind_text_or_null(st, 2, span_of(w->p, at));
	sqlite_bind_text_or_null(st, 3, wr_span_from(w, at));
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : sqlite_err(rc);
}

/* --- reading ------------------------------------------------------------------------------- */

void sqlite_told_reader_reset(struct told_reader *t)
{
	wr_reset(&t->name);
	wr_reset(&t->value);
}

static bool take(struct span *s, uint8_t c)
{
	if (!s->n || *s->p != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* Four hexadecimal digits, or -1. */
static int hex4(const uint8_t *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		uint8_t c = p[i] | 0x20;

		if (p[i] >= '0' && p[i] <= '9')
			v = v << 4 | (p[i] - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static void put_utf8(struct wr *w, uint32_t c)
{
	if (c < 0x80) {
		wr_u8(w, (uint8_t)c);
	} else if (c < 0x800) {
		wr_u8(w, (uint8_t)(0xc0 | c >> 6));
		wr_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		wr_u8(w, (uint8_t)(0xe0 | c >> 12));
		wr_u8(w, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		wr_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

/* Decodes the escape after a backslash. Surrogates are not expected: neither this file nor
 * SQLite writes them. */
static bool take_escape(struct span *s, struct wr *w)
{
	static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
	const char *at;
	int c;

	if (take(s, 'u')) {
		if (s->n < 4 || (c = hex4(s->p)) <= 0 || (c >= 0xd800 && c <= 0xdfff))
			return false;
		s->p += 4;
		s->n -= 4;
		put_utf8(w, (uint32_t)c);
		return true;
	}
	if (!s->n || !*s->p || !(at = strchr(from, *s->p)))
		return false;
	wr_u8(w, (uint8_t)to[at - from]);
	s->p++;
	s->n--;
	return true;
}

/* A string: as it is in the text, or decoded into w if it has escapes. */
static bool take_string(struct span *s, struct wr *w, struct span *out)
{
	size_t n = 0;

	if (!take(s, '"'))
		return false;
	while (n < s->n && s->p[n] != '"' && s->p[n] != '\\')
		n++;
	*out = span_of(s->p, n);
	if (n < s->n && s->p[n] == '"') {
		s->p += n + 1;
		s->n -= n + 1;
		return true;
	}
	wr_truncate(w, 0);
	for (;;) {
		wr_bytes(w, span_of(s->p, n));
		s->p += n;
		s->n -= n;
		if (take(s, '"'))
			break;
		if (!take(s, '\\') || !take_escape(s, w))
			return false;
		for (n = 0; n < s->n && s->p[n] != '"' && s->p[n] != '\\';)
			n++;
	}
	*out = wr_span(w);
	return !w->err;
}

static int parse_facts(struct told_reader *t, uint32_t endpoint, struct span s)
{
	int err = take(&s, '{') ? 0 : ST_EDB;

	while (!err) {
		struct repository_fact f = { .endpoint = endpoint };

		if (!take_string(&s, &t->name, &f.name) || !take(&s, ':') ||
		    !take_string(&s, &t->value, &f.value))
			return ST_EDB;
		err = t->l->fact(t->ctx, &f);
		if (!err && !take(&s, ','))
			break;
	}
	return err || (take(&s, '}') && !s.n) ? err : ST_EDB;
}

static int parse_results(struct told_reader *t, uint32_t endpoint, struct span s)
{
	int err = take(&s, '{') ? 0 : ST_EDB;

	while (!err) {
		struct repository_result r = { .endpoint = endpoint };
		uint8_t digit;

		if (!take_string(&s, &t->name, &r.rule) || !take(&s, ':') || !take(&s, '[') ||
		    !s.n)
			return ST_EDB;
		digit = *s.p;
		if (digit < '0' || digit > '9' || !take(&s, digit) || !take(&s, ',') ||
		    !take_string(&s, &t->value, &r.reason) || !take(&s, ']'))
			return ST_EDB;
		r.verdict = digit - '0';
		err = t->l->result(t->ctx, &r);
		if (!err && !take(&s, ','))
			break;
	}
	return err || (take(&s, '}') && !s.n) ? err : ST_EDB;
}

int sqlite_told_parse(struct told_reader *t, uint32_t endpoint, struct span facts,
		      struct span results)
{
	int err = facts.n ? parse_facts(t, endpoint, facts) : 0;

	return err || !results.n ? err : parse_results(t, endpoint, results);
}
