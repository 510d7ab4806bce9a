/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking endpoints for a fresh assessment: what `stancectl assess` wants of the daemon. The
 * admin side resolves names and shows progress, the daemon has the sessions.
 *
 * The daemon asks an endpoint whose session is open to begin again (PB-TNC SRETRY, RFC 5793,
 * 3.2), no faster than its settings allow, and remembers one that is not connected: that one is
 * assessed when it comes back, which it does anyway, whether or not somebody still watches. */
#ifndef STANCE_ADMIN_SERVER_ASSESS_H
#define STANCE_ADMIN_SERVER_ASSESS_H

#include "posture/report.h"

/* Where an endpoint is. It goes through any of the first four in any order, maybe more than
 * once; the last two end it, and nothing more is told about it. */
enum assess_state {
	ASSESS_QUEUED,  /* connected, its turn to be asked will come */
	ASSESS_ASKED,   /* its open session has been asked, or is at work on an assessment that
			  * began after the question */
	ASSESS_WAITING, /* not connected; remembered */
	ASSESS_GONE,    /* was asked, and left before its result; remembered */
	ASSESS_ASSESSED, /* end: verdict and access are new and committed */
	ASSESS_REFUSED,  /* end: will not be assessed; reason says why */
	ASSESS_N
};

struct assess_event {
	const char *key, *name; /* identity (identity.h), what people call it */
	enum assess_state state;
	enum verdict verdict; /* of ASSESS_ASSESSED */
	enum access access;
	const char *reason; /* a sentence for people; of ASSESS_REFUSED, else NULL */
};

/* Which endpoints: identity keys, each once, that the posture knows. */
struct assess_selection {
	const char *const *keys;
	size_t n;
};

struct assess; /* one question being followed; the daemon's own */

struct assess_ops {
	/* Asks the endpoints of the selection (borrowed during the call) and returns without
	 * waiting for any. on_event(on_event_ctx, event) is called for every endpoint at least
	 * once, soon, and at each change of its state: on any thread, also before start has
	 * returned, never twice at once for one question, and with the event valid during the
	 * call only. It does not block, does not call back into the daemon, and has no way to
	 * fail.
	 *
	 * 0 and *handle; or, with nothing asked and on_event never called: ST_EBUSY (too many
	 * questions are being followed), ST_ECLOSED (the manager stops), ST_ENOMEM. What is
	 * wrong with one endpoint is ASSESS_REFUSED. Caller: cancel, always. */
	int (*start)(void *ctx, const struct assess_selection *which,
		     void (*on_event)(void *ctx, const struct assess_event *e),
		     void *on_event_ctx, struct assess **handle);

	/* Ends the telling: on_event does not run any more when it returns. What was asked
	 * stays asked, what is remembered stays remembered. Not from on_event. */
	void (*cancel)(void *ctx, struct assess *handle);
};

#endif
