/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 over pieces, one sum after the other, or over one. */
#ifndef STANCE_IMC_SOURCES_SHA256_H
#define STANCE_IMC_SOURCES_SHA256_H

#include "base/span.h"

#define SHA256_SIZE 32
#define SHA256_TEXT (2 * SHA256_SIZE + 1) /* in hexadecimal, with a NUL */

struct sha256;

/* NULL: out of memory. */
struct sha256 *sha256_new(void);
void sha256_free(struct sha256 *s); /* NULL is fine */

/* Numbers go in as eight octets, big end first; a blob with its length before it, so that two
 * different lists of fields never look the same. */
void sha256_begin(struct sha256 *s);
void sha256_number(struct sha256 *s, uint64_t v);
void sha256_blob(struct sha256 *s, struct span v);

/* The octets as they are. */
void sha256_octets(struct sha256 *s, struct span v);

/* The sum of what came since begin. 0 or ST_EIO: the library failed somewhere on the way. */
int sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);

/* The sum of these octets alone, in lower-case hexadecimal. 0 or ST_EIO. */
int sha256_of(struct span octets, char text[SHA256_TEXT]);

void sha256_text(const uint8_t sum[SHA256_SIZE], char text[SHA256_TEXT]);

#endif
