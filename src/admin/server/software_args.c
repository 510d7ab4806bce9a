/* SPDX-License-Identifier: BSD-2-Clause */
/* Which software is meant: 'openssl', 'openssl < 3', 'openssl' --version '< 3'. */
#include "admin/server/software_args.h"
#include "admin/server/group.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* The pattern without what is behind it. */
static char *wanted_name(const char *pattern, const char *range)
{
	size_t n = range ? (size_t)(range - pattern) : strlen(pattern);

	while (range && n && pattern[n - 1] == ' ')
		n--;
	return strndup(pattern, n);
}

/* 'openssl=3' is a range as well, unless something is called that. */
static int wanted_guess(struct response *call, const struct question *a, const char *pattern,
			const char **range)
{
	const char *guess = version_range_guess(pattern);
	bool is_name;
	int err;

	if (!guess || version_range_parse(span_str(guess), &call->range) < 0)
		return 0;
	err = query_is_name(a->posture, pattern, &is_name);
	if (!err && !is_name)
		*range = guess;
	version_range_free(call->range);
	call->range = NULL;
	return err == ST_EVALUE ? 0 : err; /* what is wrong with the pattern is said later */
}

int software_args_read(struct response *call, const struct question *a,
		       struct software_query *q, struct freshness *fresh)
{
	const char *pattern = request_text(call->request, "pattern");
	const char *option = request_text(call->request, "version");
	const char *range = option ? NULL : version_range_find(pattern);
	int err = 0;

	*q = (struct software_query){
		.when = a->when,
		.filter = a->filter,
		.fresh = fresh,
		.since = a->now - a->stale_us,
	};
	if (!option && !range && (err = wanted_guess(call, a, pattern, &range)) != 0)
		return err;
	if (!(call->glob = wanted_name(pattern, range)))
		return ST_ENOMEM;
	if (range && !*call->glob) {
		response_end(call, ADMIN_USAGE, "'%s' has a version range but no name",
			     pattern);
		return ST_EVALUE;
	}
	range = option ? option : range;
	if (range)
		err = version_range_parse(span_str(range), &call->range);
	if (err == ST_EVALUE)
		response_end(call, ADMIN_USAGE,
			     "'%s' is not a version range; use '< 1.2' or '>= 1, < 2'", range);
	q->glob = call->glob;
	q->range = call->range;
	return err;
}

int software_args_unordered(struct response *call, const struct answer_freshness *f,
			    uint64_t unordered)
{
	if (!unordered || f->stale)
		return 0;
	return response_end(call, ADMIN_STALE,
			    "%llu more match by name, but their versions cannot be compared",
			    (unsigned long long)unordered);
}
