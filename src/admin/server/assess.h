/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for new assessments: the interface between `stancectl assess` and the daemon. The
 * admin side resolves names and shows progress; the daemon has the sessions.
 *
 *   - Open session: the daemon requests a retry (PB-TNC SRETRY, RFC 5793, 3.2), at the rate
 *     that its settings allow.
 *   - Endpoint not connected: the daemon records the request. The endpoint is assessed when it
 *     reconnects.
 *   - Cancelling a request ends the notifications only. */
#ifndef STANCE_ADMIN_SERVER_ASSESS_H
#define STANCE_ADMIN_SERVER_ASSESS_H

#include "posture/report.h"

/* State of one endpoint. The first four may occur in any order and more than once. The last
 * two are final: no further event follows. */
enum assess_state {
	ASSESS_QUEUED,  /* connected; the retry will be sent */
	ASSESS_ASKED,   /* the retry was sent, or an assessment that began after the request is
			  * running */
	ASSESS_WAITING, /* not connected; recorded */
	ASSESS_GONE,    /* disconnected before its result; recorded */
	ASSESS_ASSESSED, /* final: verdict and access are new and committed */
	ASSESS_REFUSED,  /* final: not assessed; see reason */
	ASSESS_N
};

struct assess_event {
	const char *key, *name; /* identity key (posture/identity.h) and name */
	enum assess_state state;
	enum verdict verdict; /* ASSESS_ASSESSED only, like access */
	enum access access;
	const char *reason; /* text for the administrator; ASSESS_REFUSED only, else NULL */
};

/* The endpoints of a request: identity keys known to the posture, without duplicates. */
struct assess_selection {
	const char *const *keys;
	size_t n;
};

struct assess; /* one request, private to the daemon */

struct assess_ops {
	/* Requests assessments of the selection (borrowed during the call). Does not wait.
	 *
	 * on_event(on_event_ctx, event):
	 *   - is called soon for each endpoint, and at each change of its state;
	 *   - runs on any thread, possibly before start returns; calls for one request do not
	 *     overlap;
	 *   - gets an event that is valid during the call only;
	 *   - must not block and must not call the daemon.
	 *
	 * 0: *handle is set, and the caller must call cancel. ST_EBUSY (too many requests),
	 * ST_ECLOSED (the manager is stopping) or ST_ENOMEM: nothing was requested and
	 * on_event is not called. An error of a single endpoint is ASSESS_REFUSED. */
	int (*start)(void *ctx, const struct assess_selection *which,
		     void (*on_event)(void *ctx, const struct assess_event *e),
		     void *on_event_ctx, struct assess **handle);

	/* Ends the notifications: on_event does not run after cancel returns. Requests sent or
	 * recorded stay in effect. Not from on_event. */
	void (*cancel)(void *ctx, struct assess *handle);
};

#endif
