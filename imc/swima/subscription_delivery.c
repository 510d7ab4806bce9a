/* SPDX-License-Identifier: BSD-2-Clause */
#include "subscription_delivery.h"

#include "response.h"

#include "base/err.h"

/* Octets per batch; the rest is sent in the next one, so that other modules can send, too. */
#define DELIVERY_BUDGET (256 * 1024)

/* EID of the last event sent to the subscriber, in the present epoch; 0: none. */
static uint32_t position_eid(const struct subscription_position *position,
			     const struct collection *c)
{
	uint64_t base = collection_sequence(c) - collection_last_eid(c);

	return position->sent > base ? (uint32_t)(position->sent - base) : 0;
}

static void position_set(struct subscription_position *position, const struct collection *c,
			 uint32_t eid)
{
	position->sent = collection_sequence(c) - collection_last_eid(c) + eid;
	position->epoch = collection_epoch(c);
}

static bool position_is_current(const struct subscription_position *position,
				const struct collection *c)
{
	return position->sent == collection_sequence(c) &&
	       position->epoch == collection_epoch(c);
}

void delivery_begin(struct subscription *p, const struct collection *c,
		    const struct swima_request *q, uint32_t consulted)
{
	uint32_t last = collection_last_eid(c);

	position_set(&p->position, c, q->earliest_eid ? consulted : last);
	/* before an inventory nothing was sent */
	p->confirmed = (struct subscription_position){ 0 };
	if (q->earliest_eid)
		position_set(&p->confirmed, c,
			     q->earliest_eid - 1 < last ? q->earliest_eid - 1 : last);
}

/* --- pending deliveries --- */

/* A new epoch concerns every subscription: the state of the validator cannot be continued. */
static bool delivery_concerns(struct subscription *p, struct collection *c)
{
	struct swima_request q;
	int found;

	if (position_is_current(&p->position, c))
		return false;
	subscription_request(p, &q);
	if (!q.count || p->position.epoch != collection_epoch(c))
		return true;
	found = response_concerns(c, &q, position_eid(&p->position, c) + 1);
	if (found == 0)
		position_set(&p->position, c, collection_last_eid(c));
	return found != 0;
}

bool delivery_pending(struct subscriptions *s, struct collection *c)
{
	bool pending = false;

	for (struct subscription *p = s->head; p; p = p->next)
		pending |= delivery_concerns(p, c);
	return pending;
}

/* --- sending --- */

struct delivery {
	struct imc *imc;
	struct collection *c;
	uint32_t max;
	size_t sent; /* octets in this batch */
};

/* Sends one attribute. */
static int delivery_send_attr(struct delivery *d, struct subscription *p)
{
	struct response_params params = { .flags = SWIMA_FULFILLMENT };
	struct swima_request q;
	struct wr *w;
	size_t octets;
	int err;

	if ((err = imc_set_validator(d->imc, p->validator)) < 0)
		return err;
	w = imc_attr(d->imc);
	if (!w->max || w->max > d->max)
		w->max = d->max;
	subscription_request(p, &q);
	params.from = position_eid(&p->position, d->c) + 1;
	if ((err = response_write(w, d->c, &q, &params)) < 0)
		return err;
	octets = w->len;
	if ((err = imc_send(d->imc)) < 0)
		return err;
	d->sent += octets;
	position_set(&p->position, d->c, params.consulted);
	return 0;
}

/* Sends partial lists until the subscriber is up to date. */
static int delivery_send_one(struct delivery *d, struct subscription *p)
{
	int err = 0;

	while (!err && d->sent < DELIVERY_BUDGET && delivery_concerns(p, d->c))
		err = delivery_send_attr(d, p);
	return err;
}

/* SWIMA_SUBSCRIPTION_FULFILLMENT_ERROR, which contains the actual error. */
static void delivery_fail(struct delivery *d, const struct subscription *p, int err)
{
	uint32_t max = imc_max_attribute(d->imc);
	bool large = err == ST_ELIMIT;
	struct pa_error inner = pa_error_swima(
		large ? PA_E_SWIMA_TOO_LARGE : PA_E_SWIMA, p->id, max < d->max ? max : d->max,
		large ? "too long for one attribute" : "the response cannot be built");
	struct wr *w = imc_attr(d->imc);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_ERROR);

	(void)pa_error_fulfillment_encode(w, p->id, &inner);
	pa_attr_end(w, begin);
	(void)imc_send(d->imc);
	log_warn(imc_log(d->imc),
		 "subscription ended: validator=%u subscription=%u error=\"%s\"", p->validator,
		 p->id, st_strerror(err));
}

bool delivery_send(struct imc *imc, struct subscriptions *s, struct collection *c,
		   uint32_t max)
{
	struct delivery d = { .imc = imc, .c = c, .max = max };
	struct subscription **at = &s->head;
	int err;

	while (*at && d.sent < DELIVERY_BUDGET) {
		err = delivery_send_one(&d, *at);
		if (err < 0 && err != ST_EBUSY) {
			delivery_fail(&d, *at, err);
			subscriptions_drop(s, at);
		} else {
			at = &(*at)->next;
		}
	}
	(void)imc_set_validator(imc, KIT_ANY_ID);
	return d.sent > 0;
}
