/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* asprintf */
#include "admin/request.h"
#include "admin/text.h"
#include "base/clock.h"
#include "base/err.h"

#include <assert.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int admin_fault_set(struct admin_fault *f, enum admin_exit exit, const char *fmt, ...)
{
	va_list ap;

	f->exit = exit;
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return ST_EVALUE;
}

/* Sets a time; its text becomes RFC 3339 in UTC. */
static int request_set_time(struct arg_value *v, const char *label, const char *text,
			    struct admin_fault *f)
{
	char norm[CLOCK_TEXT];
	int err;

	if ((err = clock_parse(text, &v->time)) < 0)
		return admin_fault_set(
			f, ADMIN_USAGE,
			"%s: '%.64s' is not a time; use 2026-11-21T19:26:55Z or "
			"2026-11-21",
			label, text);
	clock_format(v->time, norm);
	v->text = strdup(norm);
	return v->text ? 0 : ST_ENOMEM;
}

/* Sets a text, or appends one more to those of an ARG_MANY. A newline separates them: a text
 * has no control characters. */
static int request_add_text(struct arg_value *v, const char *text)
{
	char *old = v->text;

	if (!old)
		v->text = strdup(text);
	else if (asprintf(&v->text, "%s\n%s", old, text) < 0)
		v->text = NULL;
	free(old);
	return v->text ? 0 : ST_ENOMEM;
}

static int request_set_text(struct arg_value *v, const char *label, const char *text,
			    struct admin_fault *f)
{
	size_t n = strlen(text);

	if (n > ARG_TEXT_MAX)
		return admin_fault_set(f, ADMIN_USAGE, "%s: longer than %d octets", label,
				       ARG_TEXT_MAX);
	if (!n || !text_is_plain(span_of(text, n)))
		return admin_fault_set(f, ADMIN_USAGE, "%s: %s", label,
				       n ? "not UTF-8, or has control characters" : "empty");
	return request_add_text(v, text);
}

int request_set(struct admin_request *r, const char *key, const char *text,
		struct admin_fault *f)
{
	const struct command_arg *a = command_arg_find(r->command, key);
	struct arg_value *v;
	char label[80];

	if (!a)
		return admin_fault_set(f, ADMIN_USAGE, "%s: unknown argument '%.64s'",
				       r->command->name, key);
	v = &r->values[a - r->command->args];
	command_arg_label(a, label, sizeof(label));
	if (v->text && !(a->flags & ARG_MANY))
		return admin_fault_set(f, ADMIN_USAGE, "%s: given twice", label);
	if ((a->type == ARG_FLAG) != !text)
		return admin_fault_set(f, ADMIN_USAGE, "%s: takes %s value", label,
				       a->type == ARG_FLAG ? "no" : "a");
	switch (a->type) {
	case ARG_TIME:
		return request_set_time(v, label, text, f);
	case ARG_TEXT:
		return request_set_text(v, label, text, f);
	default:
		v->text = strdup("");
		return v->text ? 0 : ST_ENOMEM;
	}
}

/* Writes the words of c's views for a message: "software, facts". */
static void request_words(const struct command *c, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (const struct command_view *v = c->views; v->columns && at < size; v++)
		if (v->word)
			at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "",
					       v->word);
}

static int request_pick_view(struct admin_request *r, const char *word, struct admin_fault *f)
{
	const struct command *c = r->command;
	char words[160];

	r->view = c->views;
	if (word && !(r->view = command_view_find(c, word))) {
		request_words(c, words, sizeof(words));
		return admin_fault_set(f, ADMIN_USAGE, "%s: unexpected argument '%.64s'%s%s%s",
				       c->name, word, words[0] ? " (use " : "", words,
				       words[0] ? ")" : "");
	}
	if (word)
		return 0;
	for (const struct command_view *v = c->views; v->columns; v++)
		if (v->option && request_flag(r, v->option))
			r->view = v;
	return 0;
}

int request_finish(struct admin_request *r, const char *word, struct admin_fault *f)
{
	int err;

	if ((err = request_pick_view(r, word, f)) < 0)
		return err;
	for (size_t i = 0; r->command->args[i].type; i++)
		if ((r->command->args[i].flags & ARG_REQUIRED) && !r->values[i].text)
			return admin_fault_set(f, ADMIN_USAGE, "%s: missing %s",
					       r->command->name, r->command->args[i].meta);
	return 0;
}

static int request_append(const char *bytes, size_t n, void *w)
{
	wr_bytes(w, span_of(bytes, n));
	return ((struct wr *)w)->err;
}

/* The values of an ARG_MANY as an array of strings. */
static json_t *request_encode_many(const struct admin_request *r, const char *key)
{
	json_t *list = json_array();
	const char *at = NULL;
	struct span s;

	while (request_next(r, key, &at, &s))
		json_array_append_new(list, json_stringn((const char *)s.p, s.n));
	return list;
}

int request_encode(const struct admin_request *r, struct wr *w)
{
	json_t *args = json_object(), *root;

	for (size_t i = 0; r->command->args[i].type; i++) {
		const struct command_arg *a = &r->command->args[i];
		const char *text = r->values[i].text;

		if (text && (a->flags & ARG_MANY))
			json_object_set_new(args, a->key, request_encode_many(r, a->key));
		else if (text)
			json_object_set_new(args, a->key,
					    a->type == ARG_FLAG ? json_true()
								: json_string(text));
	}
	root = json_pack("{s:i, s:s, s:o}", "stance", ADMIN_PROTOCOL, "command",
			 r->command->name, "args", args);
	if (!root)
		return ST_ENOMEM;
	if (r->view->word)
		json_object_set_new(root, "view", json_string(r->view->word));
	json_dump_callback(root, request_append, w, JSON_COMPACT);
	wr_u8(w, '\n');
	json_decref(root);
	return w->err;
}

static int request_read_many(struct admin_request *r, const char *key, json_t *list,
			     struct admin_fault *f)
{
	const struct command_arg *a = command_arg_find(r->command, key);
	json_t *v;
	size_t i;
	int err = 0;

	if (!a || !(a->flags & ARG_MANY))
		return admin_fault_set(f, ADMIN_USAGE, "%.64s: takes one value", key);
	json_array_foreach(list, i, v)
	{
		if (!json_is_string(v))
			return admin_fault_set(f, ADMIN_USAGE,
					       "%.64s: must be an array of strings", key);
		if ((err = request_set(r, key, json_string_value(v), f)) < 0)
			return err;
	}
	return 0;
}

static int request_read_args(struct admin_request *r, json_t *args, struct admin_fault *f)
{
	const char *key;
	json_t *v;
	int err;

	json_object_foreach(args, key, v)
	{
		if (json_is_false(v))
			continue;
		if (json_is_array(v)) {
			if ((err = request_read_many(r, key, v, f)) < 0)
				return err;
			continue;
		}
		if (!json_is_string(v) && !json_is_true(v))
			return admin_fault_set(f, ADMIN_USAGE,
					       "%.64s: must be a string or true", key);
		if ((err = request_set(r, key, json_string_value(v), f)) < 0)
			return err;
	}
	return 0;
}

static int request_read(struct admin_request *r, json_t *root, struct admin_fault *f)
{
	const char *name, *word = NULL;
	json_t *args = NULL;
	int version, err;

	if (json_unpack(root, "{s:i, s:s, s?s, s?o !}", "stance", &version, "command", &name,
			"view", &word, "args", &args) < 0)
		return admin_fault_set(f, ADMIN_USAGE, "malformed request");
	if (version != ADMIN_PROTOCOL)
		return admin_fault_set(
			f, ADMIN_USAGE,
			"protocol mismatch: manager %d, client %d; use the stancectl of the "
			"manager's release",
			ADMIN_PROTOCOL, version);
	if (!(r->command = command_find(name)))
		return admin_fault_set(f, ADMIN_USAGE, "unknown command '%.64s'", name);
	if (args && !json_is_object(args))
		return admin_fault_set(f, ADMIN_USAGE, "malformed request");
	if (args && (err = request_read_args(r, args, f)) < 0)
		return err;
	return request_finish(r, word, f);
}

int request_decode(struct admin_request *r, struct span line, struct admin_fault *f)
{
	json_error_t e;
	json_t *root = json_loadb((const char *)line.p, line.n, JSON_REJECT_DUPLICATES, &e);
	int err;

	f->exit = ADMIN_USAGE;
	f->text[0] = '\0';
	if (!root)
		return admin_fault_set(f, ADMIN_USAGE, "malformed request");
	if ((err = request_read(r, root, f)) < 0 && !f->text[0])
		admin_fault_set(f, ADMIN_STALE, "%s", st_strerror(err));
	json_decref(root);
	return err;
}

void request_reset(struct admin_request *r)
{
	for (size_t i = 0; i < COMMAND_ARGS_MAX; i++)
		free(r->values[i].text);
	*r = (struct admin_request){ 0 };
}

static const struct arg_value *request_value(const struct admin_request *r, const char *key)
{
	const struct command_arg *a = command_arg_find(r->command, key);

	assert(a); /* the key is not an argument of this command */
	return &r->values[a - r->command->args];
}

const char *request_text(const struct admin_request *r, const char *key)
{
	return request_value(r, key)->text;
}

int64_t request_time(const struct admin_request *r, const char *key)
{
	return request_value(r, key)->time;
}

bool request_flag(const struct admin_request *r, const char *key)
{
	return request_value(r, key)->text != NULL;
}

bool request_next(const struct admin_request *r, const char *key, const char **at,
		  struct span *value)
{
	const char *text = request_value(r, key)->text, *p = *at ? *at : text;

	if (!p || !*p)
		return false;
	*value = span_of(p, strcspn(p, "\n"));
	*at = p + value->n + (p[value->n] == '\n');
	return true;
}
