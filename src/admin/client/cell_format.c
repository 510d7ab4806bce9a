/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/client/cell_format.h"
#include "admin/text.h"
#include "base/wr.h"

static void cell_put_octets(struct wr *w, json_int_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = (double)n;
	char text[40];
	size_t u = 0;

	for (; v >= 1024 && u < 4; u++)
		v /= 1024;
	(void)snprintf(text, sizeof(text), u ? "%.1f %s" : "%.0f %s", v, units[u]);
	wr_str(w, text);
}

static void cell_put_seconds(struct wr *w, json_int_t n)
{
	char text[64];

	if (n >= 86400)
		(void)snprintf(text, sizeof(text), "%lld d %lld h", (long long)n / 86400,
			       (long long)n / 3600 % 24);
	else if (n >= 3600)
		(void)snprintf(text, sizeof(text), "%lld h %lld min", (long long)n / 3600,
			       (long long)n / 60 % 60);
	else if (n >= 60)
		(void)snprintf(text, sizeof(text), "%lld min %lld s", (long long)n / 60,
			       (long long)n % 60);
	else
		(void)snprintf(text, sizeof(text), "%lld s", (long long)n);
	wr_str(w, text);
}

static void cell_put_count(struct wr *w, json_int_t n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	wr_str(w, text);
}

/* Without the fraction of a second. */
static void cell_put_time(struct wr *w, struct span s, bool ascii)
{
	const uint8_t *dot = s.n ? memchr(s.p, '.', s.n) : NULL;

	if (!dot) {
		text_put_clean(w, s, ascii);
		return;
	}
	text_put_clean(w, span_of(s.p, (size_t)(dot - s.p)), ascii);
	wr_u8(w, 'Z');
}

static void cell_put(struct wr *out, const struct writer_conf *conf, enum column_type type,
		     const json_t *v)
{
	struct span s = span_of(json_string_value(v), json_string_length(v));

	if (json_is_boolean(v))
		wr_str(out, json_is_true(v) ? "yes" : "no");
	else if (json_is_integer(v) && type == COL_OCTETS)
		cell_put_octets(out, json_integer_value(v));
	else if (json_is_integer(v) && type == COL_SECONDS)
		cell_put_seconds(out, json_integer_value(v));
	else if (json_is_integer(v))
		cell_put_count(out, json_integer_value(v));
	else if (type == COL_TIME)
		cell_put_time(out, s, conf->ascii);
	else
		text_put_clean(out, s, conf->ascii);
}

static void cell_put_or_dash(struct wr *out, const struct writer_conf *conf,
			     const struct command_column *c, const json_t *v)
{
	if (!v || json_is_null(v))
		wr_str(out, "-");
	else
		cell_put(out, conf, c->type, v);
}

static char *cell_end(struct wr *out)
{
	wr_u8(out, '\0');
	if (out->err)
		wr_reset(out);
	return (char *)out->p;
}

char *cell_format(const struct writer_conf *conf, const struct command_column *c,
		  const json_t *v)
{
	struct wr out = { 0 };

	cell_put_or_dash(&out, conf, c, v);
	return cell_end(&out);
}

/* Whether column KEY_after of the row is set. */
static bool cell_is_inexact(const struct writer *w, const struct command_column *c)
{
	char after[64];
	int i;

	if (!(c->flags & COL_AFTER))
		return false;
	(void)snprintf(after, sizeof(after), "%s_after", c->key);
	i = view_column_find(w->view, after);
	return i >= 0 && !json_is_null(w->row[i]);
}

char *cell_format_row(const struct writer *w, size_t i)
{
	const struct command_column *c = &w->view->columns[i];
	struct wr out = { 0 };

	if (json_is_null(w->row[i]) && c->instead)
		i = (size_t)view_column_find(w->view, c->instead);
	if (cell_is_inexact(w, c))
		wr_u8(&out, '~');
	cell_put_or_dash(&out, &w->conf, &w->view->columns[i], w->row[i]);
	return cell_end(&out);
}
