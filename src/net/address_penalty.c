/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/address_penalty.h"
#include "base/clock.h"
#include "base/err.h"
#include "net/peer_id.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include "base/table.h"

#define REGAIN_US (STANDING_REGAIN_S * CLOCK_SEC)

/* An address with failed sessions; it is clear again at clear_at. */
struct suspect {
	UT_hash_handle hh;
	int64_t clear_at;
	uint8_t network[PEER_NETWORK_OCTETS];
};

struct address_penalty {
	pthread_mutex_t lock;
	struct suspect *suspects; /* ordered by the last failure */
};

int address_penalty_open(struct address_penalty **out)
{
	struct address_penalty *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return ST_ENOMEM;
	pthread_mutex_init(&s->lock, NULL);
	return 0;
}

static void suspect_drop(struct address_penalty *s, struct suspect *who)
{
	HASH_DEL(s->suspects, who);
	free(who);
}

void address_penalty_close(struct address_penalty *s)
{
	if (!s)
		return;
	while (s->suspects)
		suspect_drop(s, s->suspects);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct suspect *suspect_find(struct address_penalty *s, const struct sockaddr *from)
{
	uint8_t network[PEER_NETWORK_OCTETS];
	struct suspect *who;

	peer_id_network(from, network);
	HASH_FIND(hh, s->suspects, network, sizeof(network), who);
	return who;
}

/* Moves it, or adds a new one, at the end; NULL when out of memory. */
static struct suspect *suspect_renew(struct address_penalty *s, const struct sockaddr *from)
{
	struct suspect *who = suspect_find(s, from);
	unsigned before;

	if (who)
		HASH_DEL(s->suspects, who);
	else if ((who = calloc(1, sizeof(*who))))
		peer_id_network(from, who->network);
	else
		return NULL;
	before = HASH_COUNT(s->suspects);
	HASH_ADD(hh, s->suspects, network, sizeof(who->network), who);
	if (HASH_COUNT(s->suspects) > before)
		return who;
	free(who);
	return NULL;
}

static bool suspect_doubtful(const struct suspect *who, int64_t now)
{
	return who->clear_at - now > (STANDING_DOUBT - 1) * REGAIN_US;
}

bool address_penalty_failed(struct address_penalty *s, const struct sockaddr *from,
			    int64_t now)
{
	struct suspect *who;
	bool before, after = false;

	pthread_mutex_lock(&s->lock);
	/* removes more than are added, as long as some are clear */
	for (int i = 0; i < 2 && s->suspects && s->suspects->clear_at <= now; i++)
		suspect_drop(s, s->suspects);
	if ((who = suspect_renew(s, from))) {
		before = suspect_doubtful(who, now);
		who->clear_at = (who->clear_at > now ? who->clear_at : now) + REGAIN_US;
		if (who->clear_at > now + STANDING_MOST * REGAIN_US)
			who->clear_at = now + STANDING_MOST * REGAIN_US;
		after = !before && suspect_doubtful(who, now);
		if (HASH_COUNT(s->suspects) > STANDING_ADDRESSES)
			suspect_drop(s, s->suspects);
	}
	pthread_mutex_unlock(&s->lock);
	return after;
}

void address_penalty_succeeded(struct address_penalty *s, const struct sockaddr *from,
			       int64_t now)
{
	struct suspect *who;

	pthread_mutex_lock(&s->lock);
	who = s->suspects ? suspect_find(s, from) : NULL;
	if (who && (who->clear_at -= REGAIN_US) <= now)
		suspect_drop(s, who);
	pthread_mutex_unlock(&s->lock);
}

uint32_t address_penalty_class(struct address_penalty *s, const struct sockaddr *from,
			       int64_t now)
{
	uint32_t penalty_class = 0;
	struct suspect *who;

	if (!s)
		return 0;
	pthread_mutex_lock(&s->lock);
	who = s->suspects ? suspect_find(s, from) : NULL;
	if (who && suspect_doubtful(who, now))
		penalty_class = who->hh.hashv ? who->hh.hashv : 1;
	pthread_mutex_unlock(&s->lock);
	return penalty_class;
}

size_t address_penalty_count(struct address_penalty *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = HASH_COUNT(s->suspects);
	pthread_mutex_unlock(&s->lock);
	return n;
}
