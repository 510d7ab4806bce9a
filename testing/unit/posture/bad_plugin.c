/* SPDX-License-Identifier: BSD-2-Clause */
/* A plugin that must be refused: BAD_ABI, or holes in its descriptor. */
#include "posture/repository.h"

#ifdef BAD_SYMBOL
PLUGIN_EXPORT extern const int nothing;
const int nothing = 1;
#else
PLUGIN_EXPORT extern const struct repository_plugin stance_plugin;
const struct repository_plugin stance_plugin = {
	.abi = BAD_ABI,
	.size = sizeof(struct repository_plugin),
	.name = "bad",
};
#endif
