/* SPDX-License-Identifier: BSD-2-Clause */
#include "npm_package.h"

#include "base/err.h"
#include "wire/swid_xml.h"

#include <jansson.h>

/* Maximum nesting depth of the text. Braces in strings do not count. */
static size_t depth_of(struct span text)
{
	size_t depth = 0, most = 0;
	bool string = false;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (string && c == '\\') {
			i++;
		} else if (c == '"') {
			string = !string;
		} else if (!string && (c == '{' || c == '[')) {
			most = ++depth > most ? depth : most;
		} else if (!string && (c == '}' || c == ']')) {
			depth -= depth > 0;
		}
	}
	return most;
}

static int keep(const json_t *json, const char *key, struct arena *a, struct span *to)
{
	const json_t *value = json_object_get(json, key);
	struct span s = span_of(json_string_value(value), json_string_length(value));

	if (!s.n || !swid_text_ok(s))
		return ST_EVALUE;
	if (s.n > NPM_MAX_FIELD)
		return ST_ELIMIT;
	*to = arena_copy(a, s);
	return to->p ? 0 : ST_ENOMEM;
}

int npm_package_read(struct span text, struct arena *a, struct npm_package *p)
{
	json_t *json;
	int err;

	*p = (struct npm_package){ 0 };
	if (text.n > NPM_MAX_OCTETS || depth_of(text) > NPM_MAX_DEPTH)
		return ST_ELIMIT;
	if (!(json = json_loadb((const char *)text.p, text.n, 0, NULL)))
		return ST_EVALUE;
	if ((err = keep(json, "name", a, &p->name)) == 0)
		err = keep(json, "version", a, &p->version);
	json_decref(json);
	return err;
}
