/* SPDX-License-Identifier: BSD-2-Clause */
#include "proto/pb_session.h"

#define RX 0x80 /* may arrive, because two retries can cross, but may not be sent */

/* RFC 5793, 3.2. Where we are by what was sent, whoever sent it: both ends walk the same
 * table. 0 is a protocol error. */
/* clang-format off */
static const uint8_t pb_next[PB_N_STATES][PB_N_TYPES] = {
	/*               -  CDATA      SDATA      RESULT      CRETRY          SRETRY          CLOSE */
	[PB_INIT]    = { 0, PB_SERVER, PB_CLIENT, 0,          0,              0,              PB_END },
	[PB_SERVER]  = { 0, 0,         PB_CLIENT, PB_DECIDED, RX | PB_SERVER, RX | PB_SERVER, PB_END },
	[PB_CLIENT]  = { 0, PB_SERVER, 0,         0,          RX | PB_CLIENT, 0,              PB_END },
	[PB_DECIDED] = { 0, 0,         0,         0,          PB_SERVER,      PB_SERVER,      PB_END },
};

/* What changes in it for peers that retry while a handshake is going on (lax_retry). */
static const uint8_t pb_next_lax[PB_N_STATES][PB_N_TYPES] = {
	[PB_SERVER]  = { [PB_SRETRY] = RX | PB_CLIENT },
	[PB_CLIENT]  = { [PB_CRETRY] = RX | PB_SERVER, [PB_SRETRY] = RX | PB_CLIENT },
};

/* Who says it; CLOSE is everybody's. */
enum { PB_BY_CLIENT = 1, PB_BY_SERVER = 2 };
static const uint8_t pb_by[PB_N_TYPES] = {
	[PB_CDATA]  = PB_BY_CLIENT, [PB_SDATA]  = PB_BY_SERVER, [PB_RESULT] = PB_BY_SERVER,
	[PB_CRETRY] = PB_BY_CLIENT, [PB_SRETRY] = PB_BY_SERVER,
	[PB_CLOSE]  = PB_BY_CLIENT | PB_BY_SERVER,
};
/* clang-format on */

static uint8_t pb_cell(const struct pb_session *s, unsigned type, bool sending)
{
	bool by_server = s->cfg->server == sending;
	uint8_t cell = pb_next[s->state][type];

	if (!(pb_by[type] & (by_server ? PB_BY_SERVER : PB_BY_CLIENT)))
		return 0;
	/* half duplex: after the result it is not the server's turn */
	if (type == PB_SRETRY && s->state == PB_DECIDED && !s->cfg->full_duplex)
		return 0;
	if (sending)
		return cell & RX ? 0 : cell;
	if (s->cfg->lax_retry && pb_next_lax[s->state][type])
		cell = pb_next_lax[s->state][type];
	return cell;
}

void pb_session_init(struct pb_session *s, const struct pb_config *cfg)
{
	memset(s, 0, sizeof(*s));
	s->cfg = cfg;
}

void pb_session_reset(struct pb_session *s)
{
	wr_reset(&s->queue);
	wr_reset(&s->language);
	pb_session_init(s, s->cfg);
}

void pb_session_lost(struct pb_session *s)
{
	s->state = PB_END;
}

struct span pb_session_language(const struct pb_session *s)
{
	return wr_span(&s->language);
}

/* --- the end with an error ------------------------------------------------------------------ */

int pb_session_fail(struct pb_session *s, const struct pb_error *e, struct wr *out)
{
	struct pb_msg m = { .type = PB_MSG_ERROR, .error = *e };
	size_t start;

	if (s->state == PB_END)
		return ST_ESTATE;
	m.error.fatal = true;
	s->state = PB_END;
	s->fatal = m.error;
	s->fatal.params = (struct span){ 0 }; /* borrowed: not ours to keep */
	wr_reset(&s->queue);
	start = pb_batch_begin(out, PB_CLOSE, s->cfg->server);
	(void)pb_msg_encode(out, &m);
	return pb_batch_end(out, start);
}

/* Refuses what arrived: err at that offset, as the PB-Error that RFC 5793 wants for it. */
static int pb_refuse(struct pb_session *s, int err, size_t at, uint8_t version, struct wr *out)
{
	struct pb_error e = { .code = PB_E_INVALID_PARAMETER, .offset = (uint32_t)at };

	s->err = err;
	s->err_at = at;
	switch (err) {
	case ST_EVERSION:
		e.code = PB_E_VERSION;
		e.bad = version;
		e.max = e.min = PB_VERSION;
		break;
	case ST_ESTATE:
		e.code = PB_E_UNEXPECTED_BATCH;
		break;
	case ST_EUNSUPPORTED:
		e.code = PB_E_UNSUPPORTED;
		break;
	case ST_ELIMIT:
	case ST_ENOMEM:
		e.code = PB_E_LOCAL;
		break;
	default:
		break;
	}
	err = pb_session_fail(s, &e, out);
	return err < 0 ? err : PB_REFUSED;
}

/* --- receiving ------------------------------------------------------------------------------ */

/* Whether a message means something to us in the batch it came in. The NOSKIP rule has been
 * checked before. */
static bool pb_concerns(const struct pb_session *s, const struct pb_msg *m)
{
	if (!m->rule || !(m->rule->batches & PB_IN(s->received)))
		return false;
	return !(s->cfg->server && m->vendor == PEN_TCG && m->type == PB_MSG_REFERRAL);
}

/* First pass: only headers, so that a message we must understand and do not is found before
 * anything else is. */
static int pb_scan_headers(const struct pb_session *s, struct rd *r)
{
	uint32_t n = 0;
	struct pb_msg m;
	struct rd value;

	while (rd_left(r) && pb_msg_frame(r, &m, &value) == 0) {
		if (++n > s->cfg->limits->messages)
			rd_fail(r, m.at, ST_ELIMIT);
		if (!m.rule && m.noskip)
			rd_fail(r, m.at, ST_EUNSUPPORTED);
		if (m.rule && m.rule->client_never && s->cfg->server)
			rd_fail(r, m.at + 4, ST_EVALUE);
		if (r->err)
			break;
	}
	return r->err;
}

/* Second pass: content, and what must not be there twice or not at all. */
static int pb_scan_content(const struct pb_session *s, struct rd *r)
{
	bool assessed = false, advised = false, *seen;
	struct pb_msg m;
	struct rd value;

	while (rd_left(r) && pb_msg_frame(r, &m, &value) == 0) {
		if (!pb_concerns(s, &m))
			continue;
		seen = m.type == PB_MSG_ASSESSMENT_RESULT ? &assessed : &advised;
		if (m.rule->once && *seen)
			rd_fail(r, m.at, ST_EVALUE);
		if (m.rule->once)
			*seen = true;
		if (pb_msg_content(&value, &m) < 0)
			rd_fail(r, value.err_at, value.err);
		if (r->err)
			break;
	}
	if (s->received == PB_RESULT && !assessed)
		rd_fail(r, 0, ST_EVALUE); /* RFC 5793, 4.1: RESULT must have one */
	return r->err;
}

/* The batch is good: what the session itself needs to know from it. */
static int pb_note(struct pb_session *s, struct rd r)
{
	bool ended = s->received == PB_CLOSE;
	struct pb_msg m;

	s->walk = r;
	while (pb_session_next(s, &m)) {
		if (m.vendor == PEN_IETF && m.type == PB_MSG_LANGUAGE) {
			wr_truncate(&s->language, 0);
			if (m.language.n <= PB_LANGUAGE_MAX)
				wr_bytes(&s->language, m.language);
		}
		if (m.vendor == PEN_IETF && m.type == PB_MSG_ERROR && m.error.fatal) {
			s->fatal = m.error;
			s->fatal.params = (struct span){ 0 };
			ended = true; /* a fatal error needs no CLOSE around it to be fatal */
		}
	}
	s->walk = r;
	if (ended)
		s->state = PB_END;
	if (s->language.err)
		return s->language.err;
	return ended ? PB_CLOSED : PB_ACCEPTED;
}

/* The header, in the order of RFC 5793, 4.1: version, direction, type, length, state. */
static int pb_check_batch(const struct pb_session *s, struct rd *r, struct pb_batch *b)
{
	struct rd whole = *r;

	if (rd_left(r) > s->cfg->limits->batch) {
		rd_fail(r, 4, ST_ELIMIT);
		return r->err;
	}
	(void)pb_batch_decode(&whole, b);
	if (whole.err == ST_ESHORT || whole.err == ST_EVERSION)
		rd_fail(r, whole.err_at, whole.err);
	if (b->from_server == s->cfg->server)
		rd_fail(r, 1, ST_EVALUE);
	if (whole.err)
		rd_fail(r, whole.err_at, whole.err);
	if (!r->err && !pb_cell(s, b->type, false))
		rd_fail(r, 3, ST_ESTATE);
	return r->err;
}

int pb_session_receive(struct pb_session *s, struct span batch, struct wr *out)
{
	struct rd r = rd_over(batch), walk;
	struct pb_batch b = { 0 };
	uint8_t cell;

	s->walk = (struct rd){ 0 };
	if (s->state == PB_END)
		return PB_IGNORED; /* it was on its way when we said CLOSE */
	if (pb_check_batch(s, &r, &b) < 0)
		return pb_refuse(s, r.err, r.err_at, b.version, out);
	s->received = b.type;
	cell = pb_cell(s, b.type, false);
	if ((cell & ~RX) == s->state)
		return PB_IGNORED;
	walk = b.body;
	if (pb_scan_headers(s, &walk) < 0)
		return pb_refuse(s, walk.err, walk.err_at, b.version, out);
	walk = b.body;
	if (pb_scan_content(s, &walk) < 0)
		return pb_refuse(s, walk.err, walk.err_at, b.version, out);
	s->rounds = s->state == PB_INIT || s->state == PB_DECIDED ? 1 : s->rounds + 1;
	if (s->rounds > s->cfg->limits->rounds)
		return pb_refuse(s, ST_ELIMIT, 0, b.version, out);
	s->state = cell & ~RX;
	return pb_note(s, b.body);
}

int pb_session_next(struct pb_session *s, struct pb_msg *m)
{
	struct rd value;

	while (rd_left(&s->walk) && pb_msg_frame(&s->walk, m, &value) == 0)
		if (pb_concerns(s, m) && pb_msg_content(&value, m) == 0)
			return 1;
	return 0;
}

/* --- sending -------------------------------------------------------------------------------- */

/* The message at offset at of the queue: its octets, and m without its value. */
static struct span pb_queued(const struct pb_session *s, size_t at, struct pb_msg *m)
{
	struct rd r = rd_over(span_of(s->queue.p + at, s->queue.len - at)), value;

	(void)pb_msg_frame(&r, m, &value); /* we have encoded it ourselves */
	return span_of(s->queue.p + at, rd_pos(&r));
}

static bool pb_has_queued(const struct pb_session *s, uint32_t vendor, uint32_t type)
{
	struct pb_msg m;

	for (size_t at = 0; at < s->queue.len;) {
		at += pb_queued(s, at, &m).n;
		if (m.vendor == vendor && m.type == type)
			return true;
	}
	return false;
}

void pb_session_drop(struct pb_session *s)
{
	wr_reset(&s->queue);
}

size_t pb_session_pending(const struct pb_session *s)
{
	return s->queue.len;
}

size_t pb_session_max_pa(const struct pb_session *s)
{
	size_t most = s->cfg->limits->batch_out;

	return most > PB_BATCH_HDR + PB_PA_HDR ? most - PB_BATCH_HDR - PB_PA_HDR : 0;
}

int pb_session_put(struct pb_session *s, const struct pb_msg *m)
{
	const struct pb_rule *rule = pb_rule_of(m->vendor, m->type);
	size_t before = s->queue.len;
	struct pb_msg check;
	struct rd r;
	int err;

	if (s->state == PB_END)
		return ST_ESTATE;
	if (rule && rule->client_never && !s->cfg->server)
		return ST_EVALUE;
	if (m->vendor == PEN_IETF && m->type == PB_MSG_ERROR && m->error.fatal)
		return ST_EVALUE;
	if (rule && rule->once && pb_has_queued(s, m->vendor, m->type))
		return ST_EEXIST;
	if ((err = pb_msg_encode(&s->queue, m)) == 0) {
		r = rd_over(wr_span_from(&s->queue, before));
		if (rd_left(&r) + PB_BATCH_HDR > s->cfg->limits->batch_out)
			err = ST_ELIMIT;
		else
			err = pb_msg_decode(&r, &check); /* the peer will check it as we do */
	}
	if (err < 0)
		wr_truncate(&s->queue, before);
	return err;
}

/* Whether the message may go into a batch of this type. */
static bool pb_fits_type(const struct pb_msg *m, enum pb_type type)
{
	return !m->rule || (m->rule->batches & PB_IN(type));
}

static bool pb_fits_one_batch(const struct pb_session *s)
{
	return s->queue.len + PB_BATCH_HDR <= s->cfg->limits->batch_out;
}

/* Moves messages from the queue into the batch that starts at start, as far as they fit and
 * without one overtaking another. */
static void pb_fill(struct pb_session *s, enum pb_type type, size_t start, struct wr *out)
{
	size_t at = 0, kept = 0, most = s->cfg->limits->batch_out;
	bool full = false;

	while (at < s->queue.len) {
		struct pb_msg m;
		struct span one = pb_queued(s, at, &m);

		at += one.n;
		full |= out->len - start + one.n > most;
		if (full || !pb_fits_type(&m, type)) {
			memmove(s->queue.p + kept, one.p, one.n);
			kept += one.n;
		} else {
			wr_bytes(out, one);
		}
	}
	wr_truncate(&s->queue, kept);
	if (!kept)
		wr_reset(&s->queue);
}

bool pb_session_may_send(const struct pb_session *s, enum pb_type type)
{
	return pb_cell(s, type, true) != 0;
}

int pb_session_send(struct pb_session *s, enum pb_type type, struct wr *out)
{
	size_t start = out->len;
	int err;

	if (!pb_session_may_send(s, type))
		return ST_ESTATE;
	if (type == PB_RESULT && !pb_has_queued(s, PEN_IETF, PB_MSG_ASSESSMENT_RESULT))
		return ST_ENOENT;
	if (type == PB_RESULT && !pb_fits_one_batch(s))
		type = PB_SDATA;
	if (type == PB_CLOSE)
		wr_reset(&s->queue);
	(void)pb_batch_begin(out, type, s->cfg->server);
	pb_fill(s, type, start, out);
	if ((err = pb_batch_end(out, start)) < 0) {
		s->state = PB_END; /* what was queued is lost */
		return err;
	}
	s->state = pb_cell(s, type, true);
	if (type == PB_CRETRY || type == PB_SRETRY)
		s->rounds = 0; /* another assessment begins */
	return type;
}

const char *pb_state_name(enum pb_state state)
{
	static const char *const names[PB_N_STATES] = {
		[PB_INIT] = "INIT",       [PB_SERVER] = "SERVER", [PB_CLIENT] = "CLIENT",
		[PB_DECIDED] = "DECIDED", [PB_END] = "END",
	};

	return names[state];
}
