/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "scratch.h"

#include "base/err.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

char scratch_root[] = "/tmp/test_imc_swima.XXXXXX";

int scratch_make(void **state)
{
	(void)state;
	return mkdtemp(scratch_root) ? 0 : -1;
}

int scratch_drop(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", scratch_root);
	return system(cmd);
}

void scratch_clear(void)
{
	assert_int_equal(scratch_drop(NULL), 0);
	assert_int_equal(mkdir(scratch_root, 0700), 0);
}

const char *scratch_path(const char *path)
{
	static char paths[4][4096];
	static int next;
	char *p = paths[next++ % 4];

	snprintf(p, sizeof(paths[0]), "%s%s", scratch_root, path);
	return p;
}

void scratch_put(struct span octets, const char *fmt, ...)
{
	char path[4096];
	va_list ap;
	FILE *f;
	size_t n = (size_t)snprintf(path, sizeof(path), "%s", scratch_root);

	va_start(ap, fmt);
	vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	va_end(ap);
	for (char *p = path + n + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(path, 0755);
		*p = '/';
	}
	(void)unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(octets.p, 1, octets.n, f), octets.n);
	assert_int_equal(fclose(f), 0);
}

static size_t add(char *text, size_t size, struct span s, char end)
{
	return (size_t)snprintf(text, size, "%.*s%c", s.n ? (int)s.n : 1,
				s.n ? (const char *)s.p : "-", end);
}

static int collect(void *ctx, const struct source_item *item)
{
	struct listed *l = ctx;
	char line[16384];
	size_t n = 0;

	if (l->fail_at && (int)l->n + 1 == l->fail_at)
		return ST_ELIMIT;
	n += add(line, sizeof(line), item->key, ' ');
	n += add(line + n, sizeof(line) - n, item->name, ' ');
	n += add(line + n, sizeof(line) - n, item->version, ' ');
	n += add(line + n, sizeof(line) - n, item->identifier, ' ');
	n += add(line + n, sizeof(line) - n, item->directory, '\n');
	assert_true(n < sizeof(line) && l->n < 256);
	l->lines[l->n++] = strdup(line);
	l->last = *item;
	l->last.key = arena_copy(&l->arena, item->key);
	l->last.digest = arena_copy(&l->arena, item->digest);
	l->last.identifier = arena_copy(&l->arena, item->identifier);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int list_all(const struct source_class *class, struct source *s, struct listed *l)
{
	int err, fail_at = l->fail_at;
	size_t n = 0;

	listed_reset(l);
	l->fail_at = fail_at;
	err = class->list(s, collect, l);
	qsort(l->lines, l->n, sizeof(l->lines[0]), by_text);
	for (size_t i = 0; i < l->n; i++)
		n += (size_t)snprintf(l->text + n, sizeof(l->text) - n, "%s", l->lines[i]);
	assert_true(n < sizeof(l->text));
	return err;
}

void listed_reset(struct listed *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->lines[i]);
	arena_reset(&l->arena);
	*l = (struct listed){ 0 };
}

static char log_text[65536];
static size_t log_used, log_lines;

static void on_log(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	log_lines++;
	log_used += (size_t)snprintf(log_text + log_used, sizeof(log_text) - log_used, "%s\n",
				     line);
	if (log_used >= sizeof(log_text))
		log_used = sizeof(log_text) - 1;
}

void scratch_log(void)
{
	log_set_sink(on_log, NULL);
	log_used = log_lines = 0;
	log_text[0] = '\0';
}

size_t scratch_log_count(void)
{
	return log_lines;
}

bool scratch_log_has(const char *text)
{
	return strstr(log_text, text) != NULL;
}
