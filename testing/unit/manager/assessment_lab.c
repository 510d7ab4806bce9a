/* SPDX-License-Identifier: BSD-2-Clause */
#include "assessment_lab.h"

#include "daemon/rate_limit.h"

#include <stdlib.h>

struct manager_shared manager;
struct worker worker;
struct session *s;
struct lab_conn conn;
struct lab_peer peer;
struct lab_registry registry;
struct assessment_slot other;
bool other_in;

/* --- the simulated environment ------------------------------------------------------------------- */

void session_ref(struct session *x)
{
	atomic_fetch_add(&x->refs, 1);
}

void session_unref(struct session *x)
{
	assert_true(atomic_fetch_sub(&x->refs, 1) > 1); /* the test holds the last reference */
}

void session_fail(struct session *x, int err, const char *err_msg)
{
	(void)err_msg;
	x->state = ASSESSMENT_ENDED;
	conn.over = err;
}

void pt_conn_pause(struct pt_conn *c, bool pause)
{
	(void)c;
	conn.paused = pause;
}

void pt_conn_abort(struct pt_conn *c, int err, const char *reason)
{
	(void)c, (void)err, (void)reason;
	conn.aborted = true;
}

static void begin(void)
{
	peer.begun += !peer.busy;
	peer.busy = true;
}

void imv_peer_receive(struct imv_peer *p, struct span batch)
{
	(void)p, (void)batch;
	peer.received++;
	begin();
}

int imv_peer_retry(struct imv_peer *p)
{
	(void)p;
	peer.retried++;
	if (!peer.retry_err)
		begin();
	return peer.retry_err;
}

void imv_peer_wake(struct imv_peer *p)
{
	(void)p;
	peer.woken++;
	begin();
}

void imv_peer_settled(struct imv_peer *p, int err)
{
	(void)p, (void)err;
	peer.settled++;
	peer.busy = peer.sending;
}

void imv_peer_deadline(struct imv_peer *p)
{
	(void)p;
	peer.deadlines++;
}

bool imv_peer_busy(const struct imv_peer *p)
{
	(void)p;
	return peer.busy;
}

bool imv_peer_listens(const struct imv_peer *p)
{
	(void)p;
	return peer.busy && peer.listens;
}

uint64_t imv_peer_begun(const struct imv_peer *p)
{
	(void)p;
	return peer.begun;
}

uint64_t session_registry_last_question(struct session_registry *r)
{
	(void)r;
	return 1;
}

void session_registry_begin(struct session_registry *r, struct registration *registration,
			    uint64_t at)
{
	(void)r, (void)registration, (void)at;
	registry.begun++;
	registry.wanted = false;
}

void session_registry_done(struct session_registry *r, struct registration *registration,
			   enum verdict v, enum access a)
{
	(void)r, (void)registration, (void)v, (void)a;
	registry.done++;
}

bool session_registry_wanted(struct session_registry *r, struct registration *registration)
{
	(void)r, (void)registration;
	return registry.wanted;
}

int64_t session_registry_next_slot(struct session_registry *r)
{
	(void)r;
	registry.time_slots++;
	return registry.due;
}

void session_registry_refuse(struct session_registry *r, struct registration *registration,
			     const char *reason)
{
	(void)r, (void)registration, (void)reason;
	registry.refused++;
	registry.wanted = false;
}

void session_registry_remove(struct session_registry *r, struct registration *registration)
{
	(void)r, (void)registration;
	registry.removed++;
}

/* --- fixtures ---------------------------------------------------------------------- */

static void other_admit(struct assessment_slot *p)
{
	(void)p;
	other_in = true;
}

int assessment_lab_setup(void **state)
{
	static char key[] = "key";

	(void)state;
	memset(&manager, 0, sizeof(manager));
	memset(&worker, 0, sizeof(worker));
	memset(&peer, 0, sizeof(peer));
	memset(&registry, 0, sizeof(registry));
	memset(&conn, 0, sizeof(conn));
	conn.over = 1;
	worker.manager = &manager;
	worker.limits = (struct limits)LIMITS_DEFAULT;
	assert_int_equal(assessment_queue_open(1, &manager.queue), 0);
	assert_int_equal(rate_limit_open(6, &manager.rate_limit), 0);
	assert_int_equal(uv_loop_init(&worker.loop.uv), 0);
	assert_int_equal(loop_queue_open(&worker.loop_queue, &worker.loop.uv), 0);
	s = calloc(1, sizeof(*s));
	s->worker = &worker;
	s->conn = (struct pt_conn *)(void *)s; /* compared with NULL only */
	s->peer = (struct imv_peer *)(void *)s;
	s->identity.key = key;
	atomic_init(&s->refs, 1);
	uv_timer_init(&worker.loop.uv, &s->deadline);
	uv_timer_init(&worker.loop.uv, &s->rate_timer);
	s->deadline.data = s->rate_timer.data = s;
	assessment_init(s);
	other = (struct assessment_slot){ .admit = other_admit };
	other_in = false;
	return 0;
}

void run_for(uint64_t ms)
{
	uint64_t end;

	uv_update_time(&worker.loop.uv);
	end = uv_now(&worker.loop.uv) + ms;
	do {
		uv_run(&worker.loop.uv, UV_RUN_NOWAIT);
		uv_sleep(2);
	} while (uv_now(&worker.loop.uv) < end);
}

int assessment_lab_teardown(void **state)
{
	(void)state;
	assessment_end(s);
	assert_int_equal(registry.removed, 1);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(0);
	assert_int_equal(s->refs, 1);
	assert_int_equal(assessment_queue_count(manager.queue).taken, 0);
	assert_int_equal(assessment_queue_count(manager.queue).waiting, 0);
	assert_int_equal(assessment_queue_count(manager.queue).buffered_octets, 0);
	uv_close((uv_handle_t *)&s->deadline, NULL);
	uv_close((uv_handle_t *)&s->rate_timer, NULL);
	loop_queue_close(&worker.loop_queue);
	uv_run(&worker.loop.uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&worker.loop.uv), 0);
	assessment_queue_close(manager.queue);
	rate_limit_close(manager.rate_limit);
	free(s);
	return 0;
}

void settle(void)
{
	assessment_stored(s, 0);
}
