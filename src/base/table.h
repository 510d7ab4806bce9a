/* SPDX-License-Identifier: BSD-2-Clause */
/* Hash tables: uthash, with our keyed hash in the place of its own. Include this and not
 * <uthash.h>, behind a HASH_NONFATAL_OOM if there is to be one. */
#ifndef STANCE_BASE_TABLE_H
#define STANCE_BASE_TABLE_H

#include "base/hash.h"

#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = (unsigned)hash_octets(keyptr, keylen))
#include <uthash.h>

#endif
