/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pt_lab.h"

#include "net/stream.h"
#include "wire/pt_tls.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_batches(void **state)
{
	static uint8_t big[3 * 1024 * 1024];
	struct side server = { .echo = true }, client = { 0 };

	(void)state;
	open_pair(&server, &client);
	assert_int_equal(pt_conn_send(client.conn, span_of("x", 1)), ST_ESTATE);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	assert_true(server.ready);
	assert_int_equal(server.ids, 2); /* a name and an address */
	assert_int_equal(server.binding, 32);
	assert_int_equal(client.binding, 32);
	assert_int_equal(pt_conn_send(client.conn, span_of("hello", 5)), 0);
	assert_int_equal(pt_conn_send(client.conn, span_of(big, sizeof(big))), 0);
	for (int i = 0; i < 100 && client.batches < 2; i++)
		lab_run_for(&loop, 20);
	assert_int_equal(client.batches, 2);
	assert_int_equal(client.octets, 5 + sizeof(big));
	assert_int_equal(pt_conn_queued(client.conn), 0);
	close_both(&server, &client);
	assert_int_equal(lab_logged("session over"), 2);
	assert_int_equal(lab_logged("error=\"none\""), 2);
}

static void test_certificates(void **state)
{
	static const struct {
		const char *client, *says;
	} cases[] = {
		{ NULL, "no certificate" },
		{ "foreign", "subject=CN=foreign" },
		{ "future", "not yet valid" },
		{ "server-only", "purpose" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct side server = { 0 }, client = { 0 };

		tls_ctx_free(client_conf.tls);
		client_conf.tls = lab_tls(false, cases[i].client, "localhost");
		lab_log_clear();
		open_pair(&server, &client);
		assert_true(lab_run_until(&loop, &client.closed, 3000));
		assert_true(lab_run_until(&loop, &server.closed, 3000));
		assert_false(server.ready || client.ready);
		assert_int_equal(server.err, ST_EAUTH);
		assert_int_equal(client.err, ST_EDENIED);
		assert_int_equal(lab_logged("session over"), 2); /* one line each */
		assert_int_equal(lab_logged(cases[i].says), 1);
	}
}

static void test_wrong_manager(void **state)
{
	struct side server = { 0 }, client = { 0 };

	(void)state;
	tls_ctx_free(client_conf.tls);
	client_conf.tls = lab_tls(false, "endpoint", "other.example");
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &client.closed, 3000));
	assert_true(lab_run_until(&loop, &server.closed, 3000));
	assert_int_equal(client.err, ST_EAUTH);
	assert_int_equal(server.err, ST_EDENIED);
	assert_int_equal(lab_logged("does not name the manager"), 1);
}

static void check_sasl(const char *password, int client_err, int server_err)
{
	struct side server = { 0 }, client = { 0 };

	client_conf.password = password;
	open_pair(&server, &client);
	if (!client_err) {
		assert_true(lab_run_until(&loop, &client.ready, 3000));
		assert_string_equal(server.user, "alice");
		assert_int_equal(server.ids, 3);
		close_both(&server, &client);
		return;
	}
	assert_true(lab_run_until(&loop, &client.closed, 5000));
	assert_true(lab_run_until(&loop, &server.closed, 5000));
	assert_false(server.ready || client.ready);
	assert_int_not_equal(server.err, 0);
	assert_int_not_equal(client.err, 0);
	(void)server_err;
}

static void test_sasl(void **state)
{
	(void)state;
	server_conf.mechs = client_conf.mechs = SASL_BIT(SASL_PLAIN);
	server_conf.auth = PT_AUTH_ONE;
	client_conf.user = "alice";
	check_sasl("secret", 0, 0);
	check_sasl("wrong", ST_EAUTH, ST_EAUTH);
	check_sasl(NULL, ST_EAUTH, ST_EAUTH);
	/* who has shown a certificate need not be asked */
	server_conf.sasl_instead = true;
	client_conf.user = NULL;
	client_conf.mechs = 0;
	struct side server = { 0 }, client = { 0 };
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	close_both(&server, &client);
}

/* --- peers that misbehave --------------------------------------------------------------- */

/* Speaks TLS properly and inside it whatever the test wants. */
struct rogue {
	struct stream stream;
	struct tls *tls;
	struct span say; /* once TLS is up */
	bool said, ended, closed, shut;
	uint8_t heard[4096];
	size_t n;
};

static void rogue_flush(struct rogue *r)
{
	if (!r->ended)
		(void)stream_send(&r->stream, tls_output(r->tls));
}

static void rogue_on_data(void *ctx, struct span in)
{
	struct rogue *r = ctx;
	uint8_t buf[1024];
	int n;

	while ((n = tls_read(r->tls, &in, buf, sizeof(buf))) > 0)
		if (r->n + (size_t)n <= sizeof(r->heard)) {
			memcpy(r->heard + r->n, buf, (size_t)n);
			r->n += (size_t)n;
		}
	if (tls_established(r->tls) && !r->said) {
		r->said = true;
		(void)tls_write(r->tls, r->say);
	}
	rogue_flush(r);
}

static void rogue_on_end(void *ctx, int err)
{
	struct rogue *r = ctx;

	(void)err;
	r->ended = true;
}

static void rogue_on_drained(void *ctx)
{
	rogue_flush(ctx);
}

static void rogue_on_closed(void *ctx)
{
	struct rogue *r = ctx;

	r->closed = true;
}

static const struct stream_ops rogue_ops = {
	.data = rogue_on_data,
	.drained = rogue_on_drained,
	.end = rogue_on_end,
	.closed = rogue_on_closed,
};

static void rogue_open(struct rogue *r, int fd, struct span say)
{
	struct span none = { 0 };
	uint8_t buf[16];

	memset(r, 0, sizeof(*r));
	r->say = say;
	assert_int_equal(tls_open(client_conf.tls, &r->tls), 0);
	assert_int_equal(stream_open(&r->stream, &loop, fd, &rogue_ops, r), 0);
	assert_int_equal(tls_read(r->tls, &none, buf, sizeof(buf)), 0);
	rogue_flush(r);
}

static void rogue_close(struct rogue *r)
{
	stream_close(&r->stream);
	assert_true(lab_run_until(&loop, &r->closed, 1000));
	tls_free(r->tls);
}

static void test_malformed(void **state)
{
	static const uint8_t big[16] = { 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t small[16] = { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 15 };
	static const uint8_t reserved[16] = { 0, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 16 };
	static const uint8_t early[20] = { 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 20 };
	static const uint8_t version[20] = { 0, 0,  0, 0, 0, 0, 0, 1, 0, 0,
					     0, 20, 0, 0, 0, 0, 0, 2, 3, 2 };
	static const struct {
		const uint8_t *p;
		size_t n;
		uint8_t code;
	} cases[] = {
		{ big, sizeof(big), PT_E_INVALID_PARAMETER },
		{ small, sizeof(small), PT_E_INVALID_PARAMETER },
		{ reserved, sizeof(reserved), PT_E_INVALID_PARAMETER },
		{ early, sizeof(early), PT_E_INVALID_MESSAGE },
		{ version, sizeof(version), PT_E_VERSION },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct side server = { 0 };
		struct rogue rogue;
		int fd[2];

		lab_log_clear();
		lab_pair(fd);
		open_side(&server, &server_conf, fd[0]);
		rogue_open(&rogue, fd[1], span_of(cases[i].p, cases[i].n));
		/* the RFC's Error arrives, then TLS and TCP end */
		assert_true(lab_run_until(&loop, &rogue.ended, 3000));
		assert_true(rogue.n >= 24);
		assert_int_equal(rogue.heard[7], PT_ERROR);
		assert_int_equal(rogue.heard[23], cases[i].code);
		rogue_close(&rogue);
		assert_true(lab_run_until(&loop, &server.closed, 3000));
		assert_int_not_equal(server.err, 0);
		assert_int_equal(lab_logged("session over"), 1);
		assert_int_equal(lab_logged("PT-TLS error sent"), 1);
	}
}

/* Closed at the deadline of the phase, and the peer gets to know. */
static void test_silent(void **state)
{
	static const uint8_t half[10] = { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 };
	struct side server[3] = { { 0 } };
	struct rogue rogue[2];
	int fd[3][2];

	(void)state;
	for (int i = 0; i < 3; i++) {
		lab_pair(fd[i]);
		open_side(&server[i], &server_conf, fd[i][0]);
	}
	rogue_open(&rogue[0], fd[0][1], span_of("", 0)); /* TLS, then nothing */
	rogue_open(&rogue[1], fd[1][1], span_of(half, sizeof(half)));
	lab_run_for(&loop, 700);
	for (int i = 0; i < 3; i++)
		assert_false(server[i].closed);
	assert_true(lab_run_until(&loop, &rogue[0].ended, 1500));
	assert_true(lab_run_until(&loop, &rogue[1].ended, 1500));
	rogue_close(&rogue[0]);
	rogue_close(&rogue[1]);
	for (int i = 0; i < 3; i++) {
		assert_true(lab_run_until(&loop, &server[i].closed, 2000));
		assert_int_equal(server[i].err, ST_ETIMEOUT);
	}
	close(fd[2][1]);
	assert_int_equal(lab_logged("phase=handshake"), 1);
	assert_int_equal(lab_logged("phase=negotiation"), 2);
	assert_int_equal(lab_logged("session over"), 3);
}

static void test_idle(void **state)
{
	struct side server = { 0 }, client = { 0 };

	(void)state;
	limits.idle_s = 1;
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	lab_run_for(&loop, 600);
	assert_int_equal(pt_conn_send(client.conn, span_of("x", 1)), 0);
	assert_int_equal(pt_conn_send(server.conn, span_of("x", 1)), 0);
	lab_run_for(&loop, 600); /* that has counted */
	assert_false(server.closed);
	assert_true(lab_run_until(&loop, &server.closed, 2500));
	assert_true(lab_run_until(&loop, &client.closed, 2500));
	assert_true(server.err == ST_ETIMEOUT || client.err == ST_ETIMEOUT);
}

/* A peer that was told and says nothing is cut off. */
static void test_linger(void **state)
{
	static const uint8_t small[16] = { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 15 };
	struct side server = { 0 };
	struct rogue rogue;
	int fd[2];

	(void)state;
	lab_pair(fd);
	open_side(&server, &server_conf, fd[0]);
	rogue_open(&rogue, fd[1], span_of(small, sizeof(small)));
	assert_true(lab_run_until(&loop, &rogue.ended, 3000));
	assert_false(server.closed); /* it waits for the peer's end */
	assert_true(lab_run_until(&loop, &server.closed, 1500));
	rogue_close(&rogue);
}

static void test_garbage(void **state)
{
	struct side server = { 0 };
	char answer[64];
	int fd[2];

	(void)state;
	lab_pair(fd);
	open_side(&server, &server_conf, fd[0]);
	assert_int_equal(send(fd[1], "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
	lab_run_for(&loop, 100);
	(void)recv(fd[1], answer, sizeof(answer), 0);
	close(fd[1]);
	assert_true(lab_run_until(&loop, &server.closed, 1500));
	assert_int_equal(server.err, ST_EVALUE);
	assert_int_equal(lab_logged("session over: phase=handshake"), 1);
}

static void test_hang_up(void **state)
{
	struct side server[2] = { { 0 } }, client = { 0 };
	int fd[2];

	(void)state;
	lab_pair(fd);
	open_side(&server[0], &server_conf, fd[0]);
	close(fd[1]);
	assert_true(lab_run_until(&loop, &server[0].closed, 1500));
	assert_int_equal(server[0].err, ST_ECLOSED);
	open_pair(&server[1], &client);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	pt_conn_abort(client.conn, ST_ENOMEM, "as if the machine had died");
	assert_false(client.closed);
	assert_true(lab_run_until(&loop, &server[1].closed, 1500));
	assert_true(lab_run_until(&loop, &client.closed, 1500));
	assert_int_equal(server[1].err, ST_ECLOSED);
	assert_string_equal(client.reason, "as if the machine had died");
}

/* Who is not read from is missed all the same when he goes, whatever he said before; and who
 * stays is not. */
static void test_hang_up_unread(void **state)
{
	struct side server = { 0 }, client = { 0 };
	bool never = false;

	(void)state;
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &server.ready, 3000));
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	for (int i = 0; i < 3; i++) {
		pt_conn_pause(server.conn, true);
		pt_conn_pause(server.conn, false);
	}
	pt_conn_pause(server.conn, true);
	assert_int_equal(pt_conn_send(client.conn, span_str("unread")), 0);
	assert_false(lab_run_until(&loop, &never, 100));
	assert_false(server.closed);
	pt_conn_abort(client.conn, ST_ENOMEM, "gone");
	assert_true(lab_run_until(&loop, &server.closed, 1500));
	assert_int_equal(server.err, ST_ECLOSED);
	assert_string_equal(server.reason, "the peer disconnected while it was waiting");
	assert_int_equal(server.batches, 0);
}

/* One that hangs up and is paused only then. */
static void test_hang_up_first(void **state)
{
	struct side server = { 0 }, client = { 0 };

	(void)state;
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &server.ready, 3000));
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	pt_conn_abort(client.conn, ST_ENOMEM, "gone");
	pt_conn_pause(server.conn, true);
	assert_true(lab_run_until(&loop, &server.closed, 1500));
	assert_true(lab_run_until(&loop, &client.closed, 1500));
}

static void test_slow_reader(void **state)
{
	static uint8_t block[64 * 1024];
	struct side server = { 0 }, client = { 0 };
	int err = 0;
	unsigned n = 0;

	(void)state;
	limits.output = 1024 * 1024;
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &server.ready, 3000));
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	pt_conn_pause(client.conn, true);
	while (!err && n++ < 1000) {
		err = pt_conn_send(server.conn, span_of(block, sizeof(block)));
		lab_run_for(&loop, 1);
		assert_true(server.closed ||
			    pt_conn_queued(server.conn) <= limits.output + 2 * sizeof(block));
	}
	assert_int_equal(err, ST_ELIMIT);
	assert_true(lab_run_until(&loop, &server.closed, 1000));
	assert_int_equal(server.err, ST_ELIMIT);
	pt_conn_pause(client.conn, false);
	assert_true(lab_run_until(&loop, &client.closed, 3000));
	assert_int_equal(lab_logged("too slowly"), 1);
}

/* What is in the middle of arriving is counted, and given back when it is over. */
static void test_memory(void **state)
{
	static uint8_t big[3 * 1024 * 1024];
	struct side server = { 0 }, client = { 0 };
	struct budget memory;

	(void)state;
	budget_init(&memory, 1024 * 1024);
	server_conf.memory = &memory;
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	assert_int_equal(pt_conn_send(client.conn, span_of(big, sizeof(big))), 0);
	assert_true(lab_run_until(&loop, &server.closed, 3000));
	assert_int_equal(server.err, ST_ELIMIT);
	assert_int_equal(server.batches, 0);
	assert_int_equal(lab_logged("memory limit of all sessions"), 1);
	assert_true(lab_run_until(&loop, &client.closed, 3000));
	assert_int_equal(memory.used, 0);

	budget_limit(&memory, 8 * 1024 * 1024);
	server = client = (struct side){ 0 };
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	assert_int_equal(pt_conn_send(client.conn, span_of(big, sizeof(big))), 0);
	for (int i = 0; i < 100 && !server.batches; i++)
		lab_run_for(&loop, 20);
	assert_int_equal(server.batches, 1);
	assert_in_range(memory.used, 0, 16 * 1024); /* nothing is kept for an idle one */
	close_both(&server, &client);
	assert_int_equal(memory.used, 0);
}

/* After detach nobody is told, whatever happens; the owner may be gone. */
static void test_detach(void **state)
{
	struct side server = { 0 }, client = { 0 };

	(void)state;
	open_pair(&server, &client);
	assert_true(lab_run_until(&loop, &client.ready, 3000));
	pt_conn_detach(client.conn);
	assert_true(lab_run_until(&loop, &server.closed, 3000));
	lab_run_for(&loop, 50);
	assert_false(client.closed);
}

/* New connections use the new certificates, those that are there keep theirs. */
static void test_reload(void **state)
{
	struct side server[2] = { { 0 } }, client[2] = { { 0 } };

	(void)state;
	open_pair(&server[0], &client[0]);
	tls_ctx_free(server_conf.tls);
	server_conf.tls = lab_tls(true, "other", NULL);
	open_pair(&server[1], &client[1]);
	assert_true(lab_run_until(&loop, &client[0].ready, 3000));
	assert_true(lab_run_until(&loop, &client[1].closed, 3000));
	assert_true(lab_run_until(&loop, &server[1].closed, 3000));
	assert_int_equal(client[1].err, ST_EAUTH);
	close_both(&server[0], &client[0]);
}

UNIT_GROUP(pt_conn)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, pt_lab_setup, pt_lab_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_batches),        CASE(test_certificates),  CASE(test_wrong_manager),
		CASE(test_sasl),           CASE(test_malformed),     CASE(test_silent),
		CASE(test_idle),           CASE(test_linger),        CASE(test_garbage),
		CASE(test_hang_up),        CASE(test_slow_reader),   CASE(test_memory),
		CASE(test_hang_up_unread), CASE(test_hang_up_first), CASE(test_detach),
		CASE(test_reload),
	};

	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
