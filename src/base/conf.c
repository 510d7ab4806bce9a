/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/conf.h"
#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* libConfuse's lexer is the process's, and its callbacks carry no context of ours. */
static pthread_mutex_t parse_lock = PTHREAD_MUTEX_INITIALIZER;
static struct conf_error *parse_error;
static const struct conf_range *parse_ranges;
static const char *parse_path; /* inside a section libConfuse does not say it */

static char conf_dir_path[PATH_MAX], state_dir_path[PATH_MAX];

static void dir_set(char *to, const char *dir)
{
	(void)snprintf(to, PATH_MAX, "%s", dir ? dir : "");
}

static const char *dir_get(const char *set, const char *env, const char *fallback)
{
	const char *dir = set[0] ? set : getenv(env);

	return dir && *dir ? dir : fallback;
}

const char *conf_dir(void)
{
	return dir_get(conf_dir_path, "STANCE_CONF_DIR", STANCE_CONFDIR);
}

void conf_dir_set(const char *dir)
{
	dir_set(conf_dir_path, dir);
}

const char *state_dir(void)
{
	return dir_get(state_dir_path, "STANCE_STATE_DIR", STANCE_STATEDIR);
}

void state_dir_set(const char *dir)
{
	dir_set(state_dir_path, dir);
}

/* The first error is the cause; libConfuse may report what follows from it. */
__attribute__((format(printf, 2, 0))) static void conf_report(cfg_t *cfg, const char *fmt,
							      va_list ap)
{
	struct conf_error *e = parse_error;
	int n;

	if (!e || e->text[0])
		return;
	n = snprintf(e->text, sizeof(e->text),
		     "%s:%d: ", cfg && cfg->filename ? cfg->filename : parse_path,
		     cfg ? cfg->line : 0);
	if (n > 0 && (size_t)n < sizeof(e->text))
		(void)vsnprintf(e->text + n, sizeof(e->text) - (size_t)n, fmt, ap);
}

static const struct conf_range *conf_range_of(cfg_t *cfg, cfg_opt_t *opt)
{
	char key[128];

	for (const struct conf_range *r = parse_ranges; r && r->key; r++) {
		const char *bar = strrchr(r->key, '|');

		(void)snprintf(key, sizeof(key), "%s|%s", cfg_name(cfg), opt->name);
		if (strcmp(r->key, bar ? key : opt->name) == 0)
			return r;
	}
	return NULL;
}

static int conf_check_range(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct conf_range *r = conf_range_of(cfg, opt);
	long v = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);

	if (r && (v < r->min || v > r->max)) {
		cfg_error(cfg, "%s must be between %ld and %ld, not %ld", opt->name, r->min,
			  r->max, v);
		return -1;
	}
	return 0;
}

/* --- sections that nobody closed: libConfuse takes the end of the file for their end ------ */

#define DEPTH_MAX 16

static void skip_to(FILE *f, int end, int *line)
{
	int c;

	while ((c = getc(f)) != EOF && c != end) {
		if (c == '\\' && end != '\n' && end != '}')
			c = getc(f);
		*line += c == '\n';
	}
	if (c == '\n')
		(void)ungetc(c, f);
}

static void skip_comment(FILE *f, int *line)
{
	int c, before = 0;

	for (; (c = getc(f)) != EOF && !(before == '*' && c == '/'); before = c)
		*line += c == '\n';
}

/* A word without quotes, of which the first character has been read. */
static void skip_word(FILE *f)
{
	int c;

	while ((c = getc(f)) != EOF && !strchr(" \t\r\n\"'={}(),+#$", c))
		;
	if (c != EOF)
		(void)ungetc(c, f);
}

/* `next` follows c, which begins a token. False: not something to skip as a whole. */
static bool skip_token(FILE *f, int c, int *line)
{
	int next = getc(f);

	if (next != EOF)
		(void)ungetc(next, f);
	if (c == '#' || (c == '/' && next == '/'))
		skip_to(f, '\n', line);
	else if (c == '/' && next == '*')
		(void)getc(f), skip_comment(f, line);
	else if (c == '"' || c == '\'')
		skip_to(f, c, line);
	else if (c == '$' && next == '{')
		skip_to(f, '}', line);
	else if (!strchr(" \t\r\n={}(),+", c))
		skip_word(f);
	else
		return false;
	return true;
}

/* The line in which the innermost section begins that is still open at the end; 0: none. The
 * file has been read, so all else in it is right. */
static int conf_unclosed(const char *path)
{
	int open[DEPTH_MAX], depth = 0, line = 1, c;
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	while ((c = getc(f)) != EOF) {
		if (skip_token(f, c, &line))
			continue;
		line += c == '\n';
		if (c == '{' && depth < DEPTH_MAX)
			open[depth++] = line;
		else if (c == '}' && depth)
			depth--;
	}
	(void)fclose(f);
	return depth ? open[depth - 1] : 0;
}

static int conf_readable(const char *path, struct conf_error *e)
{
	struct stat st;
	int err = 0;

	if (access(path, R_OK) < 0 || stat(path, &st) < 0)
		err = errno;
	else if (S_ISDIR(st.st_mode))
		err = EISDIR; /* libConfuse would take it for a file */
	if (!err)
		return 0;
	(void)snprintf(e->text, sizeof(e->text), "%s: %s", path, strerror(err));
	return err == ENOENT ? ST_ENOENT : ST_ECONF;
}

/* Defaults of lists go through the lexer, too. NULL: out of memory. */
static cfg_t *conf_new(cfg_opt_t *opts)
{
	cfg_t *cfg;

	pthread_mutex_lock(&parse_lock);
	cfg = cfg_init(opts, CFGF_NONE);
	pthread_mutex_unlock(&parse_lock);
	return cfg;
}

/* Both parsers below come here: what the callbacks look at is set for as long as they run. */
static int conf_parse(cfg_t *cfg, const char *path, const char *text,
		      const struct conf_range *ranges, struct conf_error *e)
{
	int rc;

	cfg_set_error_function(cfg, conf_report);
	for (const struct conf_range *r = ranges; r && r->key; r++)
		cfg_set_validate_func(cfg, r->key, conf_check_range);
	pthread_mutex_lock(&parse_lock);
	parse_error = e;
	parse_ranges = ranges;
	parse_path = path;
	rc = text ? cfg_parse_buf(cfg, text) : cfg_parse(cfg, path);
	parse_error = NULL;
	parse_ranges = NULL;
	parse_path = NULL;
	pthread_mutex_unlock(&parse_lock);
	return rc == CFG_SUCCESS ? 0 : ST_ECONF;
}

/* A file that libConfuse takes may still not be one. */
static int conf_file(cfg_t *cfg, const char *path, const struct conf_range *ranges,
		     struct conf_error *e)
{
	int line;

	if (conf_parse(cfg, path, NULL, ranges, e) < 0) {
		if (!e->text[0])
			(void)snprintf(e->text, sizeof(e->text), "%s: cannot be read", path);
		return ST_ECONF;
	}
	if ((line = conf_unclosed(path))) {
		(void)snprintf(e->text, sizeof(e->text),
			       "%s:%d: the section that begins here has no end", path, line);
		return ST_ECONF;
	}
	return 0;
}

int conf_load(const char *path, cfg_opt_t *opts, const struct conf_range *ranges, cfg_t **cfg,
	      struct conf_error *e)
{
	cfg_t *c;
	int err;

	*cfg = NULL;
	e->text[0] = '\0';
	if ((err = conf_readable(path, e)) < 0)
		return err;
	if (!(c = conf_new(opts)))
		return ST_ENOMEM;
	err = conf_file(c, path, ranges, e);
	if (err)
		conf_free(c);
	else
		*cfg = c;
	return err;
}

int conf_load_text(const char *text, cfg_opt_t *opts, cfg_t **cfg)
{
	int err;

	if (!(*cfg = conf_new(opts)))
		return ST_ENOMEM;
	if ((err = conf_parse(*cfg, NULL, text, NULL, NULL)) < 0) {
		conf_free(*cfg);
		*cfg = NULL;
	}
	return err;
}

void conf_free(cfg_t *cfg)
{
	if (!cfg)
		return;
	pthread_mutex_lock(&parse_lock);
	cfg_free(cfg);
	pthread_mutex_unlock(&parse_lock);
}

int conf_load_named(const char *name, cfg_opt_t *opts, const struct conf_range *ranges,
		    cfg_t **cfg, struct conf_error *e)
{
	char path[PATH_MAX];
	int err;

	(void)snprintf(path, sizeof(path), "%s/%s", conf_dir(), name);
	if ((err = conf_load(path, opts, ranges, cfg, e)) != ST_ENOENT)
		return err;
	e->text[0] = '\0';
	return (*cfg = conf_new(opts)) ? 0 : ST_ENOMEM;
}
