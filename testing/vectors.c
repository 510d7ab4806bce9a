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

static void load_hex(struct vectors *set, const char *path, FILE *f, bool transcript)
{
	struct vector *v = transcript ? NULL : vector_add(set, path, 0);
	size_t cap = 0, n = 0;
	char *line = NULL;

	while (getline(&line, &cap, f) >= 0) {
		const char *p = line;

		n++;
		if (*p == '#' || *p == '\n')
			continue;
		if (transcript) {
			if ((*p != 'C' && *p != 'S') || p[1] != ' ')
				errx(2, "%s:%zu: not \"C HEX\" or \"S HEX\"", path, n);
			v = vector_add(set, path, n);
			v->side = *p;
			p += 2;
		}
		if (!hex_line(v, p))
			errx(2, "%s:%zu: not hex", path, n);
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
	if (dot && (strcmp(dot, ".hex") == 0 || strcmp(dot, ".txt") == 0))
		load_hex(set, path, f, strcmp(dot, ".txt") == 0);
	else if (!dot || (strcmp(dot, ".inc") != 0 && strcmp(dot, ".md") != 0))
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
