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

struct probe {
	struct sim *sim;
	struct load_ask ask;
	pthread_t reader;
	struct shot shots[SHOTS];
	uint32_t next;
	uint64_t fired;
	struct latency seen; /* the reader's until it has ended */
};

static void probe_row(struct probe *p, int64_t now)
{
	uint32_t eid = (uint32_t)json_integer_value(load_ask_cell(&p->ask, "eid"));

	for (unsigned i = 0; i < SHOTS && eid; i++)
		if (atomic_load(&p->shots[i].eid) == eid) {
			latency_add(&p->seen, now - atomic_load(&p->shots[i].at));
			atomic_store(&p->shots[i].eid, 0);
		}
}

static void *probe_read(void *arg)
{
	struct probe *p = arg;

	while (load_ask_next(&p->ask) > 0)
		probe_row(p, clock_mono_us());
	return NULL;
}

int probe_open(struct sim *s, const char *socket, const char *name, struct probe **out)
{
	struct probe *p = calloc(1, sizeof(*p));
	int err = ST_ENOMEM;

	*out = NULL;
	if (p &&
	    (err = load_ask_open(&p->ask, socket, "changes", NULL, name, "follow")) == 0) {
		p->sim = s;
		if (pthread_create(&p->reader, NULL, probe_read, p) == 0) {
			*out = p;
			return 0;
		}
		err = ST_ENOMEM;
		load_ask_close(&p->ask);
	}
	free(p);
	return err;
}

void probe_fire(struct probe *p, uint32_t k)
{
	struct shot *shot = &p->shots[p->next % SHOTS];

	if (p->sim->state != SIM_HOLDS)
		return;
	p->next++;
	p->fired++;
	atomic_store(&shot->at, clock_mono_us());
	atomic_store(&shot->eid, p->sim->installed.last_eid + 1);
	(void)sim_change(p->sim, k, false, 1);
}

void probe_close(struct probe *p, struct latency *visible, uint64_t *missed)
{
	if (!p)
		return;
	(void)shutdown(fileno(p->ask.from), SHUT_RDWR);
	(void)pthread_join(p->reader, NULL);
	latency_merge(visible, &p->seen);
	*missed += p->fired - p->seen.n;
	load_ask_close(&p->ask);
	free(p);
}
