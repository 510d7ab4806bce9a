/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of one session, shared by session.c (events of transport and peer) and
 * assessment.c (scheduling). No other file includes it. */
#ifndef STANCE_MANAGER_SESSION_STATE_H
#define STANCE_MANAGER_SESSION_STATE_H

#include "manager/assessment_queue.h"
#include "manager/session_registry.h"
#include "manager/worker.h"
#include "manager/password_check.h"
#include "host/imv_peer.h"
#include "posture/identity.h"

enum assessment_state {
	ASSESSMENT_NONE,     /* the session is not ready yet */
	ASSESSMENT_QUEUED,   /* waits for a slot */
	ASSESSMENT_ADMITTED, /* has a slot after waiting; the first batch is expected now */
	ASSESSMENT_EXPECTED, /* has no slot; the endpoint may begin the first assessment */
	ASSESSMENT_RUNNING,
	ASSESSMENT_OVERDUE, /* past its deadline; the endpoint may still fetch the result */
	ASSESSMENT_IDLE,    /* at least one assessment is done and none is running */
	ASSESSMENT_ENDED    /* the session ends */
};

/* Owned by the worker's thread, except where noted. */
struct session {
	struct worker *worker;
	struct session *next, **back; /* in worker->sessions */
	struct sockaddr_in6 from;     /* address of the peer; may hold a sockaddr_in */
	struct pt_conn *conn;         /* NULL: closed */
	struct imv_peer *peer;        /* NULL: not open yet, or closed */
	struct identity identity;
	const struct log *log;
	struct password_check *password_check; /* NULL: none is running */
	uv_timer_t deadline;   /* of the state; in ASSESSMENT_IDLE: until request_at */
	uv_timer_t rate_timer; /* until the endpoint may begin another assessment */
	bool slot_released;    /* in the middle of an assessment */
	bool waits_for_slot, rate_limited; /* reasons not to read from the session */
	enum assessment_state state;
	struct wr buffered; /* a batch that waits for a slot */
	unsigned
		checks_left; /* timer rounds in ASSESSMENT_ADMITTED before the slot is released */
	uint64_t n_begun;    /* assessments begun, as counted by the peer last */
	int64_t started_at;    /* of the current assessment, monotonic us */
	int64_t received_at;   /* last batch of the current assessment, monotonic us */
	int64_t request_at;    /* earliest time of a requested reassessment, monotonic us */
	bool ready;            /* Data Transport has begun */
	bool wake_requested;   /* a validator has requested an assessment */
	bool assessed;         /* at least one assessment was stored */
	bool no_penalty;       /* the session ends for a reason that is not the endpoint's */
	int report_err;        /* error of queuing the report of the result */
	uint64_t posture_mark; /* reports submitted after it may not be stored yet */
	enum verdict verdict;  /* of the assessment that is being stored */
	enum access access;
	TNC_IMV_Evaluation_Result evaluation;

	/* Shared with other threads. Each message in flight holds a reference. */
	atomic_uint refs;
	atomic_bool wake_pending;
	struct loop_message wake_message;
	struct assessment_slot slot;
	struct loop_message slot_message; /* a slot is free */
	struct registration registration;
	atomic_bool ask_pending;
	atomic_int_fast64_t ask_due;
	struct loop_message ask_message;  /* the registry asks for an assessment */
	struct loop_message drop_message; /* the registry ends the session */
	bool forgotten; /* reason of the drop; set before drop_message is sent */
};

/* Ends the session because of err. Data that is queued for the peer is still sent. err_msg is
 * for the log. */
void session_fail(struct session *s, int err, const char *err_msg);

/* References that keep the memory of s. A callback that may come after the end of the session
 * holds one. Any thread. */
void session_ref(struct session *s);
void session_unref(struct session *s);

#endif
