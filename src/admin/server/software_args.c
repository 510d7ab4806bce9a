/* SPDX-License-Identifier: BSD-2-Clause */
/* Software arguments: 'openssl', 'openssl < 3', or 'openssl' --version '< 3'. */
#include "admin/server/software_args.h"
#include "admin/server/group.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* The pattern without its range. */
static char *software_args_name(const char *pattern, const char *range)
{
	size_t n = range ? (size_t)(range - pattern) : strlen(pattern);

	while (range && n && pattern[n - 1] == ' ')
		n--;
	return strndup(pattern, n);
}

/* 'openssl=3' has a range too, unless software of that name exists or existed. */
static int software_args_guess(struct response *response, const struct question *question,
			       const char *pattern, const char **range)
{
	const char *guess = version_range_guess(pattern);
	bool is_name;
	int err;

	if (!guess || version_range_parse(span_str(guess), &response->range) < 0)
		return 0;
	err = query_is_name(question->posture, pattern, &is_name);
	if (!err && !is_name)
		*range = guess;
	version_range_free(response->range);
	response->range = NULL;
	return err == ST_EVALUE ? 0 : err; /* the query reports an invalid pattern */
}

int software_args_read(struct response *response, const struct question *question,
		       struct software_query *q, struct freshness *freshness)
{
	const char *pattern = request_text(response->request, "pattern");
	const char *option = request_text(response->request, "version");
	const char *range = option ? NULL : version_range_find(pattern);
	int err = 0;

	*q = (struct software_query){
		.when = question->when,
		.filter = question->filter,
		.fresh = freshness,
		.since = question->now - question->stale_us,
	};
	if (!option && !range &&
	    (err = software_args_guess(response, question, pattern, &range)) != 0)
		return err;
	if (!(response->glob = software_args_name(pattern, range)))
		return ST_ENOMEM;
	if (range && !*response->glob) {
		response_end(response, ADMIN_USAGE, "'%s' has a version range but no name",
			     pattern);
		return ST_EVALUE;
	}
	range = option ? option : range;
	if (range)
		err = version_range_parse(span_str(range), &response->range);
	if (err == ST_EVALUE)
		response_end(response, ADMIN_USAGE,
			     "'%s' is not a version range; use '< 1.2' or '>= 1, < 2'", range);
	q->glob = response->glob;
	q->range = response->range;
	return err;
}

int software_args_unordered(struct response *response, const struct answer_freshness *f,
			    uint64_t unordered)
{
	if (!unordered || f->stale)
		return 0;
	return response_end(response, ADMIN_STALE,
			    "%llu more match by name, but their versions cannot be compared",
			    (unsigned long long)unordered);
}
