/* SPDX-License-Identifier: BSD-2-Clause */
/* Penalties for addresses whose sessions keep failing. A handshake costs the manager more than
 * a hostile peer, so an address whose sessions repeatedly end before their first assessment is
 * penalized: its handshakes wait behind those of all other addresses (handshake_queue.h).
 *
 *   - No address is refused.
 *   - A penalty ends within minutes, or with sessions that reach a result.
 *   - The number of recorded addresses is bounded. There is no timer.
 *
 * One for the process; any thread. */
#ifndef STANCE_NET_ADDRESS_PENALTY_H
#define STANCE_NET_ADDRESS_PENALTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define STANDING_REGAIN_S 8       /* seconds after which one failed session is forgiven */
#define STANDING_DOUBT 4          /* failed sessions, not yet forgiven: penalized */
#define STANDING_MOST 32          /* failed sessions counted at most */
#define STANDING_ADDRESSES 16384u /* recorded addresses, the latest */

struct address_penalty;

int address_penalty_open(struct address_penalty **s);
/* May be NULL. */
void address_penalty_close(struct address_penalty *s);

/* A session from this address failed, at `now` (monotonic us). True: the address is penalized
 * from now on. */
bool address_penalty_failed(struct address_penalty *s, const struct sockaddr *from,
			    int64_t now);

/* A session from this address reached a result. */
void address_penalty_succeeded(struct address_penalty *s, const struct sockaddr *from,
			       int64_t now);

/* 0: not penalized. Otherwise a number that is the same for all connections from the address
 * and differs from that of most other addresses. p NULL: 0. */
uint32_t address_penalty_class(struct address_penalty *s, const struct sockaddr *from,
			       int64_t now);

/* Recorded addresses. */
size_t address_penalty_count(struct address_penalty *s);

#endif
