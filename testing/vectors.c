/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "vectors.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void *or_die(void *p)
{
	if (!p)
		err(2, "vectors");
	return p;
}

static struct vector *vector_add(struct vectors *set, const char *path, size_t line)
{
	const char *name = strrchr(path, '/');
	struct vector *v;

	set->v = or_die(reallocarray(set->v, set->n + 1, sizeof(*set->v)));
	v = &set->v[set->n++];
	memset(v, 0, sizeof(*v));
	name = name ? name + 1 : path;
	if (line)
		(void)snprintf(v->name, sizeof(v->name), "%.100s#%zu", name, line);
	else
		(void)snprintf(v->name, sizeof(v->name), "%.120s", name);
	return v;
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Appends the octets of one line up to its comment; false when it is no hex. */
static bool hex_line(struct vector *v, const char *p)
{
	v->p = or_die(realloc(v->p, v->n + strlen(p) / 2 + 1));
	for (; *p && *p != '\n' && *p != '\t'; p++) {
		if (*p == ' ' && (p[1] == ' ' || p[1] == '\t'))
			break;
		if (*p == ' ')
			continue;
		if (hex_digit(p[0]) < 0 || hex_digit(p[1]) < 0)
			return false;
		v->p[v->n++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
		p++;
	}
	return true;
}

/* What stands in front of the octets of a line; NULL when it breaks the format. */
static const char *side_prefix(struct vector *v, const char *p)
{
	v->side = *p;
	return (*p == 'C' || *p == 'S') && p[1] == ' ' ? p + 2 : NULL;
}

static const char *refused_prefix(struct vector *v, const char *p)
{
	static const char *const names[] = { "short", "value",       "length", "version",
					     "state", "unsupported", "limit" };
	char name[16];
	int n = 0;

	if (sscanf(p, "%15s %zu %n", name, &v->err_at, &n) != 2)
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			v->err = ST_ESHORT - (int)i;
	return v->err ? p + n : NULL;
}

/* prefix NULL: all lines together are one vector. */
static void load_hex(struct vectors *set, const char *path, FILE *f,
		     const char *(*prefix)(struct vector *v, const char *p))
{
	struct vector *v = prefix ? NULL : vector_add(set, path, 0);
	size_t cap = 0, n = 0;
	char *line = NULL;

	while (getline(&line, &cap, f) >= 0) {
		const char *p = line;

		n++;
		if (*p == '#' || *p == '\n')
			continue;
		if (prefix) {
			v = vector_add(set, path, n);
			p = prefix(v, p);
		}
		if (!p || !hex_line(v, p))
			errx(2, "%s:%zu: not the right format", path, n);
	}
	free(line);
}

static void load_raw(struct vectors *set, const char *path, FILE *f)
{
	struct vector *v = vector_add(set, path, 0);
	size_t got;

	do {
		v->p = or_die(realloc(v->p, v->n + 65536));
		got = fread(v->p + v->n, 1, 65536, f);
		v->n += got;
	} while (got);
}

static void load_dir(struct vectors *set, const char *path)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort);
	char *child;

	if (n < 0)
		err(2, "%s", path);
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			if (asprintf(&child, "%s/%s", path, list[i]->d_name) < 0)
				err(2, "vectors");
			vectors_load(set, child);
			free(child);
		}
		free(list[i]);
	}
	free(list);
}

static bool is(const char *dot, const char *ext)
{
	return dot && strcmp(dot, ext) == 0;
}

void vectors_load(struct vectors *set, const char *path)
{
	const char *dot = strrchr(path, '.');
	struct stat st;
	FILE *f;

	if (stat(path, &st) < 0)
		err(2, "%s", path);
	if (S_ISDIR(st.st_mode)) {
		load_dir(set, path);
		return;
	}
	if (!(f = fopen(path, "r")))
		err(2, "%s", path);
	if (is(dot, ".hex"))
		load_hex(set, path, f, NULL);
	else if (is(dot, ".bad"))
		load_hex(set, path, f, refused_prefix);
	else if (is(dot, ".txt"))
		load_hex(set, path, f, side_prefix);
	else if (!is(dot, ".inc") && !is(dot, ".md"))
		load_raw(set, path, f);
	(void)fclose(f);
}

struct span vector_one(struct vectors *set, const char *name)
{
	size_t before = set->n;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", VECTOR_DIR, name);
	vectors_load(set, path);
	if (set->n != before + 1)
		errx(2, "%s: not one vector", path);
	return vector_span(&set->v[before]);
}

void vectors_free(struct vectors *set)
{
	for (size_t i = 0; i < set->n; i++)
		free(set->v[i].p);
	free(set->v);
	memset(set, 0, sizeof(*set));
}
