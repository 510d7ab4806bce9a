/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/err.h"

#include <stddef.h>

static const char *const texts[] = {
	[0] = "no error",
	[-ST_ESHORT] = "message too short",
	[-ST_EVALUE] = "invalid value",
	[-ST_ELENGTH] = "length does not match",
	[-ST_EVERSION] = "version not supported",
	[-ST_ESTATE] = "not allowed in this state",
	[-ST_EUNSUPPORTED] = "mandatory type not supported",
	[-ST_ELIMIT] = "over the configured limit",
	[-ST_ENOMEM] = "out of memory",
	[-ST_EIO] = "input/output error",
	[-ST_ECLOSED] = "connection closed",
	[-ST_ETIMEOUT] = "timed out",
	[-ST_EAUTH] = "not authenticated",
	[-ST_EDENIED] = "denied",
	[-ST_ECONF] = "configuration error",
	[-ST_ENOENT] = "not found",
	[-ST_EEXIST] = "exists already",
	[-ST_EBUSY] = "busy",
	[-ST_EDB] = "repository error",
	[-ST_EPLUGIN] = "module broke its contract",
};

const char *st_strerror(int err)
{
	size_t i = err <= 0 ? (size_t)-err : sizeof(texts);

	return i < sizeof(texts) / sizeof(texts[0]) ? texts[i] : "unknown error";
}
