/* SPDX-License-Identifier: BSD-2-Clause */
#include "proto/pt_auth.h"
#include "proto/pt_reply.h"

#include <stdlib.h>

/* --- the server's side ----------------------------------------------------------------------- */

/* The mechanisms that may be chosen now. */
static uint32_t pt_offered(const struct pt_session *s)
{
	const struct pt_config *c = s->cfg;
	uint32_t mechs = sasl_usable(&c->sasl, c->mechs, true);

	switch (c->auth) {
	case PT_AUTH_OPTIONAL:
		return s->sasl_proved ? 0 : mechs & ~s->sasl_tried;
	case PT_AUTH_ONE:
		return mechs;
	case PT_AUTH_ALL:
		break;
	}
	return mechs & ~s->sasl_proved;
}

static bool pt_auth_done(const struct pt_session *s)
{
	switch (s->cfg->auth) {
	case PT_AUTH_OPTIONAL:
		return !pt_offered(s);
	case PT_AUTH_ONE:
		return !s->cfg->mechs || s->sasl_proved;
	case PT_AUTH_ALL:
		break;
	}
	return !(s->cfg->mechs & ~s->sasl_proved);
}

/* What comes next: a list to choose from, or the empty list and Data Transport. */
int pt_auth_offer(struct pt_session *s, struct wr *out)
{
	bool done = pt_auth_done(s);
	uint32_t mechs = done ? 0 : pt_offered(s);
	struct wr list = { 0 };
	struct pt_msg m = { .type = PT_SASL_MECHANISMS };
	int err;

	if (!done && !mechs) /* what is required cannot be had on this connection */
		return pt_fail(s, PT_E_SASL, ST_EAUTH, (struct span){ 0 }, out);
	for (unsigned i = 0; i < SASL_N_MECHS; i++)
		if (mechs & SASL_BIT(i))
			pt_mech_put(&list, span_str(sasl_mech_name(i)));
	m.mechs = wr_span(&list);
	err = list.err ? list.err : pt_send(s, &m, out);
	wr_reset(&list);
	s->state = done ? PT_DATA : PT_WAIT_CHOICE;
	return err < 0 ? err : done ? PT_READY : PT_NEED_MORE;
}

static int pt_send_result(struct pt_session *s, enum pt_sasl_code code, struct wr *out)
{
	struct pt_msg m = { .type = PT_SASL_RESULT,
			    .result = { .code = code, .narrow = s->cfg->sasl_result_8bit } };

	return pt_send(s, &m, out);
}

static int pt_run_begin(struct pt_session *s, struct sasl run)
{
	if (!s->login && !(s->login = calloc(1, sizeof(*s->login))))
		return ST_ENOMEM;
	s->login->run = run;
	s->sasl_rounds = 0;
	return 0;
}

static int pt_run_failed(struct pt_session *s, enum pt_sasl_code code, struct wr *out)
{
	bool again = s->cfg->auth == PT_AUTH_OPTIONAL ||
		     ++s->sasl_failed < s->cfg->limits->sasl_runs;
	int err = pt_send_result(s, again ? code : PT_SASL_ABORT, out);

	if (err < 0)
		return err;
	return again ? pt_auth_offer(s, out) : pt_end(s, ST_EAUTH, false);
}

static int pt_run_succeeded(struct pt_session *s, struct wr *out)
{
	const struct sasl *run = &s->login->run;
	int err = pt_send_result(s, PT_SASL_SUCCESS, out);

	s->sasl_proved |= SASL_BIT(run->mech);
	if (run->user[0])
		memcpy(s->login->user, run->user, sizeof(s->login->user));
	return err < 0 ? err : pt_auth_offer(s, out);
}

static int pt_challenge(struct pt_session *s, struct span challenge, struct wr *out)
{
	struct pt_msg m = { .type = PT_SASL_DATA, .value = challenge };
	int err;

	if (++s->sasl_rounds > s->cfg->limits->sasl_rounds) {
		err = pt_send_result(s, PT_SASL_ABORT, out);
		return err < 0 ? err : pt_end(s, ST_ELIMIT, false);
	}
	s->state = PT_RUN_SERVER;
	err = pt_send(s, &m, out);
	return err < 0 ? err : PT_NEED_MORE;
}

static int pt_run_over(struct pt_session *s, int status, struct wr *out)
{
	s->sasl_tried |= SASL_BIT(s->login->run.mech);
	if (status == SASL_DONE)
		return pt_run_succeeded(s, out);
	return pt_run_failed(
		s, status == ST_EAUTH ? PT_SASL_FAILURE : PT_SASL_MECHANISM_FAILURE, out);
}

static int pt_run_server(struct pt_session *s, struct span response, struct wr *out)
{
	struct wr challenge = { 0 };
	int status = sasl_server_step(&s->login->run, &s->cfg->sasl, response, &challenge);

	if (status == SASL_MORE) {
		status = challenge.err ? challenge.err
				       : pt_challenge(s, wr_span(&challenge), out);
		wr_reset(&challenge);
		return status;
	}
	if (status == SASL_LATER) {
		s->state = PT_VERIFY;
		return PT_NEED_MORE;
	}
	return pt_run_over(s, status, out);
}

int pt_auth_on_verified(struct pt_session *s, int err, struct wr *out)
{
	return pt_run_over(s, err < 0 ? err : SASL_DONE, out);
}

int pt_auth_on_choice(struct pt_session *s, const struct pt_msg *m, struct span whole,
		      struct wr *out)
{
	int mech = sasl_mech_of(m->selection.mech), err;

	if (mech < 0 || !(pt_offered(s) & SASL_BIT(mech)))
		return pt_fail(s, PT_E_SASL, ST_EAUTH, whole, out);
	if ((err = pt_run_begin(s, (struct sasl){ .mech = (enum sasl_mech)mech })) < 0)
		return err;
	return pt_run_server(s, m->selection.initial, out);
}

int pt_auth_on_response(struct pt_session *s, const struct pt_msg *m, struct span whole,
			struct wr *out)
{
	(void)whole;
	return pt_run_server(s, m->value, out);
}

/* --- the client's side ----------------------------------------------------------------------- */

/* Begins a run of mech; ST_... when it has nothing to say. */
static int pt_choose(struct pt_session *s, enum sasl_mech mech, struct wr *out)
{
	struct pt_msg m = { .type = PT_SASL_SELECTION };
	struct wr initial = { 0 };
	int err;

	err = pt_run_begin(s, (struct sasl){ .mech = mech, .attempt = s->sasl_failed });
	if (err < 0)
		return err;
	err = sasl_client_step(&s->login->run, &s->cfg->sasl, (struct span){ 0 }, &initial);
	if (err == 0) {
		m.selection.mech = span_str(sasl_mech_name(mech));
		m.selection.initial = wr_span(&initial);
		err = pt_send(s, &m, out);
		s->state = PT_RUN_CLIENT;
		s->sasl_runs++;
	}
	if (initial.p)
		explicit_bzero(initial.p, initial.cap); /* it may hold a password */
	wr_reset(&initial);
	return err;
}

/* The list from the server: choose what tells least about us, EXTERNAL before PLAIN. */
int pt_auth_on_list(struct pt_session *s, const struct pt_msg *m, struct span whole,
		    struct wr *out)
{
	struct rd r = rd_over(m->mechs);
	uint32_t mechs = 0;
	struct span name;
	int mech;

	if (!m->mechs.n) {
		s->state = PT_DATA;
		return PT_READY;
	}
	while (pt_mech_next(&r, &name) > 0)
		if ((mech = sasl_mech_of(name)) >= 0)
			mechs |= SASL_BIT(mech);
	mechs &= sasl_usable(&s->cfg->sasl, s->cfg->mechs, false);
	if (s->sasl_runs >= s->cfg->limits->sasl_runs)
		mechs = 0;
	for (mech = SASL_N_MECHS - 1; mech >= 0; mech--) {
		if (!(mechs & ~s->sasl_tried & SASL_BIT(mech)))
			continue;
		if (pt_choose(s, (enum sasl_mech)mech, out) == 0)
			return PT_NEED_MORE;
		if (out->err)
			return out->err;
		s->sasl_tried |= SASL_BIT(mech);
	}
	return pt_fail(s, PT_E_SASL, ST_EAUTH, whole, out);
}

int pt_auth_on_challenge(struct pt_session *s, const struct pt_msg *m, struct span whole,
			 struct wr *out)
{
	struct pt_msg answer = { .type = PT_SASL_DATA };
	struct wr response = { 0 };
	int err = ST_ELIMIT;

	if (++s->sasl_rounds <= s->cfg->limits->sasl_rounds)
		err = sasl_client_step(&s->login->run, &s->cfg->sasl, m->value, &response);
	if (err < 0) {
		err = pt_fail(s, PT_E_SASL, err, whole, out);
	} else {
		answer.value = wr_span(&response);
		err = pt_send(s, &answer, out);
	}
	wr_reset(&response);
	return err;
}

int pt_auth_on_result(struct pt_session *s, const struct pt_msg *m, struct span whole,
		      struct wr *out)
{
	(void)whole;
	(void)out;
	s->state = PT_WAIT_LIST;
	switch (m->result.code) {
	case PT_SASL_SUCCESS: /* neither PLAIN nor EXTERNAL has data to check */
		s->sasl_proved |= SASL_BIT(s->login->run.mech);
		return PT_NEED_MORE;
	case PT_SASL_ABORT:
		return pt_end(s, ST_EAUTH, true);
	default:
		break;
	}
	if (s->login->run.mech == SASL_EXTERNAL) /* it would only say the same again */
		s->sasl_tried |= SASL_BIT(SASL_EXTERNAL);
	else
		s->sasl_failed++;
	return PT_NEED_MORE;
}
