/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs scenarios: a client and a server of ours, PT-TLS and PB-TNC together, without a network
 * and without a clock. testing/replay/README says how a scenario is written.
 * usage: replay [FILE ...]      (default: every .txt beside this file) */
#include "proto/pb_session.h"
#include "proto/pt_session.h"

#include <ctype.h>
#include <err.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct side {
	const char *name;
	struct pt_config pt_cfg;
	struct pb_config pb_cfg;
	struct pt_session pt;
	struct pb_session pb;
	struct wr out;   /* octets on their way to the other side */
	struct wr batch; /* the batch being walked */
	char user[64], password[64];
	unsigned attempts;
};

static struct limits limits = LIMITS_DEFAULT;
static struct side sides[2]; /* client, server */
static const char *file;
static unsigned line_no, scenarios;

static __attribute__((noreturn, format(printf, 1, 2))) void fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", file, line_no);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* The next word of the line; ends the program when there is none. */
static char *word(char **p)
{
	char *w;

	while (isspace((unsigned char)**p))
		(*p)++;
	if (!**p)
		fail("line is too short");
	w = *p;
	while (**p && !isspace((unsigned char)**p))
		(*p)++;
	if (**p)
		*(*p)++ = '\0';
	return w;
}

/* What is left of the line. */
static char *rest(char **p)
{
	char *r = *p;

	while (isspace((unsigned char)*r))
		r++;
	*p += strlen(*p);
	return r;
}

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* --- the two sides --------------------------------------------------------------------------- */

static int verify(void *ctx, struct span user, struct span password)
{
	struct side *s = ctx;

	return span_eq(user, span_str(s->user)) && span_eq(password, span_str(s->password))
		       ? 0
		       : ST_EAUTH;
}

static int credentials(void *ctx, unsigned attempt, struct span *user, struct span *password)
{
	struct side *s = ctx;

	*user = span_str(s->user);
	*password = span_str(s->password);
	return attempt < s->attempts ? 0 : ST_ENOENT;
}

static void side_reset(struct side *s, bool server)
{
	if (s->pt.cfg) {
		pt_session_reset(&s->pt);
		pb_session_reset(&s->pb);
		wr_reset(&s->out);
		wr_reset(&s->batch);
	}
	memset(s, 0, sizeof(*s));
	s->name = server ? "server" : "client";
	s->attempts = 1;
	strcpy(s->user, "alice");
	strcpy(s->password, "secret");
	s->pt_cfg = (struct pt_config){
		.initiator = !server,
		.server = server,
		.limits = &limits,
		.auth = PT_AUTH_ONE,
		.sasl = { .ctx = s, .verify = verify, .credentials = credentials },
	};
	s->pb_cfg =
		(struct pb_config){ .server = server, .full_duplex = true, .limits = &limits };
	pt_session_init(&s->pt, &s->pt_cfg);
	pb_session_init(&s->pb, &s->pb_cfg);
}

static struct side *side_of(const char *name)
{
	if (!is(name, "client") && !is(name, "server"))
		fail("\"%s\" is neither client nor server", name);
	return &sides[is(name, "server")];
}

static struct side *other(struct side *s)
{
	return &sides[s == &sides[0]];
}

static const char *const event_names[] = { "accepted", "ignored", "closed", "refused" };

/* Gives octets to one side. Returns the event of the last batch in them, or -1. */
static int hear(struct side *s, struct span in)
{
	struct wr reply = { 0 };
	int ev, got = -1;

	while ((ev = pt_session_input(&s->pt, &in, &s->out)) != PT_NEED_MORE) {
		if (ev < 0)
			fail("%s: %s", s->name, st_strerror(ev));
		if (ev != PT_BATCH)
			continue;
		wr_truncate(&s->batch, 0);
		wr_bytes(&s->batch, s->pt.batch);
		if ((got = pb_session_receive(&s->pb, wr_span(&s->batch), &reply)) < 0)
			fail("%s: %s", s->name, st_strerror(got));
		if (reply.len)
			(void)pt_session_send_batch(&s->pt, wr_span(&reply), &s->out);
		wr_reset(&reply);
	}
	return got;
}

/* Carries the oldest message that is on its way to s. */
static int deliver(struct side *s, char type[16])
{
	struct side *from = other(s);
	struct rd r = rd_over(wr_span(&from->out)), body;
	struct wr copy = { 0 };
	struct pb_batch b;
	struct pt_hdr h;
	int ev;

	if (pt_hdr_decode(&r, &h) < 0)
		fail("nothing is on its way to the %s", s->name);
	wr_bytes(&copy, span_of(from->out.p, h.length));
	wr_consume(&from->out, h.length);
	body = rd_over(span_of(copy.p + PT_HDR, copy.len - PT_HDR));
	(void)pb_batch_decode(&body, &b);
	(void)snprintf(type, 16, "%s", pb_type_name(b.type));
	ev = hear(s, wr_span(&copy));
	wr_reset(&copy);
	return ev;
}

static void send_batch(struct side *s, const char *type)
{
	struct wr batch = { 0 };
	int t = 1, err;

	while (t < PB_N_TYPES && !is(pb_type_name((unsigned)t), type))
		t++;
	if (t == PB_N_TYPES)
		fail("\"%s\" is no batch type", type);
	if ((err = pb_session_send(&s->pb, (enum pb_type)t, &batch)) != t)
		fail("%s cannot send %s: %s", s->name, type,
		     err < 0 ? st_strerror(err) : pb_type_name((unsigned)err));
	if ((err = pt_session_send_batch(&s->pt, wr_span(&batch), &s->out)) < 0)
		fail("%s cannot send %s: %s", s->name, type, st_strerror(err));
	wr_reset(&batch);
}

static void check_state(struct side *s, const char *want)
{
	if (!is(pb_state_name(s->pb.state), want))
		fail("%s is in state %s, not %s", s->name, pb_state_name(s->pb.state), want);
}

static void check_event(struct side *s, int ev, const char *want)
{
	if (ev < 0 || !is(event_names[ev], want))
		fail("%s: %s, not %s", s->name, ev < 0 ? "no batch" : event_names[ev], want);
}

static char *state_word(char **p)
{
	if (!is(word(p), "state"))
		fail("\"state\" expected");
	return word(p);
}

/* --- messages as text -------------------------------------------------------------------------- */

static struct pb_msg parse_msg(char *p)
{
	struct pb_msg m = { 0 };
	char *kind = word(&p);

	if (is(kind, "language")) {
		m.type = PB_MSG_LANGUAGE;
		m.language = span_str(rest(&p));
	} else if (is(kind, "reason")) {
		m.type = PB_MSG_REASON;
		m.reason.lang = span_str(word(&p));
		m.reason.text = span_str(rest(&p));
	} else if (is(kind, "uri")) {
		m.type = PB_MSG_REMEDIATION;
		m.remediation.type = PB_REMEDIATION_URI;
		m.remediation.text = span_str(rest(&p));
	} else if (is(kind, "remedy")) {
		m.type = PB_MSG_REMEDIATION;
		m.remediation.type = PB_REMEDIATION_STRING;
		m.remediation.lang = span_str(word(&p));
		m.remediation.text = span_str(rest(&p));
	} else if (is(kind, "assessment")) {
		m.type = PB_MSG_ASSESSMENT_RESULT;
		m.assessment = (uint32_t)atoi(word(&p));
	} else if (is(kind, "access")) {
		m.type = PB_MSG_ACCESS_RECOMMENDATION;
		m.access = (uint16_t)atoi(word(&p));
	} else if (is(kind, "pa")) {
		m.type = PB_MSG_PA;
		m.pa = (struct pb_pa){ .collector = 1, .validator = PB_MODULE_ANY };
		m.pa.subtype = (uint32_t)atoi(word(&p));
		m.pa.body = span_str(rest(&p));
	} else if (is(kind, "error")) {
		m.type = PB_MSG_ERROR;
		m.error.code = (uint16_t)atoi(word(&p));
		m.error.offset = (uint32_t)atoi(word(&p));
	} else {
		fail("\"%s\" is no kind of message", kind);
	}
	return m;
}

static void do_puts(struct side *s, char *p)
{
	struct pb_msg m = parse_msg(p);
	int err = pb_session_put(&s->pb, &m);

	if (err < 0)
		fail("%s cannot put this: %s", s->name, st_strerror(err));
}

/* Two messages are the same when their octets are. */
static void do_got(struct side *s, char *p)
{
	struct wr want = { 0 }, have = { 0 };
	struct pb_msg m;
	int more = pb_session_next(&s->pb, &m);
	bool same;

	if (is(p, "nothing")) {
		if (more)
			fail("%s got %s", s->name, pb_msg_name(m.vendor, m.type));
		return;
	}
	if (!more)
		fail("%s got nothing", s->name);
	(void)pb_msg_encode(&have, &m);
	m = parse_msg(p);
	(void)pb_msg_encode(&want, &m);
	same = span_eq(wr_span(&want), wr_span(&have));
	wr_reset(&want);
	wr_reset(&have);
	if (!same)
		fail("%s got something else", s->name);
}

static void parse_hex(const char *p, struct wr *out)
{
	unsigned octet;
	int n;

	for (; sscanf(p, "%2x%n", &octet, &n) == 1; p += n)
		wr_u8(out, (uint8_t)octet);
}

/* --- lines -------------------------------------------------------------------------------------- */

static void do_set(char *p)
{
	struct side *s = side_of(word(&p));
	char *key = word(&p), *value = rest(&p);

	if (is(key, "dials")) {
		s->pt_cfg.initiator = true;
		other(s)->pt_cfg.initiator = false;
	} else if (is(key, "mechs")) {
		s->pt_cfg.mechs = (strstr(value, "PLAIN") ? SASL_BIT(SASL_PLAIN) : 0) |
				  (strstr(value, "EXTERNAL") ? SASL_BIT(SASL_EXTERNAL) : 0);
	} else if (is(key, "auth")) {
		s->pt_cfg.auth = is(value, "all")   ? PT_AUTH_ALL
				 : is(value, "one") ? PT_AUTH_ONE
						    : PT_AUTH_OPTIONAL;
	} else if (is(key, "tls-identity")) {
		s->pt_cfg.sasl.external = true;
	} else if (is(key, "password")) {
		(void)snprintf(s->password, sizeof(s->password), "%s", value);
	} else if (is(key, "attempts")) {
		s->attempts = (unsigned)atoi(value);
	} else if (is(key, "narrow-result")) {
		s->pt_cfg.sasl_result_8bit = true;
	} else if (is(key, "half-duplex")) {
		s->pb_cfg.full_duplex = false;
	} else if (is(key, "lax-retry")) {
		s->pb_cfg.lax_retry = true;
	} else {
		fail("\"%s\" is no setting", key);
	}
}

static void pump(void)
{
	while (sides[0].out.len || sides[1].out.len) {
		struct side *from = sides[0].out.len ? &sides[0] : &sides[1];
		struct wr copy = { 0 };

		wr_bytes(&copy, wr_span(&from->out));
		wr_truncate(&from->out, 0);
		(void)hear(other(from), wr_span(&copy));
		wr_reset(&copy);
	}
}

static void check_pt(struct side *s, const char *want)
{
	if (!is(pt_state_name(s->pt.state), want))
		fail("%s: PT-TLS is in state %s, not %s", s->name, pt_state_name(s->pt.state),
		     want);
}

static void do_connect(char *p)
{
	char *want = word(&p);

	for (int i = 0; i < 2; i++)
		if (pt_session_start(&sides[i].pt, &sides[i].out) < 0)
			fail("cannot start");
	if (is(want, "later"))
		return;
	pump();
	check_pt(&sides[0], want);
	check_pt(&sides[1], want);
}

/* "->" and "<-": sent and delivered, and both sides agree on the state. */
static void do_exchange(struct side *from, char *p)
{
	char *type = word(&p), *want = state_word(&p), got[16];
	int ev;

	send_batch(from, type);
	ev = deliver(other(from), got);
	check_event(other(from), ev, is(type, "CLOSE") ? "closed" : "accepted");
	check_state(from, want);
	check_state(other(from), want);
}

static void do_receive(struct side *s, char *p)
{
	char *type = word(&p), *event = word(&p), *want = state_word(&p), got[16];
	int ev = deliver(s, got);

	if (!is(got, type))
		fail("%s was on its way, not %s", got, type);
	check_event(s, ev, event);
	check_state(s, want);
}

/* Octets that our other side would never say: a batch, or anything inside TLS. */
static void do_hears(struct side *s, char *p)
{
	char *event = word(&p), *want = state_word(&p);
	struct pt_msg m = { .type = PT_PB_BATCH };
	struct wr batch = { 0 }, whole = { 0 };
	int ev;

	parse_hex(p, &batch);
	m.value = wr_span(&batch);
	(void)pt_msg_encode(&whole, &m);
	ev = hear(s, wr_span(&whole));
	wr_reset(&batch);
	wr_reset(&whole);
	check_event(s, ev, event);
	check_state(s, want);
}

static void do_octets(struct side *s, char *p)
{
	struct wr octets = { 0 };

	parse_hex(p, &octets);
	(void)hear(s, wr_span(&octets));
	wr_reset(&octets);
}

static void do_error(struct side *s, char *p)
{
	char *layer = word(&p);
	unsigned want = (unsigned)atoi(word(&p));
	unsigned have = is(layer, "pt") ? s->pt.failure.code : s->pb.fatal.code;

	if (!is(layer, "pt") && !s->pb.fatal.fatal)
		fail("%s has no fatal error", s->name);
	if (have != want)
		fail("%s has error %u, not %u", s->name, have, want);
}

static void check_text(struct side *s, struct span have, const char *want)
{
	if (!span_eq(have, span_str(is(want, "none") ? "" : want)))
		fail("%s has \"%.*s\", not \"%s\"", s->name, (int)have.n, (const char *)have.p,
		     want);
}

static void do_cannot(struct side *s, char *p)
{
	char *type = word(&p);

	for (unsigned t = 1; t < PB_N_TYPES; t++)
		if (is(pb_type_name(t), type) && pb_session_may_send(&s->pb, (enum pb_type)t))
			fail("%s can send %s", s->name, type);
}

static void do_side(struct side *s, char *p)
{
	char *verb = word(&p);

	if (is(verb, "->"))
		do_exchange(s, p);
	else if (is(verb, "<-"))
		do_exchange(other(s), p);
	else if (is(verb, "=>")) {
		send_batch(s, word(&p));
		check_state(s, state_word(&p));
	} else if (is(verb, "<="))
		do_receive(s, p);
	else if (is(verb, "puts"))
		do_puts(s, p);
	else if (is(verb, "got"))
		do_got(s, rest(&p));
	else if (is(verb, "hears"))
		do_hears(s, p);
	else if (is(verb, "octets"))
		do_octets(s, p);
	else if (is(verb, "error"))
		do_error(s, p);
	else if (is(verb, "pt"))
		check_pt(s, word(&p));
	else if (is(verb, "cannot"))
		do_cannot(s, p);
	else if (is(verb, "user"))
		check_text(s, pt_session_user(&s->pt), rest(&p));
	else if (is(verb, "language"))
		check_text(s, pb_session_language(&s->pb), rest(&p));
	else
		fail("\"%s\" is no verb", verb);
}

static void do_line(char *p)
{
	char *first;

	p[strcspn(p, "\n")] = '\0';
	if (!*p || *p == '#')
		return;
	first = word(&p);
	if (is(first, "scenario")) {
		scenarios++;
		side_reset(&sides[0], false);
		side_reset(&sides[1], true);
	} else if (is(first, "set")) {
		do_set(p);
	} else if (is(first, "connect")) {
		do_connect(p);
	} else if (is(first, "pump")) {
		pump();
	} else {
		do_side(side_of(first), p);
	}
}

static void run_file(const char *path)
{
	size_t cap = 0;
	char *line = NULL;
	FILE *f = fopen(path, "r");

	if (!f)
		err(2, "%s", path);
	file = path;
	line_no = 0;
	while (getline(&line, &cap, f) >= 0) {
		line_no++;
		do_line(line);
	}
	free(line);
	(void)fclose(f);
}

int main(int argc, char **argv)
{
	glob_t all = { 0 };

	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	if (argc < 2) {
		if (glob(TESTING_DIR "/replay/*.txt", 0, NULL, &all) != 0)
			errx(2, "no scenarios in %s/replay", TESTING_DIR);
		for (size_t i = 0; i < all.gl_pathc; i++)
			run_file(all.gl_pathv[i]);
		globfree(&all);
	}
	side_reset(&sides[0], false);
	side_reset(&sides[1], true);
	printf("%u scenarios\n", scenarios);
	return scenarios ? 0 : 1;
}
