/* SPDX-License-Identifier: BSD-2-Clause */
#include "subscription.h"

#include <stdlib.h>

bool subscriptions_has(const struct subscriptions *s, uint32_t validator, uint32_t id)
{
	for (const struct subscription *p = s->head; p; p = p->next)
		if (p->validator == validator && p->id == id)
			return true;
	return false;
}

/* What SWIMA_CLEAR would return to the pool. */
static void subscriptions_sum(const struct subscriptions *s, uint32_t validator, size_t *count,
			      size_t *octets)
{
	*count = *octets = 0;
	for (const struct subscription *p = s->head; p; p = p->next)
		if (p->validator == validator) {
			(*count)++;
			*octets += p->n;
		}
}

int subscriptions_prepare(const struct subscriptions *s, uint32_t validator,
			  const struct swima_request *q, struct subscription **made)
{
	const struct subscription_pool *pool = s->pool;
	size_t count = 0, octets = 0;
	struct subscription *p;

	*made = NULL;
	if (!(q->flags & SWIMA_SUBSCRIBE))
		return 0;
	if (q->flags & SWIMA_CLEAR)
		subscriptions_sum(s, validator, &count, &octets);
	if (pool->count - count >= pool->max_count || q->raw.n > pool->max_octets ||
	    pool->octets - octets > pool->max_octets - q->raw.n)
		return ST_EDENIED;
	if (!(p = calloc(1, sizeof(*p) + q->raw.n)))
		return ST_ENOMEM;
	p->validator = validator;
	p->id = q->request_id;
	p->n = q->raw.n;
	memcpy(p->raw, q->raw.p, q->raw.n);
	*made = p;
	return 0;
}

void subscriptions_drop(struct subscriptions *s, struct subscription **at)
{
	struct subscription *p = *at;

	*at = p->next;
	s->pool->count--;
	s->pool->octets -= p->n;
	free(p);
}

void subscriptions_commit(struct subscriptions *s, uint32_t validator,
			  const struct swima_request *q, struct subscription *made)
{
	struct subscription **at = &s->head;

	while (*at) {
		if ((q->flags & SWIMA_CLEAR) && (*at)->validator == validator)
			subscriptions_drop(s, at);
		else
			at = &(*at)->next;
	}
	if (!made)
		return;
	*at = made; /* at the end: Subscription Status lists the oldest first */
	s->pool->count++;
	s->pool->octets += made->n;
}

void subscription_request(const struct subscription *p, struct swima_request *q)
{
	struct rd r = rd_over(span_of(p->raw, p->n));

	(void)swima_request_decode(&r, q);
}

void subscriptions_settle(struct subscriptions *s)
{
	for (struct subscription *p = s->head; p; p = p->next)
		p->confirmed = p->position;
}

void subscriptions_revert(struct subscriptions *s)
{
	for (struct subscription *p = s->head; p; p = p->next)
		p->position = p->confirmed;
}

int subscriptions_encode(const struct subscriptions *s, uint32_t validator, struct wr *w)
{
	size_t n, octets, i = 0;
	struct span *raw;

	subscriptions_sum(s, validator, &n, &octets);
	if (!(raw = calloc(n + 1, sizeof(*raw))))
		return ST_ENOMEM;
	for (const struct subscription *p = s->head; p; p = p->next)
		if (p->validator == validator)
			raw[i++] = span_of(p->raw, p->n);
	(void)swima_subscriptions_encode(w, raw, n);
	free(raw);
	return w->err;
}

void subscriptions_reset(struct subscriptions *s)
{
	while (s->head)
		subscriptions_drop(s, &s->head);
}
