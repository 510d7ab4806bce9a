/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/peer_table.h"
#include "base/err.h"
#include "host/peer.h"

void peer_table_init(struct peer_table *t)
{
	pthread_mutex_init(&t->lock, NULL);
	t->next_conn = 1;
}

void peer_table_reset(struct peer_table *t)
{
	pthread_mutex_destroy(&t->lock);
}

int peer_table_add(struct peer_table *t, struct peer *p)
{
	struct peer *taken;
	int err;

	pthread_mutex_lock(&t->lock);
	do {
		p->id = t->next_conn++;
		if (t->next_conn == TNC_CONNECTIONID_ANY)
			t->next_conn = 1;
		HASH_FIND(hh, t->peers, &p->id, sizeof(p->id), taken);
	} while (taken);
	HASH_ADD(hh, t->peers, id, sizeof(p->id), p);
	err = p->hh.tbl ? 0 : ST_ENOMEM;
	pthread_mutex_unlock(&t->lock);
	return err;
}

void peer_table_remove(struct peer_table *t, struct peer *p)
{
	pthread_mutex_lock(&t->lock);
	HASH_DELETE(hh, t->peers, p);
	pthread_mutex_unlock(&t->lock);
	/* a thread that found it before holds its lock until it is done */
	pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&p->lock);
}

struct peer *peer_table_lock(struct peer_table *t, TNC_ConnectionID conn)
{
	struct peer *p;

	pthread_mutex_lock(&t->lock);
	HASH_FIND(hh, t->peers, &conn, sizeof(conn), p);
	if (p)
		pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&t->lock);
	return p;
}
