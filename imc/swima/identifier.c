/* SPDX-License-Identifier: BSD-2-Clause */
#include "identifier.h"

#include <ctype.h>
#include <stdlib.h>

#include <utf8proc.h>

/* RFC 3986, 2.3. */
static bool uri_unreserved(uint8_t c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* Percent-encodes everything but unreserved octets and those in also_ok; in any case those in
 * never. */
static void uri_write(struct wr *w, struct span s, const char *also_ok, const char *never)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool plain = uri_unreserved(c) || (c && strchr(also_ok, c));

		if (plain && !(c && strchr(never, c))) {
			wr_u8(w, c);
		} else {
			wr_u8(w, '%');
			wr_u8(w, (uint8_t)hex[c >> 4]);
			wr_u8(w, (uint8_t)hex[c & 15]);
		}
	}
}

/* A part that ends at the next '-'. An unknown part is '~'. */
static void unique_part(struct wr *w, struct span s)
{
	uri_write(w, s, "", "-");
	if (!s.n)
		wr_u8(w, '~');
	wr_u8(w, '-');
}

/* Can be parsed again: three parts that end at '-', a name that ends at the only '@', a
 * version. Therefore different packages never share a tag id. */
static void tag_unique(struct wr *w, const struct identifier_rules *r,
		       const struct source_item *item)
{
	unique_part(w, span_str(r->platform.id));
	unique_part(w, span_str(r->platform.version));
	unique_part(w, item->arch);
	uri_write(w, item->name, "", "");
	wr_u8(w, '@');
	uri_write(w, item->version, "", "");
}

static void compatible_part(struct wr *w, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		wr_u8(w, s.p[i] && strchr(":/?#[]@!$&'()*+,;=", s.p[i]) ? '~' : s.p[i]);
}

static void tag_compatible(struct wr *w, const struct identifier_rules *r,
			   const struct source_item *item)
{
	const struct platform *p = &r->platform;
	bool native = span_eq(item->arch, span_str(p->native)) ||
		      span_eq(item->arch, span_str("all")) || !item->arch.n;

	wr_u8(w, (uint8_t)toupper((unsigned char)p->id[0]));
	wr_str(w, p->id + 1);
	if (p->version[0])
		wr_u8(w, '_');
	wr_str(w, p->version);
	wr_u8(w, '-');
	wr_str(w, p->machine);
	wr_u8(w, '-');
	compatible_part(w, item->name);
	wr_u8(w, '-');
	compatible_part(w, item->version);
	if (!native) {
		wr_u8(w, '.');
		compatible_part(w, item->arch);
	}
}

int identifier_tag(struct wr *w, const struct identifier_rules *r, const char *language,
		   const struct source_item *item)
{
	if (language)
		(void)identifier_purl(w, r, language, item);
	else if (r->scheme == IDENTIFIER_COMPATIBLE)
		tag_compatible(w, r, item);
	else
		tag_unique(w, r, item);
	return w->err;
}

static bool ascii_only(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] & 0x80)
			return false;
	return true;
}

struct span identifier_normalise(struct arena *a, struct span id)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;
	struct span nfc = id;

	if (ascii_only(id))
		return id;
	n = utf8proc_map(id.p, (utf8proc_ssize_t)id.n, &out,
			 UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n >= 0 && !span_eq(id, span_of(out, (size_t)n)))
		nfc = arena_copy(a, span_of(out, (size_t)n));
	free(out);
	return nfc;
}

int identifier_write(struct wr *w, const struct identifier_rules *r, const char *language,
		     const struct source_item *item)
{
	size_t begin = w->len;
	struct arena a = { 0 };
	struct span id, nfc;

	wr_str(w, r->regid);
	wr_str(w, "__");
	if (identifier_tag(w, r, language, item) < 0)
		return w->err;
	id = wr_span_from(w, begin);
	nfc = identifier_normalise(&a, id);
	if (nfc.p && nfc.p != id.p) {
		wr_truncate(w, begin);
		wr_bytes(w, nfc);
	}
	arena_reset(&a);
	return w->err;
}

/* A name as the Python Package Index spells it (package-url, pypi). */
static void purl_pypi(struct wr *w, struct span name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		uri_write(w, span_of(&c, 1), "", "");
	}
}

/* Qualifiers of a package of the system; packages of a language have none. */
static void purl_qualifiers(struct wr *w, const struct platform *p, struct span arch,
			    struct span epoch)
{
	char mark = '?';

	if (arch.n) {
		wr_str(w, "?arch=");
		uri_write(w, arch, "", "");
		mark = '&';
	}
	wr_u8(w, (uint8_t)mark);
	wr_str(w, "distro=");
	uri_write(w, span_str(p->id), "", "");
	if (p->version[0]) {
		wr_u8(w, '-');
		uri_write(w, span_str(p->version), "", "");
	}
	if (epoch.n) {
		wr_str(w, "&epoch=");
		uri_write(w, epoch, "", "");
	}
}

/* Removes the epoch "N:" from the version of an rpm and returns N. */
static struct span purl_epoch(struct span *version)
{
	struct span epoch = { version->p, 0 };

	while (epoch.n < version->n && isdigit(version->p[epoch.n]))
		epoch.n++;
	if (!epoch.n || epoch.n == version->n || version->p[epoch.n] != ':')
		return (struct span){ 0 };
	version->p += epoch.n + 1;
	version->n -= epoch.n + 1;
	return epoch;
}

int identifier_purl(struct wr *w, const struct identifier_rules *r, const char *type,
		    const struct source_item *item)
{
	struct span version = item->version, epoch = { 0 };
	bool pypi, npm;

	if (!type)
		return w->err;
	pypi = strcmp(type, "pypi") == 0;
	npm = strcmp(type, "npm") == 0;
	if (strcmp(type, "rpm") == 0)
		epoch = purl_epoch(&version);
	wr_str(w, "pkg:");
	wr_str(w, type);
	wr_u8(w, '/');
	if (!pypi && !npm) {
		uri_write(w, span_str(r->platform.id), "", "");
		wr_u8(w, '/');
	}
	if (pypi)
		purl_pypi(w, item->name);
	else
		uri_write(w, item->name, npm ? "/" : "", "");
	wr_u8(w, '@');
	uri_write(w, version, "", "");
	if (!pypi && !npm)
		purl_qualifiers(w, &r->platform, item->arch, epoch);
	return w->err;
}

int identifier_locator(struct wr *w, struct span path)
{
	if (!path.n)
		return w->err;
	wr_str(w, "file://");
	uri_write(w, path, "/!$&'()*+,;=:@", "");
	return w->err;
}
