/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashes for tables in memory, under a key that this process has drawn at its start: whoever
 * chooses what is put into a table cannot choose where it goes. SipHash-1-3 (Aumasson and
 * Bernstein, 2012). Never stored, never sent. */
#ifndef STANCE_BASE_HASH_H
#define STANCE_BASE_HASH_H

#include "base/api.h"

#include <stddef.h>
#include <stdint.h>

ST_API_BEGIN

/* Of n octets; p may be NULL when n is 0. Any thread. */
uint64_t hash_octets(const void *p, size_t n);

/* The same under a key of the caller's: two words. */
uint64_t hash_octets_keyed(const uint64_t key[2], const void *p, size_t n);

ST_API_END

#endif
