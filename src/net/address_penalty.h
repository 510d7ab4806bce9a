/* SPDX-License-Identifier: BSD-2-Clause */
/* What the latest sessions from each address have come to. A handshake costs the manager more than
 * it costs a peer that means nothing by it, so an address whose sessions keep ending before their
 * first assessment is in doubt: its handshakes wait behind those of all others (hello.h). Nobody is
 * refused, and doubt passes within minutes: with time, and with each session that comes to
 * something. One for the process; any thread. Nothing ticks, and the number of addresses that
 * are remembered is bounded. */
#ifndef STANCE_NET_ADDRESS_PENALTY_H
#define STANCE_NET_ADDRESS_PENALTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define STANDING_REGAIN_S 8       /* until one session that came to nothing is forgotten */
#define STANDING_DOUBT 4          /* so many that are not forgotten: doubt */
#define STANDING_MOST 32          /* more are not held against anybody */
#define STANDING_ADDRESSES 16384u /* that are remembered; the latest */

struct address_penalty;

int address_penalty_open(struct address_penalty **s);
/* NULL is fine. */
void address_penalty_close(struct address_penalty *s);

/* A session from there has come to nothing, at `now` (monotonic us). True: this one brings the
 * address into doubt. */
bool address_penalty_failed(struct address_penalty *s, const struct sockaddr *from,
			    int64_t now);

/* A session from there has come to something. */
void address_penalty_succeeded(struct address_penalty *s, const struct sockaddr *from,
			       int64_t now);

/* 0: no doubt. Otherwise a number that all who come from there have in common, and hardly anybody
 * else. s may be NULL: no doubt about anybody. */
uint32_t address_penalty_class(struct address_penalty *s, const struct sockaddr *from,
			       int64_t now);

/* Addresses that are remembered. */
size_t address_penalty_count(struct address_penalty *s);

#endif
