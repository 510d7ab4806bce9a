/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pa_msg.h"

int pa_msg_decode(struct rd *r, struct pa_msg *m)
{
	size_t at = rd_pos(r);

	m->version = rd_u8(r);
	rd_u24(r);
	m->id = rd_u32(r);
	if (m->version != PA_VERSION)
		rd_fail(r, at, ST_EVERSION);
	return r->err;
}

int pa_msg_encode(struct wr *w, uint32_t id)
{
	wr_u8(w, PA_VERSION);
	wr_u24(w, 0);
	wr_u32(w, id);
	return w->err;
}

bool pa_rules_accept(const struct pa_rules *rules, const struct pa_attr *a)
{
	const struct pa_type *t = pa_type_find(a->vendor, a->type);
	enum pa_dir towards_us = rules->validator ? PA_TO_VALIDATOR : PA_TO_COLLECTOR;

	if (t && !(t->dir & towards_us))
		return false;
	return rules->supported ? rules->supported(rules->ctx, a->vendor, a->type) : t != NULL;
}

/* Who must be understood and is not, makes the whole message void. */
static int check_skip(const struct pa_attr *a, const struct pa_rules *rules,
		      const uint8_t *head, struct pa_error *answer)
{
	if (!(a->flags & PA_FLAG_NOSKIP) || pa_rules_accept(rules, a))
		return 0;
	*answer = pa_error_unsupported(head, a);
	return ST_EUNSUPPORTED;
}

static int check_content(const struct pa_attr *a, const struct pa_rules *rules,
			 const uint8_t *head, struct pa_error *answer)
{
	size_t at = 0;
	int err;

	/* an error is never answered with an error */
	if (pa_attr_is(a, PEN_IETF, PA_ERROR) || !pa_rules_accept(rules, a))
		return 0;
	if ((err = pa_attr_check(a, &at)) < 0)
		*answer = pa_error_invalid(head, at);
	return err;
}

int pa_msg_check_attr(const struct pa_attr *a, const struct pa_rules *rules,
		      const uint8_t head[PA_ERROR_HEAD], struct pa_error *answer)
{
	int err;

	*answer = (struct pa_error){ 0 };
	if ((err = check_skip(a, rules, head, answer)) < 0)
		return err;
	return check_content(a, rules, head, answer);
}

/* r stands at the first attribute. */
static int check_attrs(struct rd r, const struct pa_rules *rules, const uint8_t *head,
		       struct pa_error *answer)
{
	struct rd again = r;
	struct pa_attr a = { 0 };
	int more, err;

	while ((more = pa_attr_next(&r, &a)) > 0)
		if ((err = check_skip(&a, rules, head, answer)) < 0)
			return err;
	if (more < 0) {
		if (!pa_attr_is(&a, PEN_IETF, PA_ERROR))
			*answer = pa_error_invalid(head, r.err_at);
		return more;
	}
	while (pa_attr_next(&again, &a) > 0)
		if ((err = check_content(&a, rules, head, answer)) < 0)
			return err;
	return 0;
}

int pa_msg_check(struct span msg, const struct pa_rules *rules, struct pa_error *answer)
{
	struct rd r = rd_over(msg);
	struct pa_msg m;
	int err;

	*answer = (struct pa_error){ 0 };
	if ((err = pa_msg_decode(&r, &m)) == ST_EVERSION)
		*answer = pa_error_version(msg.p);
	return err ? err : check_attrs(r, rules, msg.p, answer);
}
