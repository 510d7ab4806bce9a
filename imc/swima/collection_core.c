/* SPDX-License-Identifier: BSD-2-Clause */
#include "collection_core.h"

const struct collection_source *collection_source_of(const struct collection *c,
						     uint8_t number)
{
	for (size_t i = 0; i < c->n_sources; i++)
		if (c->sources[i].class->number == number)
			return &c->sources[i];
	return NULL;
}
