/* SPDX-License-Identifier: BSD-2-Clause */
/* SASL mechanisms for PT-TLS (RFC 6876, 3.8): a table, both ends of each mechanism. The
 * exchange that carries them is pt_session's. */
#ifndef STANCE_PROTO_SASL_H
#define STANCE_PROTO_SASL_H

#include "base/api.h"
#include "base/err.h"
#include "base/span.h"
#include "base/wr.h"

ST_API_BEGIN

enum sasl_mech { SASL_PLAIN, SASL_EXTERNAL, SASL_N_MECHS };

#define SASL_BIT(mech) (1u << (mech)) /* sets of mechanisms */
#define SASL_PART 255u                /* octets of a user name or a password */

enum sasl_status { SASL_DONE, SASL_MORE, SASL_LATER }; /* and negative ST_E... */

/* What the owner of the session brings along. All of it is borrowed for the session's life. */
struct sasl_config {
	void *ctx;
	bool external; /* TLS has authenticated the client: EXTERNAL can be used */
	/* Server, PLAIN: 0 when this is the user's password, ST_EAUTH when not; SASL_LATER
	 * when that takes time and pt_session_verified will be called with the answer;
	 * anything else means that it could not be found out. Both spans are borrowed during
	 * the call. */
	int (*verify)(void *ctx, struct span user, struct span password);
	/* Client, PLAIN: fills both; attempt counts from 0. Negative: nothing (more) to try.
	 * The spans must live until the call into the session returns. */
	int (*credentials)(void *ctx, unsigned attempt, struct span *user,
			   struct span *password);
};

/* One run of one mechanism. */
struct sasl {
	enum sasl_mech mech;
	unsigned attempt;         /* client: PLAIN runs that failed before */
	bool spoke;               /* client: the response has been given */
	char user[SASL_PART + 1]; /* server: whom a finished run has authenticated */
};

/* The mechanism called name, or ST_ENOENT. */
int sasl_mech_of(struct span name);
const char *sasl_mech_name(enum sasl_mech mech);

/* The subset of mechs that can be used at all with this configuration and role. */
uint32_t sasl_usable(const struct sasl_config *c, uint32_t mechs, bool server);

/* Client: appends the next response to out (may stay empty); the first call has no challenge.
 * 0, or negative when the mechanism cannot go on. */
int sasl_client_step(struct sasl *s, const struct sasl_config *c, struct span challenge,
		     struct wr *out);

/* Server: takes a response. SASL_DONE: authenticated, s->user says who (empty: whom TLS has
 * authenticated). SASL_MORE: the challenge is appended to out. SASL_LATER: as SASL_DONE, if
 * the owner finds that the password is right. ST_EAUTH: refused; other negatives: the
 * mechanism itself failed. */
int sasl_server_step(struct sasl *s, const struct sasl_config *c, struct span response,
		     struct wr *out);

ST_API_END

#endif
