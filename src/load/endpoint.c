/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/endpoint.h"

#include "base/clock.h"
#include "load/endpoint_os.h"
#include "wire/pa_msg.h"

/* Our posture collector identifiers. */
#define COLLECTOR_OS 1
#define COLLECTOR_SWIMA 2

void load_endpoint_init(struct load_endpoint *s, const struct load_endpoint_env *env,
			uint32_t number, uint32_t epoch, const struct package_image *image,
			struct load_identity *identity)
{
	memset(s, 0, sizeof(*s));
	s->env = env;
	s->number = number;
	s->identity = *identity;
	*identity = (struct load_identity){ 0 };
	s->conn_conf = (struct pt_conn_conf){
		.tls = env->tls,
		.certificate = s->identity.certificate,
		.key = s->identity.key,
		.resume = &s->resume,
		.limits = &env->limits,
		.mechs = SASL_BIT(SASL_EXTERNAL),
	};
	pb_session_init(&s->pb, &env->pb);
	endpoint_software_init(&s->installed, image, number, epoch);
	s->swima.software = &s->installed;
	s->swima.limits = &env->limits;
}

void load_endpoint_reset(struct load_endpoint *s)
{
	load_swima_reset(&s->swima);
	pb_session_reset(&s->pb);
	endpoint_software_reset(&s->installed);
	load_identity_reset(&s->identity);
	tls_memory_reset(&s->resume);
}

/* --- the end of a connection ------------------------------------------------------------- */

static void load_endpoint_gone(struct load_endpoint *s, int err, const char *reason)
{
	s->state = SIM_AWAY;
	s->wants = s->retried = false;
	load_swima_reset(&s->swima);
	pb_session_reset(&s->pb);
	s->env->ops->gone(s->env->ctx, s, err, reason);
}

static void load_endpoint_fail(struct load_endpoint *s, int err, const char *reason)
{
	if (s->conn && s->state != SIM_CLOSING)
		pt_conn_close(s->conn, err, reason);
	s->state = SIM_CLOSING;
}

static void load_endpoint_on_closed(void *ctx, int err, const char *reason)
{
	struct load_endpoint *s = ctx;

	s->conn = NULL;
	load_endpoint_gone(s, err, reason);
}

/* --- messages ---------------------------------------------------------------------------- */

/* Queues one PA-TNC message with these attributes; to: a validator, or PB_MODULE_ANY. */
static int load_endpoint_put(struct load_endpoint *s, uint32_t subtype, uint16_t to,
			     struct wr *attrs)
{
	struct pb_msg m = {
		.vendor = PEN_IETF,
		.type = PB_MSG_PA,
		.pa = { .excl = to != PB_MODULE_ANY,
			.vendor = PEN_IETF,
			.subtype = subtype,
			.collector = subtype == PA_SUBTYPE_OS ? COLLECTOR_OS : COLLECTOR_SWIMA,
			.validator = to },
	};
	struct wr whole = { 0 };
	int err = attrs->err;

	if (!err && attrs->len) {
		pa_msg_encode(&whole, ++s->message);
		wr_bytes(&whole, wr_span(attrs));
		m.pa.body = wr_span(&whole);
		err = whole.err ? whole.err : pb_session_put(&s->pb, &m);
	}
	wr_reset(&whole);
	wr_reset(attrs);
	return err;
}

/* What every assessment begins with, and the news. */
static int load_endpoint_begin(struct load_endpoint *s)
{
	struct wr attrs = { 0 };
	int err = 0;

	if (s->env->os) {
		load_os_say(&attrs);
		err = load_endpoint_put(s, PA_SUBTYPE_OS, PB_MODULE_ANY, &attrs);
	}
	for (uint32_t i = 0; i < s->swima.n && !err; i++) {
		if ((err = load_swima_fulfil(&s->swima, i, &attrs)) < 0)
			wr_reset(&attrs);
		else
			err = load_endpoint_put(s, PA_SUBTYPE_SWIMA,
						(uint16_t)s->swima.subscriptions[i].validator,
						&attrs);
	}
	return err;
}

static void load_endpoint_send(struct load_endpoint *s, enum pb_type type)
{
	struct wr out = { 0 };
	int err = pb_session_send(&s->pb, type, &out);

	if (err >= 0)
		err = pt_conn_send(s->conn, wr_span(&out));
	wr_reset(&out);
	if (err < 0)
		load_endpoint_fail(s, err, "a batch could not be sent");
}

static void load_endpoint_start(struct load_endpoint *s, enum load_endpoint_kind kind,
				int64_t since)
{
	int err;

	s->state = SIM_WORKS;
	s->kind = kind;
	s->began = since;
	s->changed = 0; /* it is told now, or will be asked for */
	if ((err = load_endpoint_begin(s)) < 0)
		load_endpoint_fail(s, err, "the first messages could not be made");
}

static void load_endpoint_retry(struct load_endpoint *s, enum load_endpoint_kind kind,
				int64_t since)
{
	s->wants = false;
	load_endpoint_start(s, kind, since);
	if (s->state != SIM_WORKS)
		return;
	s->retried = true;
	load_endpoint_send(s, PB_CRETRY);
}

/* --- what the manager says --------------------------------------------------------------- */

static int load_endpoint_deliver(struct load_endpoint *s, const struct pb_pa *pa)
{
	struct wr attrs = { 0 };
	int err = 0;

	if (pa->vendor != PEN_IETF)
		return 0;
	if (pa->subtype == PA_SUBTYPE_OS && s->env->os)
		err = load_os_answer(pa->body, &attrs);
	else if (pa->subtype == PA_SUBTYPE_SWIMA && s->env->software)
		err = load_swima_receive(&s->swima, pa->validator, pa->body, &attrs);
	if (err < 0) {
		wr_reset(&attrs);
		return err;
	}
	return load_endpoint_put(s, pa->subtype, pa->validator, &attrs);
}

static int load_endpoint_walk(struct load_endpoint *s)
{
	struct pb_msg m;
	int err = 0;

	while (!err && pb_session_next(&s->pb, &m))
		if (m.rule && m.vendor == PEN_IETF && m.type == PB_MSG_PA &&
		    s->pb.received != PB_RESULT)
			err = load_endpoint_deliver(s, &m.pa);
	return err;
}

static void load_endpoint_finish(struct load_endpoint *s)
{
	enum load_endpoint_kind kind = s->kind;
	int64_t now = clock_mono_us(), took = now - s->began;

	load_swima_settle(&s->swima, true);
	for (uint32_t i = 0; i < s->swima.n; i++)
		if (s->swima.subscriptions[i].acked > s->stored)
			s->stored = s->swima.subscriptions[i].acked;
	s->state = SIM_HOLDS;
	if (s->changed)
		load_endpoint_retry(s, SIM_CHANGE, s->changed);
	else if (s->wants)
		load_endpoint_retry(s, SIM_AGAIN, now);
	s->env->ops->assessed(s->env->ctx, s, kind, took);
}

static void load_endpoint_accept(struct load_endpoint *s)
{
	int err;

	s->retried = false;
	if (s->pb.received == PB_SRETRY || s->state == SIM_HOLDS) {
		load_swima_settle(&s->swima, false);
		load_endpoint_start(s, SIM_ASKED, clock_mono_us());
	}
	if ((err = load_endpoint_walk(s)) < 0)
		load_endpoint_fail(s, err, "a message of the manager cannot be answered");
	else if (s->state == SIM_WORKS && s->pb.received == PB_RESULT)
		load_endpoint_finish(s);
	else if (s->state == SIM_WORKS && s->pb.state == PB_CLIENT)
		load_endpoint_send(s, PB_CDATA);
}

/* Both asked at once. The manager has not looked into our retry: what was in it is said again,
 * when it asks. */
static void load_endpoint_crossed(struct load_endpoint *s)
{
	if (!s->retried)
		return;
	s->retried = false;
	load_swima_settle(&s->swima, false);
	if (load_endpoint_begin(s) < 0)
		load_endpoint_fail(s, ST_ENOMEM, NULL);
}

static void load_endpoint_on_batch(void *ctx, struct span batch)
{
	struct load_endpoint *s = ctx;
	struct wr out = { 0 };
	int ev = pb_session_receive(&s->pb, batch, &out);

	if (out.len)
		(void)pt_conn_send(s->conn, wr_span(&out));
	wr_reset(&out);
	if (s->state == SIM_CLOSING)
		return;
	if (ev == PB_ACCEPTED)
		load_endpoint_accept(s);
	else if (ev == PB_IGNORED)
		load_endpoint_crossed(s);
	else if (ev == PB_CLOSED)
		load_endpoint_fail(s, ST_ECLOSED, "the manager ended the session");
	else
		load_endpoint_fail(s, ev < 0 ? ev : ST_EVALUE,
				   "a batch of the manager was refused");
}

/* --- connecting -------------------------------------------------------------------------- */

static void load_endpoint_on_ready(void *ctx, const struct pt_conn_info *info)
{
	struct load_endpoint *s = ctx;

	(void)info;
	s->env->ops->ready(s->env->ctx, s, clock_mono_us() - s->began);
	load_endpoint_start(s, SIM_FIRST, s->began);
	if (s->state == SIM_WORKS)
		load_endpoint_send(s, PB_CDATA);
}

static const struct pt_conn_ops load_endpoint_conn_ops = {
	.ready = load_endpoint_on_ready,
	.batch = load_endpoint_on_batch,
	.closed = load_endpoint_on_closed,
};

static void load_endpoint_on_dialled(void *ctx, int fd, int err, const char *reason)
{
	struct load_endpoint *s = ctx;

	s->dialler = NULL;
	if (fd >= 0)
		err = pt_conn_open(s->env->loop, &s->conn_conf, fd, &load_endpoint_conn_ops, s,
				   &s->conn);
	if (err < 0)
		load_endpoint_gone(s, err, fd < 0 ? reason : st_strerror(err));
}

void load_endpoint_connect(struct load_endpoint *s)
{
	struct dialler_conf target = s->env->target;

	s->state = SIM_DIALS;
	s->began = clock_mono_us();
	s->changed = 0;
	pb_session_init(&s->pb, &s->env->pb);
	if (s->source.sin_family)
		target.source = (struct sockaddr *)&s->source;
	if (dialler_open(s->env->loop, &target, load_endpoint_on_dialled, s, &s->dialler) < 0)
		load_endpoint_gone(s, ST_ENOMEM, st_strerror(ST_ENOMEM));
}

/* --- for the owner ----------------------------------------------------------------------- */

void load_endpoint_assess(struct load_endpoint *s)
{
	if (s->state == SIM_HOLDS)
		load_endpoint_retry(s, SIM_AGAIN, clock_mono_us());
	else if (s->state == SIM_WORKS)
		s->wants = true;
}

int load_endpoint_change(struct load_endpoint *s, uint32_t k, bool remove, uint32_t events)
{
	uint32_t packages = s->installed.image->n, before = s->installed.last_eid;
	int64_t now = clock_wall_us();
	int n = 0;

	for (uint32_t i = 0; n >= 0 && s->installed.last_eid - before < events; i++)
		n = endpoint_software_change(&s->installed, (k + i) % packages, remove, now);
	if (n < 0)
		return n;
	if (s->state == SIM_HOLDS)
		load_endpoint_retry(s, SIM_CHANGE, clock_mono_us());
	else if (s->state == SIM_WORKS && !s->changed)
		s->changed = clock_mono_us();
	return (int)(s->installed.last_eid - before);
}

void load_endpoint_close(struct load_endpoint *s)
{
	struct wr out = { 0 };

	if (s->state == SIM_AWAY || s->state == SIM_CLOSING)
		return;
	if (s->dialler) {
		dialler_close(s->dialler);
		s->dialler = NULL;
		load_endpoint_gone(s, 0, "not needed any more");
		return;
	}
	if (pb_session_may_send(&s->pb, PB_CLOSE) &&
	    pb_session_send(&s->pb, PB_CLOSE, &out) >= 0)
		(void)pt_conn_send(s->conn, wr_span(&out));
	wr_reset(&out);
	load_endpoint_fail(s, 0, NULL);
}
