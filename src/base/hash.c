/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "base/clock.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

static pthread_once_t drawn = PTHREAD_ONCE_INIT;
static uint64_t process_key[2];

/* Without the kernel's randomness a guess has to do: where we are, and when. */
static void draw_key(void)
{
	if (getrandom(process_key, sizeof(process_key), 0) == sizeof(process_key))
		return;
	process_key[0] = (uint64_t)clock_mono_us() * UINT64_C(0x9e3779b97f4a7c15);
	process_key[1] = (uint64_t)(uintptr_t)&process_key ^ (uint64_t)clock_wall_us();
}

static inline uint64_t rotl(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t x = 0;

	for (int i = 0; i < 8; i++)
		x |= (uint64_t)p[i] << 8 * i;
	return x;
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static inline void sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	v[0] ^= m;
}

uint64_t hash_octets_keyed(const uint64_t key[2], const void *p, size_t n)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)n << 56;
	const uint8_t *s = p;

	for (; n >= 8; n -= 8, s += 8)
		sip_word(v, load64(s));
	for (size_t i = 0; i < n; i++)
		last |= (uint64_t)s[i] << 8 * i;
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_octets(const void *p, size_t n)
{
	pthread_once(&drawn, draw_key);
	return hash_octets_keyed(process_key, p, n);
}
