/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256, incremental and in one call. */
#ifndef STANCE_IMC_SOURCES_SHA256_H
#define STANCE_IMC_SOURCES_SHA256_H

#include "base/span.h"

#define SHA256_SIZE 32
#define SHA256_TEXT (2 * SHA256_SIZE + 1) /* in hexadecimal, with a NUL */

struct sha256;

/* One object computes any number of hashes, one after the other. NULL: out of memory. */
struct sha256 *sha256_new(void);
void sha256_free(struct sha256 *s); /* NULL is fine */

void sha256_begin(struct sha256 *s);

/* Typed input. A number is hashed as eight octets, big-endian; a blob is preceded by its
 * length, so two different lists of fields never have the same input. */
void sha256_number(struct sha256 *s, uint64_t v);
void sha256_blob(struct sha256 *s, struct span v);

/* Raw input. */
void sha256_octets(struct sha256 *s, struct span v);

/* The hash of everything since begin. 0, or ST_EIO: this or an earlier call failed in
 * libcrypto. */
int sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);

/* The hash of octets in lower-case hexadecimal. 0 or ST_EIO. */
int sha256_of(struct span octets, char text[SHA256_TEXT]);

void sha256_text(const uint8_t sum[SHA256_SIZE], char text[SHA256_TEXT]);

#endif
