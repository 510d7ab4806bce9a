/* SPDX-License-Identifier: BSD-2-Clause */
/* The effect of a finished session on the penalty of its address: success, failure or none.
 * The environment of the session is simulated. */
#include "unit.h"

#include "manager/session.h"
#include "manager/assessment.h"
#include "manager/session_state.h"
#include "net/peer_id.h"
#include "posture/report.h"

#include <netinet/in.h>
#include <stdlib.h>

static struct manager_shared manager;
static struct worker worker;
static const struct sockaddr_in from = { .sin_family = AF_INET };

/* --- the simulated environment ------------------------------------------------------------------- */

static const struct pt_conn_ops *conn_ops;
static struct session *s; /* as the connection knows it */
static const struct imv_peer_ops *peer_ops;
static struct {
	int identity, open, submit, barrier, stored; /* ST_E... */
	bool busy, listens;
} is;
static unsigned failed, succeeded, settled, gone;

static void *something(void)
{
	static int thing;

	return &thing;
}

int pt_conn_open(struct net_loop *loop, const struct pt_conn_conf *conf, int fd,
		 const struct pt_conn_ops *ops, void *ctx, struct pt_conn **conn)
{
	(void)loop, (void)conf, (void)fd;
	conn_ops = ops;
	s = ctx;
	*conn = something();
	return 0;
}

void pt_conn_close(struct pt_conn *conn, int err, const char *reason)
{
	(void)conn, (void)err, (void)reason;
}

void pt_conn_abort(struct pt_conn *conn, int err, const char *reason)
{
	(void)conn, (void)err, (void)reason;
}

int pt_conn_send(struct pt_conn *conn, struct span batch)
{
	(void)conn, (void)batch;
	return 0;
}

bool pt_conn_served(const struct pt_conn *conn)
{
	(void)conn;
	return true;
}

void pt_conn_verified(struct pt_conn *conn, int err)
{
	(void)conn, (void)err;
}

int imv_peer_open(struct imv_host *host, const struct peer_info *info,
		  const struct imv_peer_ops *ops, void *ctx, struct imv_peer **peer)
{
	(void)host, (void)info, (void)ctx;
	peer_ops = ops;
	*peer = is.open ? NULL : something();
	return is.open;
}

void imv_peer_close(struct imv_peer *peer)
{
	(void)peer;
}

void imv_peer_end(struct imv_peer *peer)
{
	(void)peer;
}

bool imv_peer_busy(const struct imv_peer *peer)
{
	(void)peer;
	return is.busy;
}

bool imv_peer_listens(const struct imv_peer *peer)
{
	(void)peer;
	return is.listens;
}

void imv_peer_settled(struct imv_peer *peer, int err)
{
	(void)peer;
	settled++;
	if (err)
		peer_ops->closed(s, err, "the result could not be stored");
}

void assessment_init(struct session *x)
{
	(void)x;
}

void assessment_ready(struct session *x)
{
	(void)x;
}

void assessment_batch(struct session *x, struct span batch)
{
	(void)x, (void)batch;
}

void assessment_wake(struct session *x)
{
	(void)x;
}

void assessment_stored(struct session *x, int err)
{
	imv_peer_settled(x->peer, err);
}

void assessment_end(struct session *x)
{
	(void)x;
}

struct report *report_new(struct posture *p, const struct identity *who)
{
	(void)p, (void)who;
	return something();
}

int report_assessment(struct report *r, enum verdict v, enum access a)
{
	(void)r, (void)v, (void)a;
	return 0;
}

int report_submit(struct report *r, void (*done)(void *ctx, int err), void *ctx)
{
	(void)r, (void)done, (void)ctx;
	return is.submit;
}

uint64_t posture_mark(struct posture *p)
{
	(void)p;
	return 1;
}

int posture_barrier(struct posture *p, const char *key, uint64_t since,
		    void (*done)(void *ctx, int err), void *ctx)
{
	(void)p, (void)key, (void)since;
	if (!is.barrier)
		done(ctx, is.stored);
	return is.barrier;
}

const char *access_name(enum access a)
{
	(void)a;
	return "";
}

enum pb_access recommend_access(TNC_IMV_Action_Recommendation action)
{
	(void)action;
	return PB_ACCESS_ALLOWED;
}

const char *recommend_evaluation_name(TNC_IMV_Evaluation_Result evaluation)
{
	(void)evaluation;
	return "";
}

int identity_from_ar(struct span list, struct identity *id)
{
	(void)list, (void)id;
	return is.identity;
}

void identity_free(struct identity *id)
{
	(void)id;
}

int session_registry_add(struct session_registry *r, struct registration *registration,
			 const struct identity *who)
{
	(void)r, (void)registration, (void)who;
	return 0;
}

int password_check_start(uv_loop_t *loop, struct password_file *users, struct span user,
			 struct span password, void (*done)(void *ctx, int err), void *ctx,
			 struct password_check **v)
{
	(void)loop, (void)users, (void)user, (void)password, (void)done, (void)ctx, (void)v;
	return ST_EAUTH;
}

void password_check_cancel(struct password_check *v)
{
	(void)v;
}

void loop_queue_send(struct loop_queue *m, struct loop_message *l)
{
	(void)m;
	l->handler(l);
}

void connection_limit_leave(struct connection_limit *a, const struct sockaddr *sa)
{
	(void)a, (void)sa;
}

bool peer_id_address(const struct sockaddr *sa, char out[PEER_ADDRESS])
{
	(void)sa;
	out[0] = '\0';
	return true;
}

bool address_penalty_failed(struct address_penalty *st, const struct sockaddr *sa, int64_t now)
{
	(void)st, (void)sa, (void)now;
	failed++;
	return false;
}

void address_penalty_succeeded(struct address_penalty *st, const struct sockaddr *sa,
			       int64_t now)
{
	(void)st, (void)sa, (void)now;
	succeeded++;
}

void worker_session_assessed(struct worker *w)
{
	(void)w;
}

void worker_session_gone(struct worker *w)
{
	(void)w;
	gone++;
}

/* --- fixtures ---------------------------------------------------------------------- */

static int setup(void **state)
{
	(void)state;
	memset(&manager, 0, sizeof(manager));
	memset(&worker, 0, sizeof(worker));
	memset(&is, 0, sizeof(is));
	failed = succeeded = settled = gone = 0;
	worker.manager = &manager;
	worker.limits = (struct limits)LIMITS_DEFAULT;
	assert_int_equal(uv_loop_init(&worker.loop.uv), 0);
	session_ops.open(&worker, -1, (const struct sockaddr *)&from);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	uv_run(&worker.loop.uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&worker.loop.uv), 0);
	assert_int_equal(gone, 1);
	return 0;
}

static void get_ready(void)
{
	const struct pt_conn_info info = { 0 };

	conn_ops->ready(s, &info);
}

static void get_result(void)
{
	const struct recommendation r = { 0 };

	peer_ops->result(s, &r);
	peer_ops->settle(s);
}

/* Closes the connection and checks the effect on the address. */
static void counts(int err, unsigned good, unsigned bad)
{
	conn_ops->closed(s, err, "");
	assert_int_equal(succeeded, good);
	assert_int_equal(failed, bad);
}

static void test_assessed(void **state)
{
	(void)state;
	get_ready();
	get_result();
	counts(ST_EIO, 1, 0);
	assert_int_equal(manager.assessments, 1);
}

/* Disconnects before it is authenticated or in the middle of an assessment. */
static void test_failed(void **state)
{
	if (*state)
		get_ready();
	is.busy = is.listens = *state != NULL;
	counts(ST_EIO, 0, 1);
}

static void test_failed_in_the_middle(void **state)
{
	*state = s;
	test_failed(state);
}

/* Disconnects while the manager has to act. */
static void test_manager_busy(void **state)
{
	get_ready();
	is.busy = true;
	is.listens = *state != NULL;
	s->state = *state ? ASSESSMENT_QUEUED : ASSESSMENT_RUNNING;
	counts(ST_EIO, 0, 0);
}

/* Disconnects while it waits for a slot. */
static void test_queued(void **state)
{
	*state = s;
	test_manager_busy(state);
}

static void lost(void)
{
	get_ready();
	get_result();
	assert_int_equal(settled, 1);
	assert_int_equal(manager.lost, 1);
	assert_int_equal(s->state, ASSESSMENT_ENDED);
}

/* The queue of reports is full. */
static void test_not_queued(void **state)
{
	(void)state;
	is.submit = ST_EBUSY;
	lost();
	counts(ST_EBUSY, 0, 0);
}

static void test_no_barrier(void **state)
{
	(void)state;
	is.barrier = ST_ECLOSED;
	lost();
	counts(ST_ECLOSED, 0, 0);
}

/* A result that could not be stored has no effect on the address. */
static void test_not_stored(void **state)
{
	(void)state;
	is.stored = ST_EIO;
	lost();
	counts(ST_EIO, 0, 0);
}

static void test_no_peer(void **state)
{
	(void)state;
	is.open = ST_EIO;
	get_ready();
	counts(ST_EIO, 0, 0);
}

/* A certificate without a usable name. */
static void test_no_identity(void **state)
{
	(void)state;
	is.identity = ST_ENOENT;
	get_ready();
	counts(ST_ENOENT, 0, 1);
}

UNIT_GROUP(session)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_assessed),
		CASE(test_failed),
		CASE(test_failed_in_the_middle),
		CASE(test_queued),
		CASE(test_manager_busy),
		CASE(test_not_queued),
		CASE(test_no_barrier),
		CASE(test_not_stored),
		CASE(test_no_peer),
		CASE(test_no_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
