/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/latency_probe.h"

#include "base/clock.h"
#include "load/admin_query.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#define SHOTS 64 /* that may be on their way */

struct shot {
	_Atomic uint32_t eid; /* the event that it makes; 0: none, or it was seen */
	_Atomic int64_t at;
};

struct latency_probe {
	struct load_endpoint *sim;
	struct admin_query ask;
	pthread_t reader;
	struct shot shots[SHOTS];
	uint32_t next;
	uint64_t fired;
	struct latency seen; /* the reader's until it has ended */
};

static void latency_probe_row(struct latency_probe *p, int64_t now)
{
	uint32_t eid = (uint32_t)json_integer_value(admin_query_cell(&p->ask, "eid"));

	for (unsigned i = 0; i < SHOTS && eid; i++)
		if (atomic_load(&p->shots[i].eid) == eid) {
			latency_add(&p->seen, now - atomic_load(&p->shots[i].at));
			atomic_store(&p->shots[i].eid, 0);
		}
}

static void *latency_probe_read(void *arg)
{
	struct latency_probe *p = arg;

	while (admin_query_next(&p->ask) > 0)
		latency_probe_row(p, clock_mono_us());
	return NULL;
}

int latency_probe_open(struct load_endpoint *s, const char *socket, const char *name,
		       struct latency_probe **out)
{
	struct latency_probe *p = calloc(1, sizeof(*p));
	int err = ST_ENOMEM;

	*out = NULL;
	if (p &&
	    (err = admin_query_open(&p->ask, socket, "changes", NULL, name, "follow")) == 0) {
		p->sim = s;
		if (pthread_create(&p->reader, NULL, latency_probe_read, p) == 0) {
			*out = p;
			return 0;
		}
		err = ST_ENOMEM;
		admin_query_close(&p->ask);
	}
	free(p);
	return err;
}

void latency_probe_fire(struct latency_probe *p, uint32_t k)
{
	struct shot *shot = &p->shots[p->next % SHOTS];

	if (p->sim->state != SIM_HOLDS)
		return;
	p->next++;
	p->fired++;
	atomic_store(&shot->at, clock_mono_us());
	atomic_store(&shot->eid, p->sim->installed.last_eid + 1);
	(void)load_endpoint_change(p->sim, k, false, 1);
}

void latency_probe_close(struct latency_probe *p, struct latency *visible, uint64_t *missed)
{
	if (!p)
		return;
	(void)shutdown(fileno(p->ask.from), SHUT_RDWR);
	(void)pthread_join(p->reader, NULL);
	latency_merge(visible, &p->seen);
	*missed += p->fired - p->seen.n;
	admin_query_close(&p->ask);
	free(p);
}
