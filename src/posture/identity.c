/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/identity.h"
#include "posture/state/text_pool.h"
#include "base/rd.h"
#include "base/wr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define TCG 0x005597u
#define RECORD_MIN 28
#define RANK_ADDRESS 1000 /* from here on: where it calls from, not who it is */

/* The order of kinds of identity, best first, and the scheme of their keys. */
static const struct {
	enum identity_type type;
	const char *scheme;
} kinds[] = {
	{ IDENTITY_FQDN, "dns" }, { IDENTITY_URI, "uri" },   { IDENTITY_EMAIL, "email" },
	{ IDENTITY_DN, "dn" },    { IDENTITY_USER, "user" }, { IDENTITY_IPV4, "ip" },
	{ IDENTITY_IPV6, "ip" },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct candidate {
	enum identity_type type;
	enum identity_subject subject;
	enum identity_auth auth;
	struct span value;
};

static int identity_kind(enum identity_type type)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (kinds[i].type == type)
			return (int)i;
	return -1;
}

static bool is_address(enum identity_type type)
{
	return type == IDENTITY_IPV4 || type == IDENTITY_IPV6;
}

/* Letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all. */
static bool is_host_name(struct span v)
{
	size_t label = 0;

	if (v.n && v.p[v.n - 1] == '.')
		v.n--;
	if (!v.n || v.n > 253)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '.' && label == 0)
			return false;
		if (v.p[i] != '.' && !isalnum(v.p[i]) && v.p[i] != '-' && v.p[i] != '_')
			return false;
		label = v.p[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0;
}

static void lower(char *s)
{
	for (; *s; s++)
		*s = (char)tolower((unsigned char)*s);
}

static bool canon_fqdn(char *s)
{
	size_t n = strlen(s);

	lower(s);
	if (n && s[n - 1] == '.')
		s[n - 1] = '\0';
	return *s != '\0';
}

static bool canon_email(char *s)
{
	char *at = strrchr(s, '@');

	return at && at != s && canon_fqdn(at + 1);
}

/* Inet's own text form; an IPv4 address in IPv6 clothes is the IPv4 address. */
static bool canon_address(char *s, size_t size)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t a[16];

	if (inet_pton(AF_INET, s, a) == 1)
		return inet_ntop(AF_INET, a, s, (socklen_t)size) != NULL;
	if (inet_pton(AF_INET6, s, a) != 1)
		return false;
	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		return inet_ntop(AF_INET, a + 12, s, (socklen_t)size) != NULL;
	return inet_ntop(AF_INET6, a, s, (socklen_t)size) != NULL;
}

/* The end of the RDN that begins at s: an unescaped, unquoted comma, or the end. */
static const char *rdn_end(const char *s)
{
	bool quoted = false;

	for (; *s && (quoted || *s != ','); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '\\' && s[1])
			s++;
	}
	return s;
}

static bool rdn_is_cn(const char *s)
{
	return strncasecmp(s, "CN", 2) == 0 && s[2 + strspn(s + 2, " ")] == '=';
}

/* One RDN without the blanks around it and its '=', attribute type in capitals. */
static void rdn_copy(char *to, const char *s, const char *end)
{
	while (s < end && *s == ' ')
		s++;
	while (end > s && end[-1] == ' ' && (end - s < 2 || end[-2] != '\\'))
		end--;
	while (s < end && *s != '=')
		*to++ = (char)toupper((unsigned char)*s++);
	while (to[-1] == ' ')
		to--;
	*to++ = '=';
	s++;
	while (s < end && *s == ' ')
		s++;
	if (s < end) {
		memcpy(to, s, (size_t)(end - s));
		to += end - s;
	}
	*to = '\0';
}

/* Names are written in both directions; the one that begins with the CN is the key's. */
static bool canon_dn(char *s, size_t size)
{
	const char *at[64], *first = s + strspn(s, " ");
	char out[IDENTITY_MAX + 1] = "", one[IDENTITY_MAX + 2];
	size_t n = 0, len = 0;

	for (const char *p = s; n < 64; p = rdn_end(p) + 1) {
		const char *end = rdn_end(p), *eq = memchr(p, '=', (size_t)(end - p));

		if (!eq || eq == p + strspn(p, " "))
			return false;
		at[n++] = p;
		if (!*end)
			break;
	}
	if (n == 64)
		return false;
	const char *last = at[n - 1] + strspn(at[n - 1], " ");
	bool turn = rdn_is_cn(last) && !rdn_is_cn(first);

	for (size_t i = 0; i < n; i++) {
		const char *p = at[turn ? n - 1 - i : i];

		rdn_copy(one, p, rdn_end(p));
		int k = snprintf(out + len, sizeof(out) - len, "%s%s", i ? "," : "", one);
		if (k < 0 || len + (size_t)k >= sizeof(out))
			return false;
		len += (size_t)k;
	}
	return snprintf(s, size, "%s", out) < (int)size;
}

/* The canonical value of c into out (IDENTITY_MAX + 1 octets), or false. */
static bool canon(const struct candidate *c, char *out)
{
	if (!c->value.n || c->value.n > IDENTITY_MAX || !text_valid(c->value, true))
		return false;
	memcpy(out, c->value.p, c->value.n);
	out[c->value.n] = '\0';
	switch (c->type) {
	case IDENTITY_FQDN:
		return canon_fqdn(out);
	case IDENTITY_EMAIL:
		return canon_email(out);
	case IDENTITY_DN:
		return canon_dn(out, IDENTITY_MAX + 1);
	case IDENTITY_IPV4:
	case IDENTITY_IPV6:
		return canon_address(out, IDENTITY_MAX + 1);
	default:
		return true;
	}
}

static int identity_make(const char *scheme, const char *value, struct identity *id)
{
	size_t n = strlen(scheme) + 1 + strlen(value) + 1;

	id->key = malloc(n);
	id->name = strdup(value);
	if (!id->key || !id->name) {
		identity_free(id);
		return ST_ENOMEM;
	}
	(void)snprintf(id->key, n, "%s:%s", scheme, value);
	return 0;
}

/* Less is better. An address is the last resort, unless a certificate holds it. */
static int rank(const struct candidate *c)
{
	int kind = identity_kind(c->type);

	if (kind < 0)
		return INT32_MAX;
	if (is_address(c->type) && c->auth != AUTH_X509)
		return RANK_ADDRESS + kind;
	int auth = c->auth == AUTH_X509 ? 0 : c->auth == AUTH_UNKNOWN ? 200 : 100;

	return auth + (c->subject == SUBJECT_MACHINE ? 0 : 20) + kind;
}

static void read_record(struct rd *r, struct candidate *c)
{
	uint32_t type_vendor = rd_u32(r) & 0xffffff;
	uint32_t type = rd_u32(r);

	c->value = rd_bytes(r, rd_u32(r));
	uint32_t subject_vendor = rd_u32(r) & 0xffffff;
	uint32_t subject = rd_u32(r);
	uint32_t auth_vendor = rd_u32(r) & 0xffffff;
	uint32_t auth = rd_u32(r);

	c->type = type_vendor == TCG ? (enum identity_type)type : IDENTITY_UNKNOWN;
	c->subject = subject_vendor == TCG ? (enum identity_subject)subject : SUBJECT_UNKNOWN;
	c->auth = auth_vendor == TCG ? (enum identity_auth)auth : AUTH_UNKNOWN;
	if (c->type == IDENTITY_USER && c->auth == AUTH_X509 && is_host_name(c->value)) {
		c->type = IDENTITY_FQDN;
		c->subject = SUBJECT_MACHINE;
	}
}

int identity_from_ar(struct span list, struct identity *id)
{
	char value[IDENTITY_MAX + 1], best[IDENTITY_MAX + 1];
	int best_rank = INT32_MAX, best_kind = 0;
	struct rd r = rd_over(list);
	bool proved = false;

	*id = (struct identity){ 0 };
	uint32_t count = rd_u32(&r);

	if (!r.err && count > rd_left(&r) / RECORD_MIN)
		return ST_ELENGTH;
	for (uint32_t i = 0; i < count && !r.err; i++) {
		struct candidate c;

		read_record(&r, &c);
		proved |= c.auth == AUTH_X509;
		if (r.err || rank(&c) >= best_rank || !canon(&c, value))
			continue;
		best_rank = rank(&c);
		best_kind = identity_kind(c.type);
		strcpy(best, value);
	}
	rd_end(&r);
	if (r.err)
		return r.err;
	/* certificates whose names we cannot use must not share the record of their address */
	if (best_rank == INT32_MAX || (proved && best_rank >= RANK_ADDRESS))
		return ST_ENOENT;
	return identity_make(kinds[best_kind].scheme, best, id);
}

int identity_from_value(enum identity_type type, struct span value, struct identity *id)
{
	struct candidate c = { .type = type, .value = value };
	int kind = identity_kind(type);
	char out[IDENTITY_MAX + 1];

	*id = (struct identity){ 0 };
	if (kind < 0 || !canon(&c, out))
		return ST_ENOENT;
	return identity_make(kinds[kind].scheme, out, id);
}

int identity_from_key(const char *key, struct identity *id)
{
	*id = (struct identity){ 0 };
	for (size_t i = 0; i < N_KINDS; i++) {
		size_t n = strlen(kinds[i].scheme);

		if (strncmp(key, kinds[i].scheme, n) == 0 && key[n] == ':' && key[n + 1])
			return identity_make(kinds[i].scheme, key + n + 1, id);
	}
	return ST_EVALUE;
}

void identity_free(struct identity *id)
{
	if (!id)
		return;
	free(id->key);
	free(id->name);
	*id = (struct identity){ 0 };
}

size_t identity_list_begin(struct wr *w)
{
	return wr_hole32(w);
}

void identity_list_add(struct wr *w, enum identity_type type, struct span value,
		       enum identity_subject subject, enum identity_auth auth)
{
	wr_u32(w, TCG);
	wr_u32(w, type);
	wr_u32(w, (uint32_t)value.n);
	wr_bytes(w, value);
	wr_u32(w, TCG);
	wr_u32(w, subject);
	wr_u32(w, TCG);
	wr_u32(w, auth);
}

void identity_list_end(struct wr *w, size_t begin)
{
	uint32_t count = 0;

	if (w->err)
		return;
	struct rd r = rd_over(span_of(w->p + begin + 4, w->len - begin - 4));

	for (; rd_left(&r) && !r.err; count++) {
		rd_skip(&r, 8);
		rd_skip(&r, rd_u32(&r));
		rd_skip(&r, 16);
	}
	wr_fill32(w, begin, count);
}
