/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "pt_end.h"

static void test_external(void **state)
{
	struct end client, server;

	(void)state;
	end_init(&client, true, false, PLAIN_BIT | EXTERNAL_BIT);
	end_init(&server, false, true, PLAIN_BIT | EXTERNAL_BIT);
	client.cfg.sasl.external = server.cfg.sasl.external = true;
	start(&client, &server, 1000);
	check_ready(&client, &server);
	assert_int_equal(server.s.sasl_proved, EXTERNAL_BIT); /* no password given away */
	assert_int_equal(pt_session_user(&server.s).n, 0);
	end_free(&client);
	end_free(&server);
}

static void test_all_mechanisms_in_turn(void **state)
{
	struct end client, server;

	(void)state;
	end_init(&client, true, false, PLAIN_BIT | EXTERNAL_BIT);
	end_init(&server, false, true, PLAIN_BIT | EXTERNAL_BIT);
	client.cfg.sasl.external = server.cfg.sasl.external = true;
	server.cfg.auth = PT_AUTH_ALL;
	attempts = 1;
	start(&client, &server, 1000);
	check_ready(&client, &server);
	assert_int_equal(server.s.sasl_proved, PLAIN_BIT | EXTERNAL_BIT);
	assert_true(span_eq(pt_session_user(&server.s), span_str("alice")));
	end_free(&client);
	end_free(&server);
}

static void test_eight_bit_result(void **state)
{
	struct end client, server;

	(void)state;
	end_init(&client, true, false, PLAIN_BIT);
	end_init(&server, false, true, PLAIN_BIT);
	server.cfg.sasl_result_8bit = true;
	attempts = 1;
	start(&client, &server, 1000);
	check_ready(&client, &server);
	end_free(&client);
	end_free(&server);
}

static void check_refused(struct end *client, struct end *server)
{
	assert_int_equal(client->s.state, PT_CLOSED);
	assert_int_equal(server->s.state, PT_CLOSED);
	assert_int_equal(client->last, PT_CLOSE);
	assert_int_equal(server->last, PT_CLOSE);
	assert_int_equal(client->s.failure.err, ST_EAUTH);
	assert_int_equal(server->s.failure.err, ST_EAUTH);
	assert_int_equal(client->ready + server->ready, 0);
}

static void test_wrong_password(void **state)
{
	struct end client, server;

	(void)state;
	password = "wrong";
	for (attempts = 1; attempts <= 5; attempts++) {
		end_init(&client, true, false, PLAIN_BIT);
		end_init(&server, false, true, PLAIN_BIT);
		start(&client, &server, 1000);
		check_refused(&client, &server);
		/* the client gives up by itself, or the server ends it after three */
		assert_int_equal(server.s.sasl_failed, attempts < 3 ? attempts : 3);
		assert_int_equal(client.s.failure.code,
				 attempts < 3 ? PT_E_SASL : PT_E_RESERVED);
		end_free(&client);
		end_free(&server);
	}
	password = "secret";
}

/* Whether it is the right password takes a while to find out; nothing happens meanwhile. */
static void test_later(void **state)
{
	static const struct {
		int answer;
		unsigned failed;
	} cases[] = { { 0, 0 }, { ST_EAUTH, 1 }, { ST_EDB, 1 } };
	struct end client, server;

	(void)state;
	password = "later";
	attempts = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		end_init(&client, true, false, PLAIN_BIT);
		end_init(&server, false, true, PLAIN_BIT);
		assert_int_equal(pt_session_verified(&server.s, 0, &server.out), ST_ESTATE);
		start(&client, &server, 1000);
		assert_int_equal(server.s.state, PT_VERIFY);
		assert_int_equal(server.ready + client.ready, 0);
		(void)pt_session_verified(&server.s, cases[i].answer, &server.out);
		assert_int_equal(server.s.sasl_failed, cases[i].failed);
		if (!cases[i].failed) {
			assert_int_equal(server.s.state, PT_DATA);
			assert_int_equal(server.s.sasl_proved, PLAIN_BIT);
			assert_true(span_eq(pt_session_user(&server.s), span_str("alice")));
		}
		talk(&server, &client, 1000);
		assert_int_equal(client.ready, !cases[i].failed);
		assert_int_equal(client.s.state, cases[i].failed ? PT_CLOSED : PT_DATA);
		assert_int_equal(pt_session_verified(&server.s, 0, &server.out), ST_ESTATE);
		end_free(&client);
		end_free(&server);
	}
	password = "secret";
}

/* The client has to wait for the answer: who goes on talking has broken the protocol. */
static void test_impatient(void **state)
{
	struct end client, server;
	struct wr w = { 0 };

	(void)state;
	password = "later";
	attempts = 1;
	end_init(&client, true, false, PLAIN_BIT);
	end_init(&server, false, true, PLAIN_BIT);
	start(&client, &server, 1000);
	feed(&server, message(&w, PEN_IETF, PT_SASL_DATA, "x", 1));
	assert_int_equal(server.last, PT_CLOSE);
	assert_int_equal(server.s.failure.code, PT_E_INVALID_MESSAGE);
	assert_int_equal(pt_session_verified(&server.s, 0, &server.out), ST_ESTATE);
	wr_reset(&w);
	end_free(&client);
	end_free(&server);
	password = "secret";
}

static void test_optional_goes_on(void **state)
{
	struct end client, server;

	(void)state;
	password = "wrong";
	attempts = 1;
	end_init(&client, true, false, PLAIN_BIT);
	end_init(&server, false, true, PLAIN_BIT);
	server.cfg.auth = PT_AUTH_OPTIONAL;
	start(&client, &server, 1000);
	check_ready(&client, &server);
	assert_int_equal(server.s.sasl_proved, 0);
	assert_int_equal(pt_session_user(&server.s).n, 0);
	end_free(&client);
	end_free(&server);
	password = "secret";
}

static void test_no_common_mechanism(void **state)
{
	struct end client, server;

	(void)state;
	end_init(&client, true, false, 0);
	end_init(&server, false, true, PLAIN_BIT);
	start(&client, &server, 1000);
	check_refused(&client, &server);
	assert_true(server.s.failure.received);
	assert_int_equal(server.s.failure.code, PT_E_SASL);
	end_free(&client);
	end_free(&server);
	/* EXTERNAL demanded where TLS knows nobody */
	end_init(&client, true, false, EXTERNAL_BIT);
	end_init(&server, false, true, EXTERNAL_BIT);
	start(&client, &server, 1000);
	check_refused(&client, &server);
	assert_int_equal(client.s.failure.code, PT_E_SASL);
	end_free(&client);
	end_free(&server);
}

/* The server asks for a response that should have come at once; a client that answers each
 * challenge with nothing is stopped. */
static void test_response_asked_for(void **state)
{
	struct wr w = { 0 };
	struct end e;

	(void)state;
	end_init(&e, false, true, PLAIN_BIT);
	e.s.state = PT_WAIT_CHOICE;
	feed(&e, message(&w, PEN_IETF, PT_SASL_SELECTION, "\5PLAIN", 6));
	assert_int_equal(e.s.state, PT_RUN_SERVER);
	assert_int_equal(e.out.len, PT_HDR);
	feed(&e, message(&w, PEN_IETF, PT_SASL_DATA, "\0alice\0secret", 13));
	assert_int_equal(e.s.state, PT_DATA);
	end_free(&e);
	/* the mechanism itself breaks */
	end_init(&e, false, true, PLAIN_BIT);
	e.s.state = PT_WAIT_CHOICE;
	feed(&e, message(&w, PEN_IETF, PT_SASL_SELECTION, "\5PLAIN\0broken\0x", 15));
	assert_int_equal(e.s.state, PT_WAIT_CHOICE);
	assert_int_equal(e.out.p[17], PT_SASL_MECHANISM_FAILURE);
	end_free(&e);
	/* a client that is challenged for ever */
	end_init(&e, true, false, EXTERNAL_BIT);
	e.cfg.sasl.external = true;
	e.s.state = PT_WAIT_LIST;
	feed(&e, message(&w, PEN_IETF, PT_SASL_MECHANISMS,
			 "\x8"
			 "EXTERNAL",
			 9));
	for (unsigned i = 0; i <= limits.sasl_rounds; i++) {
		assert_int_equal(e.s.state, PT_RUN_CLIENT);
		feed(&e, message(&w, PEN_IETF, PT_SASL_DATA, "", 0));
	}
	assert_int_equal(e.s.state, PT_CLOSED);
	assert_int_equal(e.s.failure.err, ST_ELIMIT);
	end_free(&e);
	wr_reset(&w);
}

/* One success is enough where none is demanded. */
static void test_optional_takes_the_first_success(void **state)
{
	struct end client, server;

	(void)state;
	attempts = 1;
	end_init(&client, true, false, PLAIN_BIT | EXTERNAL_BIT);
	end_init(&server, false, true, PLAIN_BIT | EXTERNAL_BIT);
	client.cfg.sasl.external = server.cfg.sasl.external = true;
	server.cfg.auth = PT_AUTH_OPTIONAL;
	start(&client, &server, 1000);
	check_ready(&client, &server);
	assert_int_equal(server.s.sasl_proved, EXTERNAL_BIT);
	end_free(&client);
	end_free(&server);
}

static void test_server_counts_rounds(void **state)
{
	struct limits none = LIMITS_DEFAULT;
	struct wr w = { 0 };
	struct end e;

	(void)state;
	none.sasl_rounds = 0;
	end_init(&e, false, true, PLAIN_BIT);
	e.cfg.limits = &none;
	e.s.state = PT_WAIT_CHOICE;
	feed(&e, message(&w, PEN_IETF, PT_SASL_SELECTION, "\5PLAIN", 6));
	assert_int_equal(e.s.state, PT_CLOSED);
	assert_int_equal(e.s.failure.err, ST_ELIMIT);
	assert_int_equal(e.out.len, 18);
	assert_int_equal(e.out.p[17], PT_SASL_ABORT);
	end_free(&e);
	wr_reset(&w);
}

/* Lets the client's run fail and offers both mechanisms again; what it chooses then is in
 * e->out. */
static void fail_and_offer(struct end *e, struct wr *w)
{
	feed(e, message(w, PEN_IETF, PT_SASL_RESULT, "\0\1", 2));
	wr_truncate(&e->out, 0);
	feed(e, message(w, PEN_IETF, PT_SASL_MECHANISMS, "\5PLAIN\10EXTERNAL", 15));
}

/* EXTERNAL would only say the same again; a password may be another one, but not for ever. */
static void test_client_tries_the_next(void **state)
{
	struct wr w = { 0 };
	struct end e;

	(void)state;
	attempts = 99;
	end_init(&e, true, false, PLAIN_BIT | EXTERNAL_BIT);
	e.cfg.sasl.external = true;
	e.s.state = PT_WAIT_LIST;
	feed(&e, message(&w, PEN_IETF, PT_SASL_MECHANISMS, "\5PLAIN\10EXTERNAL", 15));
	assert_memory_equal(e.out.p + 16, "\10EXTERNAL", 9);
	for (unsigned run = 1; run < limits.sasl_runs; run++) {
		fail_and_offer(&e, &w);
		assert_memory_equal(e.out.p + 16, "\5PLAIN", 6);
	}
	fail_and_offer(&e, &w);
	assert_int_equal(e.s.state, PT_CLOSED);
	assert_int_equal(e.s.failure.code, PT_E_SASL);
	end_free(&e);
	/* no more passwords: EXTERNAL is not tried a second time either */
	attempts = 1;
	end_init(&e, true, false, PLAIN_BIT | EXTERNAL_BIT);
	e.cfg.sasl.external = true;
	e.s.state = PT_WAIT_LIST;
	feed(&e, message(&w, PEN_IETF, PT_SASL_MECHANISMS, "\5PLAIN\10EXTERNAL", 15));
	fail_and_offer(&e, &w);
	fail_and_offer(&e, &w);
	assert_int_equal(e.s.state, PT_CLOSED);
	assert_int_equal(e.s.sasl_runs, 2);
	end_free(&e);
	wr_reset(&w);
}

UNIT_GROUP(pt_auth)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_external),
		cmocka_unit_test(test_all_mechanisms_in_turn),
		cmocka_unit_test(test_eight_bit_result),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_impatient),
		cmocka_unit_test(test_optional_goes_on),
		cmocka_unit_test(test_no_common_mechanism),
		cmocka_unit_test(test_response_asked_for),
		cmocka_unit_test(test_optional_takes_the_first_success),
		cmocka_unit_test(test_server_counts_rounds),
		cmocka_unit_test(test_client_tries_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
