/* SPDX-License-Identifier: BSD-2-Clause */
#include "proto/sasl.h"

/* Both ends of one mechanism. All we have are client-first (RFC 4422, 5). */
struct sasl_row {
	const char *name;
	bool (*usable)(const struct sasl_config *c, bool server);
	int (*client)(struct sasl *s, const struct sasl_config *c, struct wr *out);
	int (*server)(struct sasl *s, const struct sasl_config *c, struct span response);
};

static bool plain_usable(const struct sasl_config *c, bool server)
{
	return server ? c->verify != NULL : c->credentials != NULL;
}

/* RFC 4616: [authzid] NUL authcid NUL passwd; RFC 6876, 3.8.3 has no use for an authzid. */
static int plain_client(struct sasl *s, const struct sasl_config *c, struct wr *out)
{
	struct span user = { 0 }, password = { 0 };
	int err = c->credentials(c->ctx, s->attempt, &user, &password);

	if (err < 0)
		return err;
	if (!user.n || user.n > SASL_PART || password.n > SASL_PART || span_has_nul(user) ||
	    span_has_nul(password))
		return ST_EVALUE;
	wr_u8(out, 0);
	wr_bytes(out, user);
	wr_u8(out, 0);
	wr_bytes(out, password);
	return out->err;
}

/* Takes what is before the next NUL off the front of *s; false when there is no NUL or the
 * part is too long. */
static bool plain_part(struct span *s, struct span *part)
{
	const uint8_t *nul = s->n ? memchr(s->p, 0, s->n) : NULL;

	if (!nul)
		return false;
	*part = span_of(s->p, (size_t)(nul - s->p));
	*s = span_of(nul + 1, s->n - part->n - 1);
	return part->n <= SASL_PART;
}

static int plain_server(struct sasl *s, const struct sasl_config *c, struct span response)
{
	struct span authzid, user;
	int err;

	if (!plain_part(&response, &authzid) || !plain_part(&response, &user) || !user.n ||
	    !response.n || response.n > SASL_PART || span_has_nul(response))
		return ST_EAUTH;
	if (authzid.n && !span_eq(authzid, user)) /* nobody may act for another */
		return ST_EAUTH;
	if ((err = c->verify(c->ctx, user, response)) < 0)
		return err;
	memcpy(s->user, user.p, user.n);
	s->user[user.n] = '\0';
	return err == SASL_LATER ? SASL_LATER : SASL_DONE;
}

static bool external_usable(const struct sasl_config *c, bool server)
{
	(void)server;
	return c->external;
}

/* RFC 4422, appendix A: the empty response asks for the identity that TLS has proved. */
static int external_client(struct sasl *s, const struct sasl_config *c, struct wr *out)
{
	(void)s;
	(void)c;
	return out->err;
}

static int external_server(struct sasl *s, const struct sasl_config *c, struct span response)
{
	(void)s;
	return c->external && !response.n ? SASL_DONE : ST_EAUTH;
}

/* clang-format off */
static const struct sasl_row rows[SASL_N_MECHS] = {
	[SASL_PLAIN]    = { "PLAIN",    plain_usable,    plain_client,    plain_server },
	[SASL_EXTERNAL] = { "EXTERNAL", external_usable, external_client, external_server },
};
/* clang-format on */

int sasl_mech_of(struct span name)
{
	for (int i = 0; i < SASL_N_MECHS; i++)
		if (span_eq(name, span_str(rows[i].name)))
			return i;
	return ST_ENOENT;
}

const char *sasl_mech_name(enum sasl_mech mech)
{
	return rows[mech].name;
}

uint32_t sasl_usable(const struct sasl_config *c, uint32_t mechs, bool server)
{
	uint32_t usable = 0;

	for (unsigned i = 0; i < SASL_N_MECHS; i++)
		if ((mechs & SASL_BIT(i)) && rows[i].usable(c, server))
			usable |= SASL_BIT(i);
	return usable;
}

int sasl_client_step(struct sasl *s, const struct sasl_config *c, struct span challenge,
		     struct wr *out)
{
	if (!s->spoke) {
		s->spoke = true;
		return rows[s->mech].client(s, c, out);
	}
	/* an empty initial response looks like none, and the server may ask for it once
	 * more */
	return s->mech == SASL_EXTERNAL && !challenge.n ? 0 : ST_ESTATE;
}

int sasl_server_step(struct sasl *s, const struct sasl_config *c, struct span response,
		     struct wr *out)
{
	(void)out; /* none of our mechanisms has a challenge with octets in it */
	if (s->mech == SASL_PLAIN && !response.n && !s->spoke) {
		s->spoke = true; /* no initial response: ask for it */
		return SASL_MORE;
	}
	return rows[s->mech].server(s, c, response);
}
