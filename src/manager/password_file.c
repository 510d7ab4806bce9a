/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/password_file.h"
#include "base/err.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART 255 /* octets of a name or a password (RFC 4616) */

struct password_file_entry {
	char *name, *hash;
};

struct password_file {
	unsigned refs;
	struct password_file_entry *entries;
	size_t n;
};

static int password_file_add(struct password_file *f, const char *name, const char *hash)
{
	struct password_file_entry *e = realloc(f->entries, (f->n + 1) * sizeof(*e));

	if (!e)
		return ST_ENOMEM;
	f->entries = e;
	e[f->n].name = strdup(name);
	e[f->n].hash = strdup(hash);
	f->n++;
	return e[f->n - 1].name && e[f->n - 1].hash ? 0 : ST_ENOMEM;
}

/* Adds the entry of a line. NULL, or the error of the line. */
static const char *password_file_line(struct password_file *f, char *line, int *err)
{
	char *colon;

	line[strcspn(line, "\r\n")] = '\0';
	if (!*line || *line == '#')
		return NULL;
	if (!(colon = strchr(line, ':')) || colon == line || colon - line > PART)
		return "not of the form name:hash";
	*colon = '\0';
	if (crypt_checksalt(colon + 1) == CRYPT_SALT_INVALID ||
	    crypt_checksalt(colon + 1) == CRYPT_SALT_METHOD_DISABLED)
		return "unsupported password hash, see crypt(5)";
	*err = password_file_add(f, line, colon + 1);
	return NULL;
}

int password_file_open(const char *path, struct password_file **out, struct conf_error *e)
{
	struct password_file *f = calloc(1, sizeof(*f));
	FILE *in = fopen(path, "re");
	const char *wrong = in ? NULL : strerror(errno);
	char *line = NULL;
	size_t cap = 0;
	int err = f ? 0 : ST_ENOMEM, n = 0;

	*out = NULL;
	if (f)
		f->refs = 1;
	while (!err && !wrong && getline(&line, &cap, in) >= 0) {
		n++;
		wrong = password_file_line(f, line, &err);
	}
	free(line);
	if (in)
		(void)fclose(in);
	if (wrong && n)
		(void)snprintf(e->text, sizeof(e->text), "%s:%d: %s", path, n, wrong);
	else if (wrong)
		(void)snprintf(e->text, sizeof(e->text), "%s: %s", path, wrong);
	if (wrong)
		err = ST_ECONF;
	if (err) {
		password_file_free(f);
		return err;
	}
	*out = f;
	return 0;
}

struct password_file *password_file_ref(struct password_file *f)
{
	if (f)
		__atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
	return f;
}

void password_file_free(struct password_file *f)
{
	if (!f || __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL))
		return;
	for (size_t i = 0; i < f->n; i++) {
		free(f->entries[i].name);
		free(f->entries[i].hash);
	}
	free(f->entries);
	free(f);
}

static bool same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned diff = n != strlen(b);

	for (size_t i = 0; i < n && b[i]; i++)
		diff |= (unsigned)(a[i] ^ b[i]);
	return !diff;
}

int password_file_verify(struct password_file *f, struct span user, struct span password)
{
	struct crypt_data *data;
	const char *hash = NULL, *got;
	char text[PART + 1];
	bool ok = false;

	if (!f->n || !password.n || password.n > PART || span_has_nul(password))
		return ST_EAUTH;
	for (size_t i = 0; i < f->n; i++)
		if (span_eq(user, span_str(f->entries[i].name)))
			hash = f->entries[i].hash;
	if (!(data = calloc(1, sizeof(*data))))
		return ST_ENOMEM;
	memcpy(text, password.p, password.n);
	text[password.n] = '\0';
	got = crypt_r(text, hash ? hash : f->entries[0].hash, data);
	ok = got && got[0] != '*' && hash && same(hash, got);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(data, sizeof(*data));
	free(data);
	return ok ? 0 : ST_EAUTH;
}
