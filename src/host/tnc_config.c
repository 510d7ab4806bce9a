/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/tnc_config.h"

#include "base/err.h"
#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int tnc_file_trusted(const char *path, const char **err_msg)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		*err_msg = strerror(errno);
		return errno == ENOENT || errno == ENOTDIR ? ST_ENOENT : ST_EIO;
	}
	*err_msg = NULL;
	if (!S_ISREG(st.st_mode))
		*err_msg = "not a regular file";
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		*err_msg = "owned neither by root nor by us";
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		*err_msg = "writable by group or others";
	return *err_msg ? ST_EDENIED : 0;
}

static char *skip_blanks(char *p)
{
	return p + strspn(p, " \t");
}

static void cut_tail(char *p)
{
	size_t n = strlen(p);

	while (n && strchr(" \t\r\n", p[n - 1]))
		p[--n] = '\0';
}

/* Takes the quoted name off *p; NULL when there is none. */
static char *take_name(char **p)
{
	char *name = *p + 1, *end;

	if (**p != '"' || !(end = strchr(name, '"')) || end == name ||
	    end - name > TNC_CONFIG_NAME_MAX || (end[1] != ' ' && end[1] != '\t'))
		return NULL;
	*end = '\0';
	for (const char *c = name; *c; c++)
		if (iscntrl((unsigned char)*c))
			return NULL;
	*p = skip_blanks(end + 1);
	return name;
}

/* What is wrong with an entry next to those already there, or NULL. */
static const char *entry_clash(const struct tnc_config *c, enum tnc_kind kind,
			       const char *name, const char *path)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->entries[i].kind != kind)
			continue;
		if (strcmp(c->entries[i].name, name) == 0)
			return "this name is taken";
		if (strcmp(c->entries[i].path, path) == 0)
			return "this library is there already";
	}
	return c->n == TNC_CONFIG_ENTRIES_MAX ? "too many modules" : NULL;
}

static int entry_add(struct tnc_config *c, enum tnc_kind kind, const char *name,
		     const char *path, unsigned line)
{
	struct tnc_entry *grown = realloc(c->entries, (c->n + 1) * sizeof(*grown));
	struct tnc_entry *e;

	if (!grown)
		return ST_ENOMEM;
	c->entries = grown;
	e = &grown[c->n];
	*e = (struct tnc_entry){ kind, strdup(name), strdup(path), line };
	if (!e->name || !e->path) {
		free(e->name);
		free(e->path);
		return ST_ENOMEM;
	}
	c->n++;
	return 0;
}

/* One line without its newline: 0 also when it is not for us; *why when it is wrong. */
static int read_line(struct tnc_config *c, char *p, unsigned line, const char **err_msg)
{
	enum tnc_kind kind;
	char *name;

	cut_tail(p);
	p = skip_blanks(p);
	if (strncmp(p, "IMC", 3) == 0)
		kind = TNC_KIND_IMC;
	else if (strncmp(p, "IMV", 3) == 0)
		kind = TNC_KIND_IMV;
	else
		return 0;
	if (p[3] != ' ' && p[3] != '\t' && p[3] != '"' && p[3])
		return 0; /* another keyword that begins like ours */
	p = skip_blanks(p + 3);
	if (!(name = take_name(&p)))
		*err_msg = "expected: IMC|IMV \"NAME\" /PATH";
	else if (*p != '/')
		*err_msg = "the path must be absolute";
	else if (!(*err_msg = entry_clash(c, kind, name, p)))
		return entry_add(c, kind, name, p, line);
	return 0;
}

static int read_lines(FILE *f, const char *path, struct tnc_config *c)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	int err = 0;

	for (unsigned line = 1; !err && (n = getline(&text, &cap, f)) >= 0; line++) {
		const char *err_msg = NULL;

		if (text[0] == '#')
			continue;
		if (strlen(text) != (size_t)n)
			err_msg = "it contains a NUL";
		else
			err = read_line(c, text, line, &err_msg);
		if (err_msg) {
			log_warn(NULL, "tnc_config line skipped: at=%s:%u reason=\"%s\"", path,
				 line, err_msg);
			c->n_bad++;
		}
	}
	if (!err && ferror(f))
		err = ST_EIO;
	free(text);
	return err;
}

int tnc_config_read(const char *path, struct tnc_config *c)
{
	const char *err_msg;
	FILE *f;
	int err;

	*c = (struct tnc_config){ 0 };
	if ((err = tnc_file_trusted(path, &err_msg)) < 0) {
		if (err != ST_ENOENT)
			log_error(NULL, "tnc_config refused: path=%s reason=\"%s\"", path,
				  err_msg);
		return err;
	}
	if (!(f = fopen(path, "re"))) {
		log_error(NULL, "tnc_config refused: path=%s reason=\"%s\"", path,
			  strerror(errno));
		return ST_EIO;
	}
	err = read_lines(f, path, c);
	fclose(f);
	if (err)
		tnc_config_free(c);
	return err;
}

void tnc_config_free(struct tnc_config *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->entries[i].name);
		free(c->entries[i].path);
	}
	free(c->entries);
	*c = (struct tnc_config){ 0 };
}
