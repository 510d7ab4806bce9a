/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts in several languages, for the user of the endpoint. */
#ifndef STANCE_KIT_TEXT_H
#define STANCE_KIT_TEXT_H

#include "base/api.h"

#include <stddef.h>

ST_LOCAL_BEGIN

/* A text in one language. */
struct kit_text {
	const char *lang; /* RFC 5646 tag, for example "en" or "de-CH" */
	const char *text; /* UTF-8 */
};

/* Picks the text for an Accept-Language value (RFC 9110, 12.5.4; may be NULL). The highest
 * weight wins; a tag also matches a text in the same language of another region; texts[0] is
 * the default. NULL only when n is 0. */
const struct kit_text *kit_text_pick(const struct kit_text *texts, size_t n,
				     const char *preferred);

ST_LOCAL_END

#endif
