/* SPDX-License-Identifier: BSD-2-Clause */
/* How far an answer about software can be trusted. */
#include "admin/server/freshness.h"
#include "admin/server/question.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

bool freshness_is_stale(const struct question *question, const struct endpoint_row *row)
{
	if (!question_is_past(question) && row->has_gap)
		return true;
	return !row->has_inventory || !row->complete_through ||
	       question->now - row->complete_through > question->stale_us;
}

/* Also records the endpoint that is furthest behind, for the message. */
void freshness_add(struct answer_freshness *f, const struct question *question,
		   const struct endpoint_row *row)
{
	int64_t known = row->has_inventory ? row->complete_through : 0;

	if (!f->endpoints || known < f->complete_through) {
		f->complete_through = known;
		(void)snprintf(f->worst, sizeof(f->worst), "%s", row->name);
	}
	f->endpoints++;
	f->stale += freshness_is_stale(question, row);
}

void freshness_from_query(const struct freshness *all, struct answer_freshness *f)
{
	*f = (struct answer_freshness){
		.endpoints = all->endpoints,
		.stale = all->stale,
		.complete_through = all->complete_through,
	};
	(void)snprintf(f->worst, sizeof(f->worst), "%s", all->worst);
}

static void freshness_text(const struct answer_freshness *f, char *out, size_t size)
{
	char when[CLOCK_TEXT];
	size_t at = 0;

	if (f->endpoints > 1)
		at = (size_t)snprintf(out, size, "%zu of %zu endpoints %s stale: ", f->stale,
				      f->endpoints, f->stale == 1 ? "is" : "are");
	clock_format_sec(f->complete_through, when);
	if (f->complete_through)
		(void)snprintf(out + at, size - at,
			       "the software of '%.100s' is known only up to %s", f->worst,
			       when);
	else
		(void)snprintf(out + at, size - at, "'%.100s' has never reported its software",
			       f->worst);
}

int freshness_end(struct response *response, const struct answer_freshness *f, const char *no)
{
	char text[300];

	if (!f->stale)
		return no ? response_end(response, ADMIN_NO, "%s", no) : 0;
	freshness_text(f, text, sizeof(text));
	return response_end(response, ADMIN_STALE, "%s%s%s", no ? no : "", no ? ", but " : "",
			    text);
}
