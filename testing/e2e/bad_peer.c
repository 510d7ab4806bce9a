/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens many connections to a manager that each do something wrong, and then nothing more, and
 * looks whether the manager ends every one of them in time.
 *
 *	bad_peer PKI-DIR NAME PORT VECTOR-DIR COUNT [CONCURRENT [SECONDS]]
 *
 * Speaks to 127.0.0.1:PORT as NAME.crt. One line for each kind of misbehaviour: how many
 * connections, how many were ended by the manager, how many of these with a PT-TLS Error, and
 * the longest that one of them lived. Exit status 1 when one was still open after SECONDS. */
#include "config.h"

#include "base/clock.h"
#include "net/dialler.h"
#include "net/stream.h"
#include "net/tls.h"
#include "vectors.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"
#include "wire/pt_tls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEGOTIATED (20u + PT_HDR) /* octets of Version Response and empty SASL Mechanisms */
#define KIND 64

enum stage { BEFORE_TLS, AFTER_TLS, IN_DATA };

/* One way to be bad. */
struct misdeed {
	char kind[KIND];
	enum stage stage;
	struct wr say;
};

struct tally {
	char kind[KIND];
	unsigned opened, ended, errors;
	int64_t longest_us;
};

struct bad_peer {
	struct run *run;
	const struct misdeed *misdeed;
	struct stream stream;
	struct tls *tls;
	uv_timer_t patience;
	unsigned handles;
	int64_t begun;
	size_t heard;
	bool greeted, said, error, ended;
};

struct run {
	struct net_loop loop;
	struct tls_ctx *tls;
	uint16_t port;
	unsigned count, concurrent, seconds, started, live, stuck;
	struct misdeed *misdeeds;
	size_t n_misdeeds;
	struct tally tallies[64];
	size_t n_tallies;
};

static void run_more(struct run *run);

/* --- the ways to be bad ------------------------------------------------------------------ */

static struct wr *misdeed_add(struct run *run, const char *kind, enum stage stage)
{
	struct misdeed *m = realloc(run->misdeeds, (run->n_misdeeds + 1) * sizeof(*m));

	if (!m)
		abort();
	run->misdeeds = m;
	m += run->n_misdeeds++;
	*m = (struct misdeed){ .stage = stage };
	(void)snprintf(m->kind, sizeof(m->kind), "%s", kind);
	return &m->say;
}

static void put_random(struct wr *w, size_t n)
{
	uint8_t *p = wr_room(w, n);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)rand();
}

static void put_header(struct wr *w, uint32_t type, uint32_t length)
{
	wr_u32(w, 0);
	wr_u32(w, type);
	wr_u32(w, length);
	wr_u32(w, 0);
}

static void put_batch(struct wr *w, struct span batch)
{
	put_header(w, PT_PB_BATCH, PT_HDR + (uint32_t)batch.n);
	wr_bytes(w, batch);
}

/* A CDATA batch around one PB-TNC message, or around a PA-TNC message for subtype. */
static void put_message(struct wr *w, struct span message)
{
	struct wr batch = { 0 };
	size_t start = pb_batch_begin(&batch, PB_CDATA, false);

	wr_bytes(&batch, message);
	(void)pb_batch_end(&batch, start);
	put_batch(w, wr_span(&batch));
	wr_reset(&batch);
}

static void put_pa(struct wr *w, struct span body, uint32_t subtype)
{
	const struct pb_msg m = {
		.vendor = PEN_IETF,
		.type = PB_MSG_PA,
		.noskip = true,
		.pa = { .subtype = subtype,
			.collector = 1,
			.validator = PB_MODULE_ANY,
			.body = body },
	};
	struct wr message = { 0 };

	(void)pb_msg_encode(&message, &m);
	put_message(w, wr_span(&message));
	wr_reset(&message);
}

static void misdeeds_simple(struct run *run)
{
	struct wr *w;

	(void)misdeed_add(run, "silent", BEFORE_TLS);
	put_random(misdeed_add(run, "noise", BEFORE_TLS), 512);
	(void)misdeed_add(run, "TLS, silent", AFTER_TLS);
	put_random(misdeed_add(run, "TLS, noise", AFTER_TLS), 512);
	wr_u32(misdeed_add(run, "half a header", AFTER_TLS), 0);
	put_header(misdeed_add(run, "4 GB message", AFTER_TLS), PT_VERSION_REQUEST,
		   UINT32_MAX);
	put_header(misdeed_add(run, "half a message", AFTER_TLS), PT_VERSION_REQUEST, 20);
	(void)misdeed_add(run, "negotiated, silent", IN_DATA);
	put_header(misdeed_add(run, "4 GB batch", IN_DATA), PT_PB_BATCH, UINT32_MAX);
	w = misdeed_add(run, "half a batch", IN_DATA);
	put_header(w, PT_PB_BATCH, 1000);
	put_random(w, 100);
	w = misdeed_add(run, "noise as a batch", IN_DATA);
	put_header(w, PT_PB_BATCH, PT_HDR + 300);
	put_random(w, 300);
}

/* Requests that are bad, as the vectors have them; the replies are what the manager says. */
static bool vector_is_bad(const struct vector *v)
{
	return v->err || (strncmp(v->name, "bad-", 4) == 0 && !strstr(v->name, "-reply"));
}

static void misdeeds_of(struct run *run, const char *dir, const char *layer)
{
	struct vectors all = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, layer);
	vectors_load(&all, path);
	for (size_t i = 0; i < all.n; i++) {
		struct span octets = vector_span(&all.v[i]);

		if (!vector_is_bad(&all.v[i]))
			continue;
		if (strcmp(layer, "pt") == 0) {
			wr_bytes(misdeed_add(run, "bad PT-TLS first", AFTER_TLS), octets);
			wr_bytes(misdeed_add(run, "bad PT-TLS later", IN_DATA), octets);
		} else if (strcmp(layer, "pb") == 0 && all.v[i].err) {
			put_message(misdeed_add(run, "bad PB-TNC message", IN_DATA), octets);
		} else if (strcmp(layer, "pb") == 0) {
			put_batch(misdeed_add(run, "bad PB-TNC batch", IN_DATA), octets);
		} else if (strcmp(layer, "pa") == 0) {
			put_pa(misdeed_add(run, "bad PA-TNC", IN_DATA), octets, PA_SUBTYPE_OS);
		} else {
			put_pa(misdeed_add(run, "bad SWIMA", IN_DATA), octets,
			       PA_SUBTYPE_SWIMA);
		}
	}
	vectors_free(&all);
}

/* --- one connection ---------------------------------------------------------------------- */

static struct tally *tally_of(struct run *run, const char *kind)
{
	for (size_t i = 0; i < run->n_tallies; i++)
		if (strcmp(run->tallies[i].kind, kind) == 0)
			return &run->tallies[i];
	(void)snprintf(run->tallies[run->n_tallies].kind, KIND, "%s", kind);
	return &run->tallies[run->n_tallies++];
}

static void peer_gone(struct bad_peer *p)
{
	struct run *run = p->run;
	struct tally *t = tally_of(run, p->misdeed->kind);
	int64_t lived = clock_mono_us() - p->begun;

	if (--p->handles)
		return;
	t->opened++;
	t->ended += p->ended;
	t->errors += p->error;
	if (lived > t->longest_us)
		t->longest_us = lived;
	tls_free(p->tls);
	free(p);
	run->live--;
	run_more(run);
}

static void peer_on_timer_closed(uv_handle_t *h)
{
	peer_gone(h->data);
}

static void peer_on_stream_closed(void *ctx)
{
	peer_gone(ctx);
}

static void peer_close(struct bad_peer *p)
{
	if (uv_is_closing((uv_handle_t *)&p->patience))
		return;
	uv_close((uv_handle_t *)&p->patience, peer_on_timer_closed);
	stream_close(&p->stream);
}

static void peer_on_patience(uv_timer_t *timer)
{
	struct bad_peer *p = timer->data;

	p->run->stuck++;
	fprintf(stderr, "still open: %s\n", p->misdeed->kind);
	peer_close(p);
}

static void peer_on_end(void *ctx, int err)
{
	struct bad_peer *p = ctx;

	(void)err;
	p->ended = true;
	peer_close(p);
}

static void peer_flush(struct bad_peer *p)
{
	if (!p->ended && !uv_is_closing((uv_handle_t *)&p->patience))
		(void)stream_send(&p->stream, tls_output(p->tls));
}

static void peer_say(struct bad_peer *p)
{
	static const uint8_t request[20] = { [7] = PT_VERSION_REQUEST,
					     [11] = 20,
					     [17] = PT_VERSION,
					     [18] = PT_VERSION,
					     [19] = PT_VERSION };

	if (p->misdeed->stage == IN_DATA && !p->greeted) {
		p->greeted = true;
		(void)tls_write(p->tls, span_of(request, sizeof(request)));
	}
	if (p->said || (p->misdeed->stage == IN_DATA && p->heard < NEGOTIATED))
		return;
	p->said = true;
	(void)tls_write(p->tls, wr_span(&p->misdeed->say));
}

static void peer_on_data(void *ctx, struct span in)
{
	struct bad_peer *p = ctx;
	uint8_t buf[4096];
	int n = 0;

	while (p->tls && (n = tls_read(p->tls, &in, buf, sizeof(buf))) > 0) {
		p->error |= p->said && n >= 8 && buf[7] == PT_ERROR;
		p->heard += (size_t)n;
	}
	if (p->tls && n == 0 && tls_established(p->tls))
		peer_say(p);
	if (p->tls)
		peer_flush(p);
}

static void peer_on_drained(void *ctx)
{
	struct bad_peer *p = ctx;

	if (p->tls)
		peer_flush(p);
}

static const struct stream_ops peer_ops = {
	.data = peer_on_data,
	.drained = peer_on_drained,
	.end = peer_on_end,
	.closed = peer_on_stream_closed,
};

static void peer_begin(struct bad_peer *p)
{
	struct wr raw = { 0 };
	struct span none = { 0 };
	uint8_t buf[16];

	if (p->misdeed->stage == BEFORE_TLS) {
		wr_bytes(&raw, wr_span(&p->misdeed->say));
		if (raw.len)
			(void)stream_send(&p->stream, &raw);
		wr_reset(&raw);
		return;
	}
	if (tls_open(p->run->tls, &p->tls) < 0 ||
	    tls_read(p->tls, &none, buf, sizeof(buf)) < 0)
		abort();
	peer_flush(p);
}

static void peer_on_dialled(void *ctx, int fd, int err, const char *reason)
{
	struct bad_peer *p = ctx;
	struct run *run = p->run;

	(void)err;
	if (fd < 0) {
		fprintf(stderr, "not connected: %s\n", reason);
		exit(2);
	}
	p->begun = clock_mono_us();
	p->handles = 2;
	uv_timer_init(&run->loop.uv, &p->patience);
	p->patience.data = p;
	uv_timer_start(&p->patience, peer_on_patience, (uint64_t)run->seconds * 1000, 0);
	if (stream_open(&p->stream, &run->loop, fd, &peer_ops, p) < 0)
		peer_close(p);
	else
		peer_begin(p);
}

static void run_more(struct run *run)
{
	const struct dialler_conf at = { .host = "127.0.0.1",
					 .port = run->port,
					 .timeout_s = 30 };
	struct dialler *d;

	while (run->live < run->concurrent && run->started < run->count) {
		struct bad_peer *p = calloc(1, sizeof(*p));

		if (!p)
			abort();
		p->run = run;
		p->misdeed = &run->misdeeds[run->started++ % run->n_misdeeds];
		run->live++;
		if (dialler_open(&run->loop, &at, peer_on_dialled, p, &d) < 0)
			abort();
	}
}

/* --- all of them ------------------------------------------------------------------------- */

static void run_init(struct run *run, const char *pki, const char *name)
{
	char ca[512], crt[512], key[512];
	const struct tls_conf conf = {
		.ca = ca, .certificate = crt, .key = key, .peer_name = "localhost"
	};
	struct tls_error e;

	(void)snprintf(ca, sizeof(ca), "%s/ca.crt", pki);
	(void)snprintf(crt, sizeof(crt), "%s/%s.crt", pki, name);
	(void)snprintf(key, sizeof(key), "%s/%s.key", pki, name);
	if (tls_ctx_open(&conf, &run->tls, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		exit(2);
	}
	if (net_loop_init(&run->loop) < 0)
		exit(2);
}

static void run_report(const struct run *run)
{
	unsigned ended = 0;

	printf("%-22s %8s %8s %8s %8s\n", "misdeed", "opened", "ended", "errors", "seconds");
	for (size_t i = 0; i < run->n_tallies; i++) {
		const struct tally *t = &run->tallies[i];

		printf("%-22s %8u %8u %8u %8.1f\n", t->kind, t->opened, t->ended, t->errors,
		       (double)t->longest_us / CLOCK_SEC);
		ended += t->ended;
	}
	printf("%u connections, %u ended by the manager, %zu ways to be bad\n", run->started,
	       ended, run->n_misdeeds);
}

int main(int argc, char **argv)
{
	struct run run = { .concurrent = 256, .seconds = 30 };

	if (argc < 6) {
		fprintf(stderr, "usage: bad_peer PKI-DIR NAME PORT VECTOR-DIR COUNT "
				"[CONCURRENT [SECONDS]]\n");
		return 2;
	}
	run.port = (uint16_t)atoi(argv[3]);
	run.count = (unsigned)atoi(argv[5]);
	if (argc > 6)
		run.concurrent = (unsigned)atoi(argv[6]);
	if (argc > 7)
		run.seconds = (unsigned)atoi(argv[7]);
	run_init(&run, argv[1], argv[2]);
	misdeeds_simple(&run);
	misdeeds_of(&run, argv[4], "pt");
	misdeeds_of(&run, argv[4], "pb");
	misdeeds_of(&run, argv[4], "pa");
	misdeeds_of(&run, argv[4], "swima");
	run_more(&run);
	uv_run(&run.loop.uv, UV_RUN_DEFAULT);
	(void)net_loop_reset(&run.loop);
	run_report(&run);
	for (size_t i = 0; i < run.n_misdeeds; i++)
		wr_reset(&run.misdeeds[i].say);
	free(run.misdeeds);
	tls_ctx_free(run.tls);
	return run.stuck || run.started != run.count;
}
