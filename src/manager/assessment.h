/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside stanced_session: when an endpoint's assessment begins, how long it may take, and who
 * has to wait. Nobody else includes this.
 *
 * An assessment passes the manager's gate, with its first batch: who has said nothing yet has no
 * place. While there is none, a new session is not read from, and the first batch of any other is
 * kept unread, so that waiting costs next to nothing on either side. Who was let in and then says
 * nothing gives the place back to those who wait: at once before the first batch, after a while
 * in the middle of an assessment, which goes on behind the gate when the endpoint does. A
 * reassessment that we ask for passes the same gate. */
#ifndef STANCE_MANAGER_ASSESSMENT_H
#define STANCE_MANAGER_ASSESSMENT_H

#include "manager/assessment_queue.h"
#include "manager/session_registry.h"
#include "manager/worker.h"
#include "manager/password_check.h"
#include "host/imv_peer.h"
#include "posture/identity.h"

enum assessment_state {
	ASSESSMENT_NONE,     /* the session is not ready yet */
	ASSESSMENT_QUEUED,   /* in the queue */
	ASSESSMENT_ADMITTED, /* let in after it had to wait; what it says is being looked for */
	ASSESSMENT_EXPECTED, /* it has no place yet, and may speak */
	ASSESSMENT_RUNNING,  /* an assessment is under way */
	ASSESSMENT_OVERDUE, /* its time is over; the endpoint may still hear what became of it */
	ASSESSMENT_IDLE,
	ASSESSMENT_ENDED /* the session ends */
};

struct session {
	struct worker *worker;
	struct session *next, **back; /* in worker->sessions */
	struct sockaddr_in6 from;     /* or sockaddr_in, which is smaller */
	struct pt_conn *conn;         /* NULL: it is over */
	struct imv_peer *peer;        /* NULL: not yet, or no more */
	struct identity who;
	const struct log *log;
	struct password_check *verify; /* of a password, under way */
	uv_timer_t deadline; /* of the turn; TURN_IDLE: until the endpoint is asked */
	uv_timer_t pace;     /* until the endpoint may have another assessment */
	bool away;           /* gave its place away in the middle of an assessment */
	bool held, paced;    /* why it is not read from: no turn; too many of them */
	enum assessment_state turn;
	struct wr kept;        /* a batch that waits for its turn */
	unsigned times;        /* that it is looked for what it says, TURN_SILENT */
	uint64_t counted;      /* assessments that are known to have begun */
	int64_t begun;         /* monotonic us, of the assessment under way */
	int64_t heard;         /* monotonic us, of its last batch */
	int64_t due;           /* monotonic us, of a reassessment */
	bool was_ready, woken; /* woken: a module wants another assessment */
	bool assessed;         /* once at least */
	bool excused;          /* it ends for a reason that is not the endpoint's */
	int report_err;        /* why the assessment's result could not be queued */
	uint64_t mark;         /* the posture's: reports since have not been asked after */
	enum verdict verdict;  /* of the assessment that is being stored */
	enum access access;
	TNC_IMV_Evaluation_Result evaluation;

	/* Other threads hold the session by these: a letter under way counts. */
	atomic_uint refs;
	atomic_bool waking;
	struct loop_message wake;
	struct assessment_slot slot;
	struct loop_message admitted;
	struct registration registration;
	atomic_bool asking;
	atomic_int_fast64_t asked_due;
	struct loop_message asked;
	struct loop_message dropped;
	bool forgotten; /* why; set before the letter is sent */
};

/* A zeroed session whose worker is set. */
void assessment_init(struct session *s);

/* Data Transport begins; the peer is open. */
void assessment_first(struct session *s);
void assessment_batch(struct session *s, struct span batch);

/* A module woke the peer. */
void assessment_wake(struct session *s);

/* The result was stored, or not (err). */
void assessment_stored(struct session *s, int err);

/* The session is over. */
void assessment_end(struct session *s);

#endif
