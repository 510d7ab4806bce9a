/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"
#include "source_dpkg.h"
#include "source_npm.h"
#include "source_pip.h"
#include "source_rpm.h"
#include "source_swid.h"

const struct source_class *const source_classes[] = {
	&source_dpkg, &source_rpm, &source_swid, &source_pip, &source_npm, NULL,
};

const struct source_class *source_find(const char *name)
{
	for (size_t i = 0; source_classes[i]; i++)
		if (strcmp(source_classes[i]->name, name) == 0)
			return source_classes[i];
	return NULL;
}
