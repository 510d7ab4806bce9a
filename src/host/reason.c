/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/reason.h"

#include "host/language.h"

#include <stdlib.h>

/* The text being described; a new one when the last is complete. */
static struct reason *current(struct reasons *r)
{
	if (r->n && !(r->r[r->n - 1].text && r->r[r->n - 1].lang))
		return &r->r[r->n - 1];
	return r->n < REASONS_MAX ? &r->r[r->n++] : NULL;
}

static struct span without_nul(struct span s)
{
	if (s.n && s.p[s.n - 1] == '\0')
		s.n--;
	return s;
}

static int keep(char **where, struct span s)
{
	char *copy = strndup((const char *)s.p, s.n);

	if (!copy)
		return ST_ENOMEM;
	free(*where);
	*where = copy;
	return 0;
}

int reasons_set_text(struct reasons *r, struct span text)
{
	struct reason *c;

	text = without_nul(text);
	if (!text.n || !language_text_valid(text))
		return ST_EVALUE;
	if (text.n > REASON_OCTETS_MAX || !(c = current(r)))
		return ST_ELIMIT;
	return keep(&c->text, text);
}

int reasons_set_language(struct reasons *r, struct span tag)
{
	struct reason *c;

	tag = without_nul(tag);
	if (!language_tag_valid(tag))
		return ST_EVALUE;
	if (!(c = current(r)))
		return ST_ELIMIT;
	return keep(&c->lang, tag);
}

bool reasons_best(const struct reasons *r, struct span accept, struct pb_reason *out)
{
	const struct reason *best = NULL;
	unsigned best_quality = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct reason *c = &r->r[i];
		/* no language at all: above what the reader does not know */
		unsigned q = c->lang ? 2 * language_quality(accept, span_str(c->lang)) : 1;

		if (c->text && (!best || q >= best_quality)) {
			best = c;
			best_quality = q;
		}
	}
	if (best)
		*out = (struct pb_reason){ span_str(best->text), span_str(best->lang) };
	return best != NULL;
}

void reasons_reset(struct reasons *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->r[i].text);
		free(r->r[i].lang);
	}
	*r = (struct reasons){ 0 };
}
