#include "swima_peer.h"

#include <stdlib.h>

static int swima_peer_grow(struct swima_peer *p)
{
	size_t cap = p->cap ? p->cap * 2 : 256;
	struct span *wanted = realloc(p->wanted, cap * sizeof(*wanted));
	bool *told;

	if (!wanted)
		return ST_ENOMEM;
	p->wanted = wanted;
	if (!(told = realloc(p->told, cap * sizeof(*told))))
		return ST_ENOMEM;
	p->told = told;
	p->cap = cap;
	return 0;
}

int swima_peer_want(struct swima_peer *p, struct span identifier, size_t max)
{
	int err;

	if (p->n_wanted >= max)
		return ST_ELIMIT;
	if (p->n_wanted == p->cap && (err = swima_peer_grow(p)) < 0)
		return err;
	p->wanted[p->n_wanted] = arena_copy(&p->arena, identifier);
	if (!p->wanted[p->n_wanted].p)
		return ST_ENOMEM;
	p->told[p->n_wanted++] = false;
	return 0;
}

bool swima_peer_next(struct swima_peer *p, size_t octets)
{
	size_t used = 0;

	for (p->from = p->asked; p->asked < p->n_wanted; p->asked++) {
		size_t n = p->wanted[p->asked].n + 2;

		if (p->asked - p->from == p->chunk || n > octets - used)
			break;
		used += n;
	}
	return p->asked > p->from;
}

void swima_peer_shrink(struct swima_peer *p)
{
	size_t n = p->asked - p->from;

	p->request_id = 0;
	if (n > 1) {
		p->chunk = n / 2;
		p->asked = p->from;
	}
}

/* Answers come in any order; a chunk is small, and mostly it is the next one. */
bool swima_peer_told(struct swima_peer *p, struct span identifier)
{
	for (size_t i = p->from; i < p->asked; i++)
		if (!p->told[i] && span_eq(p->wanted[i], identifier)) {
			p->told[i] = true;
			return true;
		}
	return false;
}

void swima_peer_reset(struct swima_peer *p)
{
	arena_reset(&p->arena);
	free(p->wanted);
	free(p->told);
	*p = (struct swima_peer){ 0 };
}
