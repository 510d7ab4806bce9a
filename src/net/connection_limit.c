/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/connection_limit.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/table.h"
#include "net/peer_id.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct address {
	uint8_t octets[PEER_NETWORK_OCTETS];
	uint32_t sessions;
	UT_hash_handle hh;
};

struct connection_limit {
	pthread_mutex_t lock;
	struct address *addresses; /* with sessions */
	uint32_t sessions, max_sessions, max_per_address;
	uint64_t refused;
};

int connection_limit_open(struct connection_limit **out)
{
	const struct limits standard = LIMITS_DEFAULT;
	struct connection_limit *a = calloc(1, sizeof(*a));

	*out = a;
	if (!a)
		return ST_ENOMEM;
	pthread_mutex_init(&a->lock, NULL);
	a->max_sessions = standard.sessions;
	a->max_per_address = standard.sessions_per_ip;
	return 0;
}

void connection_limit_close(struct connection_limit *a)
{
	struct address *at, *next;

	if (!a)
		return;
	HASH_ITER(hh, a->addresses, at, next)
	{
		HASH_DEL(a->addresses, at);
		free(at);
	}
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void connection_limit_set(struct connection_limit *a, uint32_t sessions, uint32_t per_address)
{
	pthread_mutex_lock(&a->lock);
	a->max_sessions = sessions;
	a->max_per_address = per_address;
	pthread_mutex_unlock(&a->lock);
}

static struct address *address_find(struct connection_limit *a, const struct sockaddr *from,
				    bool add)
{
	struct address *at;
	uint8_t octets[PEER_NETWORK_OCTETS];

	peer_id_network(from, octets);
	HASH_FIND(hh, a->addresses, octets, sizeof(octets), at);
	if (!at && add && (at = calloc(1, sizeof(*at)))) {
		memcpy(at->octets, octets, sizeof(octets));
		HASH_ADD(hh, a->addresses, octets, sizeof(at->octets), at);
	}
	return at;
}

static int connection_limit_count_in(struct connection_limit *a, const struct sockaddr *from,
				     const char **err_msg)
{
	struct address *at;

	*err_msg = "too many sessions";
	if (a->sessions >= a->max_sessions)
		return ST_ELIMIT;
	*err_msg = "out of memory";
	if (!(at = address_find(a, from, true)))
		return ST_ENOMEM;
	*err_msg = "too many sessions from this address";
	if (at->sessions >= a->max_per_address)
		return ST_ELIMIT;
	at->sessions++;
	a->sessions++;
	*err_msg = NULL;
	return 0;
}

int connection_limit_enter(struct connection_limit *a, const struct sockaddr *from,
			   const char **err_msg)
{
	int err;

	pthread_mutex_lock(&a->lock);
	err = connection_limit_count_in(a, from, err_msg);
	a->refused += err != 0;
	pthread_mutex_unlock(&a->lock);
	return err;
}

void connection_limit_leave(struct connection_limit *a, const struct sockaddr *from)
{
	struct address *at;

	pthread_mutex_lock(&a->lock);
	at = address_find(a, from, false);
	if (at && at->sessions) {
		a->sessions--;
		if (--at->sessions == 0) {
			HASH_DEL(a->addresses, at);
			free(at);
		}
	}
	pthread_mutex_unlock(&a->lock);
}

uint64_t connection_limit_refused(struct connection_limit *a)
{
	uint64_t n;

	pthread_mutex_lock(&a->lock);
	n = a->refused;
	pthread_mutex_unlock(&a->lock);
	return n;
}

uint32_t connection_limit_count(struct connection_limit *a)
{
	uint32_t n;

	pthread_mutex_lock(&a->lock);
	n = a->sessions;
	pthread_mutex_unlock(&a->lock);
	return n;
}
