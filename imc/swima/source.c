#include "source.h"
#include "source_dpkg.h"

const struct source_class *const source_classes[] = {
	&source_dpkg,
	NULL,
};

const struct source_class *source_find(const char *name)
{
	for (size_t i = 0; source_classes[i]; i++)
		if (strcmp(source_classes[i]->name, name) == 0)
			return source_classes[i];
	return NULL;
}
