/* SPDX-License-Identifier: BSD-2-Clause */
/* Choosing a text in the language that the other side prefers. */
#include "kit/kit.h"

#include <string.h>
#include <strings.h>

#define QUALITY_MAX 1000

/* "q=0.75" in thousandths (RFC 9110, 12.4.2); anything else is 1000. */
static unsigned kit_quality(const char *p, size_t n)
{
	unsigned q = 0, unit = QUALITY_MAX;

	while (n && (*p == ' ' || *p == '\t' || *p == ';'))
		p++, n--;
	if (n < 3 || (*p != 'q' && *p != 'Q') || p[1] != '=')
		return QUALITY_MAX;
	for (p += 2, n -= 2; n && unit; p++, n--) {
		if (*p >= '0' && *p <= '9') {
			q += (unsigned)(*p - '0') * unit;
			unit /= 10;
		} else if (*p != '.') {
			break;
		}
	}
	return q < QUALITY_MAX ? q : QUALITY_MAX;
}

/* How well a text's tag answers a wanted one: the same 2, the same language 1, else 0. */
static unsigned kit_tag_match(const char *tag, const char *want, size_t n)
{
	size_t lang = strcspn(tag, "-"), want_lang = 0;

	if (strlen(tag) == n && strncasecmp(tag, want, n) == 0)
		return 2;
	while (want_lang < n && want[want_lang] != '-')
		want_lang++;
	return lang == want_lang && strncasecmp(tag, want, lang) == 0;
}

const struct kit_text *kit_text_pick(const struct kit_text *texts, size_t n,
				     const char *preferred)
{
	const struct kit_text *best = n ? texts : NULL;
	unsigned best_score = 0;

	for (const char *p = preferred ? preferred : ""; *p;) {
		size_t item = strcspn(p, ","), skip = strspn(p, " \t"), tag;

		skip = skip < item ? skip : item;
		for (tag = skip; tag < item && !strchr("; \t", p[tag]); tag++)
			;
		for (size_t i = 0; i < n; i++) {
			unsigned q = kit_quality(p + tag, item - tag);
			unsigned score = kit_tag_match(texts[i].lang, p + skip, tag - skip);

			score = score && q ? 2 * q + score : 0;
			if (score > best_score) {
				best_score = score;
				best = &texts[i];
			}
		}
		p += item + (p[item] == ',');
	}
	return best;
}
