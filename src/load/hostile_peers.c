/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/hostile_peers.h"

#include "base/clock.h"
#include "load/endpoint_os.h"
#include "net/stream.h"
#include "proto/pt_session.h"
#include "wire/pa_msg.h"

#include <openssl/rand.h>
#include <stdlib.h>

#define STALL_S 120
#define NOISE 512
#define SOURCE_BASE 0x7f020001u /* 127.2.0.1 */

/* Up to where a peer behaves; what it should say next is then what it makes something of. */
enum stage {
	CONNECTED, /* next: ClientHello */
	GREETED,   /* next: our certificate and the end of the handshake */
	SECURED,   /* next: PT-TLS Version Request */
	AGREED,    /* next: the first batch */
};

enum manner { SILENT, HALF, SLOW, WRONG };

static void say_noise(struct wr *w)
{
	uint8_t *p = wr_room(w, NOISE);

	if (p)
		(void)RAND_bytes(p, NOISE);
}

static void say_header(struct wr *w, uint32_t vendor, uint32_t type, uint32_t length)
{
	wr_u32(w, vendor);
	wr_u32(w, type);
	wr_u32(w, length);
	wr_u32(w, 0);
}

static void say_vendor(struct wr *w)
{
	say_header(w, 0xffffff, PT_VERSION_REQUEST, PT_HDR + 4);
	wr_u32(w, 0x00010101);
}

static void say_short(struct wr *w)
{
	say_header(w, 0, PT_VERSION_REQUEST, PT_HDR - 1);
}

static void say_giant(struct wr *w)
{
	say_header(w, 0, PT_VERSION_REQUEST, UINT32_MAX);
}

static void say_giant_batch(struct wr *w)
{
	say_header(w, 0, PT_PB_BATCH, UINT32_MAX);
}

static void say_batch(struct wr *w, enum pb_type type, bool from_server)
{
	struct wr batch = { 0 };
	size_t start = pb_batch_begin(&batch, type, from_server);

	(void)pb_batch_end(&batch, start);
	say_header(w, 0, PT_PB_BATCH, PT_HDR + (uint32_t)batch.len);
	wr_bytes(w, wr_span(&batch));
	wr_reset(&batch);
}

static void say_result(struct wr *w)
{
	say_batch(w, PB_RESULT, true);
}

static void say_retry(struct wr *w)
{
	say_batch(w, PB_CRETRY, false);
}

static void say_noise_batch(struct wr *w)
{
	say_header(w, 0, PT_PB_BATCH, PT_HDR + NOISE);
	say_noise(w);
}

/* clang-format off */
static const struct misdeed {
	const char *name;
	enum stage stage;
	enum manner manner;
	void (*say)(struct wr *w); /* WRONG */
} misdeeds[] = {
	{ "connected, silent",          CONNECTED, SILENT, NULL },
	{ "connected, half a greeting", CONNECTED, HALF,   NULL },
	{ "connected, slow",            CONNECTED, SLOW,   NULL },
	{ "connected, noise",           CONNECTED, WRONG,  say_noise },
	{ "greeted, silent",            GREETED,   SILENT, NULL },
	{ "greeted, half an answer",    GREETED,   HALF,   NULL },
	{ "greeted, slow",              GREETED,   SLOW,   NULL },
	{ "greeted, noise",             GREETED,   WRONG,  say_noise },
	{ "secured, silent",            SECURED,   SILENT, NULL },
	{ "secured, half a message",    SECURED,   HALF,   NULL },
	{ "secured, slow",              SECURED,   SLOW,   NULL },
	{ "secured, noise",             SECURED,   WRONG,  say_noise },
	{ "secured, wrong vendor",      SECURED,   WRONG,  say_vendor },
	{ "secured, too short",         SECURED,   WRONG,  say_short },
	{ "secured, 4 GB",              SECURED,   WRONG,  say_giant },
	{ "agreed, silent",             AGREED,    SILENT, NULL },
	{ "agreed, half a batch",       AGREED,    HALF,   NULL },
	{ "agreed, slow",               AGREED,    SLOW,   NULL },
	{ "agreed, noise",              AGREED,    WRONG,  say_noise_batch },
	{ "agreed, 4 GB",               AGREED,    WRONG,  say_giant_batch },
	{ "agreed, the server's word",  AGREED,    WRONG,  say_result },
	{ "agreed, out of turn",        AGREED,    WRONG,  say_retry },
};
/* clang-format on */
#define N_MISDEEDS (sizeof(misdeeds) / sizeof(misdeeds[0]))
_Static_assert(N_MISDEEDS <= REPORT_MISDEEDS, "each has its place in a report");

enum state { AWAY, DIALS, BEHAVES, MISBEHAVES, LEAVES };

struct hostile_peer {
	struct hostile *gang;
	unsigned misdeed; /* index into the table, and into the report */
	enum state state;
	struct load_identity identity;
	struct sockaddr_in source;
	struct dialler *dialler;
	struct stream stream;
	struct tls *tls;
	struct pt_session pt;
	struct wr rest; /* what a slow one has still to say */
	size_t said;
	int64_t began;
	bool arrived; /* has been where it misbehaves */
};

struct hostile {
	const struct load_endpoint_env *env;
	struct run_report *report;
	struct hostile_conf conf;
	struct pt_config pt;
	struct wr batch; /* what an honest endpoint begins with */
	struct hostile_peer *peers;
	uint32_t live, arrived, next;
	double connect_credit, octet_credit;
	bool stopping;
};

const char *hostile_name(unsigned misdeed)
{
	return misdeed < N_MISDEEDS ? misdeeds[misdeed].name : NULL;
}

/* --- one peer ---------------------------------------------------------------------------- */

static struct run_report_misdeed *peer_report(const struct hostile_peer *p)
{
	return &p->gang->report->misdeeds[p->misdeed];
}

static void peer_over(struct hostile_peer *p)
{
	tls_free(p->tls);
	p->tls = NULL;
	pt_session_reset(&p->pt);
	wr_reset(&p->rest);
	p->said = 0;
	p->state = AWAY;
	p->gang->live--;
}

static void peer_leave(struct hostile_peer *p)
{
	if (p->state == LEAVES)
		return;
	if (p->state == MISBEHAVES)
		peer_report(p)->held--;
	p->state = LEAVES;
	stream_close(&p->stream);
}

static void peer_flush(struct hostile_peer *p)
{
	if (stream_send(&p->stream, tls_output(p->tls)) < 0)
		peer_leave(p);
}

/* `what` as octets on the wire, inside of TLS once that is there. */
static void peer_say(struct hostile_peer *p, struct span what)
{
	if (misdeeds[p->misdeed].stage >= SECURED) {
		if (tls_write(p->tls, what) < 0)
			peer_leave(p);
		else
			peer_flush(p);
		return;
	}
	struct wr raw = { 0 };

	wr_bytes(&raw, what);
	if (stream_send(&p->stream, &raw) < 0)
		peer_leave(p);
	wr_reset(&raw);
}

/* This is the moment; `next` is what it should say. */
static void peer_misbehave(struct hostile_peer *p, struct wr *next)
{
	const struct misdeed *m = &misdeeds[p->misdeed];

	p->state = MISBEHAVES;
	peer_report(p)->held++;
	p->gang->arrived += !p->arrived;
	p->arrived = true;
	if (m->manner == HALF)
		wr_truncate(next, next->len / 2);
	if (m->manner == WRONG) {
		wr_truncate(next, 0);
		m->say(next);
	}
	if (m->manner == SLOW) {
		wr_bytes(&p->rest, wr_span(next));
		return;
	}
	if (m->manner != SILENT)
		peer_say(p, wr_span(next));
}

static void peer_reach(struct hostile_peer *p, enum stage stage, struct wr *next)
{
	struct wr taken = { 0 };

	if (misdeeds[p->misdeed].stage != stage)
		return;
	wr_bytes(&taken, wr_span(next));
	wr_truncate(next, 0);
	peer_misbehave(p, &taken);
	wr_reset(&taken);
}

static void peer_on_plain(struct hostile_peer *p, struct span plain)
{
	struct wr out = { 0 };
	int ev;

	do {
		ev = pt_session_input(&p->pt, &plain, &out);
	} while (ev > PT_NEED_MORE && ev != PT_READY && ev != PT_CLOSE);
	if (ev == PT_READY) {
		wr_bytes(&out, wr_span(&p->gang->batch));
		peer_reach(p, AGREED, &out);
	} else if (out.len) {
		(void)tls_write(p->tls, wr_span(&out));
	}
	wr_reset(&out);
}

/* TLS is up, and will be as soon as what waits has been sent. */
static void peer_secured(struct hostile_peer *p)
{
	struct wr hello = { 0 };

	peer_reach(p, GREETED, tls_output(p->tls));
	if (p->state == BEHAVES)
		peer_flush(p);
	if (p->state != BEHAVES)
		return;
	pt_session_init(&p->pt, &p->gang->pt);
	(void)pt_session_start(&p->pt, &hello);
	peer_reach(p, SECURED, &hello);
	if (p->state == BEHAVES && tls_write(p->tls, wr_span(&hello)) < 0)
		peer_leave(p);
	wr_reset(&hello);
}

static void peer_on_data(void *ctx, struct span in)
{
	uint8_t plain[NET_PLAIN_OCTETS];
	struct hostile_peer *p = ctx;
	bool secured;
	int n;

	while (p->state == BEHAVES) {
		secured = tls_established(p->tls);
		n = tls_read(p->tls, &in, plain, sizeof(plain));
		if (!secured && tls_established(p->tls))
			peer_secured(p);
		if (p->state == BEHAVES && n > 0)
			peer_on_plain(p, span_of(plain, (size_t)n));
		if (n <= 0)
			break;
	}
	if (p->state == BEHAVES)
		peer_flush(p);
}

static void peer_on_drained(void *ctx)
{
	struct hostile_peer *p = ctx;

	if (p->state != LEAVES)
		peer_flush(p);
}

static void peer_on_end(void *ctx, int err)
{
	struct hostile_peer *p = ctx;

	(void)err;
	if (p->state == MISBEHAVES) {
		peer_report(p)->ended++;
		latency_add(&peer_report(p)->lived, clock_mono_us() - p->began);
	} else if (p->state == BEHAVES) {
		peer_report(p)->refused++;
	}
	peer_leave(p);
}

static void peer_on_closed(void *ctx)
{
	peer_over(ctx);
}

static const struct stream_ops peer_ops = {
	.data = peer_on_data,
	.drained = peer_on_drained,
	.end = peer_on_end,
	.closed = peer_on_closed,
};

static void peer_begin(struct hostile_peer *p)
{
	struct span none = { 0 };
	uint8_t plain;

	if (tls_open(p->gang->env->tls, &p->tls) < 0 ||
	    tls_show(p->tls, p->identity.certificate, p->identity.key) < 0) {
		peer_leave(p);
		return;
	}
	(void)tls_read(p->tls, &none, &plain, 1);
	peer_reach(p, CONNECTED, tls_output(p->tls));
	if (p->state == BEHAVES)
		peer_flush(p);
}

static void peer_on_dialled(void *ctx, int fd, int err, const char *reason)
{
	struct hostile_peer *p = ctx;

	(void)err, (void)reason;
	p->dialler = NULL;
	if (fd < 0) {
		peer_report(p)->refused++;
		peer_over(p);
		return;
	}
	p->state = BEHAVES;
	p->began = clock_mono_us();
	stream_tune(fd, STALL_S);
	if (stream_open(&p->stream, p->gang->env->loop, fd, &peer_ops, p) < 0)
		peer_leave(p);
	else
		peer_begin(p);
}

static void peer_connect(struct hostile_peer *p)
{
	struct dialler_conf target = p->gang->env->target;

	p->state = DIALS;
	p->gang->live++;
	peer_report(p)->opened++;
	if (p->gang->conf.sources)
		target.source = (struct sockaddr *)&p->source;
	if (dialler_open(p->gang->env->loop, &target, peer_on_dialled, p, &p->dialler) < 0)
		peer_over(p);
}

/* --- all of them ------------------------------------------------------------------------- */

static bool hostile_has(const char *manner, unsigned misdeed)
{
	static const char *const names[] = {
		[SILENT] = "silent", [HALF] = "silent", [SLOW] = "slow", [WRONG] = "malformed"
	};

	return !manner || strstr(manner, names[misdeeds[misdeed].manner]);
}

/* One CDATA batch in its PT-TLS message, as an operating system collector would have it. */
static int hostile_batch(struct hostile *h)
{
	struct wr attrs = { 0 }, pa = { 0 }, out = { 0 };
	struct pb_session pb;
	struct pb_msg m = {
		.vendor = PEN_IETF,
		.type = PB_MSG_PA,
		.pa = { .vendor = PEN_IETF,
			.subtype = PA_SUBTYPE_OS,
			.collector = 1,
			.validator = PB_MODULE_ANY },
	};

	pb_session_init(&pb, &h->env->pb);
	load_os_say(&attrs);
	pa_msg_encode(&pa, 1);
	wr_bytes(&pa, wr_span(&attrs));
	m.pa.body = wr_span(&pa);
	(void)pb_session_put(&pb, &m);
	(void)pb_session_send(&pb, PB_CDATA, &out);
	say_header(&h->batch, 0, PT_PB_BATCH, PT_HDR + (uint32_t)out.len);
	wr_bytes(&h->batch, wr_span(&out));
	pb_session_reset(&pb);
	wr_reset(&attrs);
	wr_reset(&pa);
	wr_reset(&out);
	return h->batch.err;
}

static int hostile_fill(struct hostile *h, const struct load_pki *pki)
{
	unsigned misdeed = 0;
	int err = 0;

	for (uint32_t i = 0; i < h->conf.n && !err; i++) {
		struct hostile_peer *p = &h->peers[i];

		while (!hostile_has(h->conf.manner, misdeed % N_MISDEEDS))
			if (++misdeed > 2 * N_MISDEEDS)
				return ST_ENOENT;
		p->gang = h;
		p->misdeed = misdeed++ % N_MISDEEDS;
		misdeed %= N_MISDEEDS;
		p->source.sin_family = AF_INET;
		p->source.sin_addr.s_addr =
			htonl(SOURCE_BASE + i % (h->conf.sources ? h->conf.sources : 1));
		err = load_pki_identity(pki, h->conf.first + i, &p->identity);
	}
	return err;
}

int hostile_open(const struct load_endpoint_env *env, const struct load_pki *pki,
		 const struct hostile_conf *conf, struct run_report *report,
		 struct hostile **out)
{
	struct hostile *h = calloc(1, sizeof(*h));
	int err = h ? 0 : ST_ENOMEM;

	*out = h;
	if (err)
		return err;
	h->env = env;
	h->report = report;
	h->conf = *conf;
	h->pt = (struct pt_config){ .initiator = true,
				    .limits = &env->limits,
				    .mechs = SASL_BIT(SASL_EXTERNAL) };
	if (!(h->peers = calloc(conf->n, sizeof(*h->peers))))
		return ST_ENOMEM;
	err = hostile_batch(h);
	return err ? err : hostile_fill(h, pki);
}

static void hostile_drip(struct hostile *h)
{
	for (uint32_t i = 0; i < h->conf.n; i++) {
		struct hostile_peer *p = &h->peers[i];
		struct span rest = wr_span_from(&p->rest, p->said);

		if (p->state != MISBEHAVES || !rest.n)
			continue;
		p->said++;
		peer_say(p, span_of(rest.p, 1));
	}
}

void hostile_tick(struct hostile *h, double seconds)
{
	double most = h->conf.rate / 10 + 1; /* no more than that at once */

	h->connect_credit += h->conf.rate * seconds;
	if (h->connect_credit > most)
		h->connect_credit = most;
	for (uint32_t i = 0; i < h->conf.n && h->connect_credit >= 1; i++) {
		struct hostile_peer *p = &h->peers[h->next++ % h->conf.n];

		if (h->live == h->conf.n)
			break;
		if (p->state != AWAY)
			continue;
		h->connect_credit--;
		peer_connect(p);
	}
	h->octet_credit += seconds / h->conf.interval_s;
	if (h->octet_credit >= 1) {
		h->octet_credit = 0;
		hostile_drip(h);
	}
}

bool hostile_arrived(const struct hostile *h)
{
	return h->arrived == h->conf.n;
}

bool hostile_stop(struct hostile *h)
{
	for (uint32_t i = 0; i < h->conf.n && !h->stopping; i++) {
		struct hostile_peer *p = &h->peers[i];

		if (p->state == DIALS) {
			dialler_close(p->dialler);
			peer_over(p);
		} else if (p->state != AWAY) {
			/* who is there to the end counts as held */
			peer_report(p)->held += p->state == MISBEHAVES;
			peer_leave(p);
		}
	}
	h->stopping = true;
	return !h->live;
}

void hostile_close(struct hostile *h)
{
	for (uint32_t i = 0; h && h->peers && i < h->conf.n; i++)
		load_identity_reset(&h->peers[i].identity);
	if (h) {
		wr_reset(&h->batch);
		free(h->peers);
	}
	free(h);
}
