/* SPDX-License-Identifier: BSD-2-Clause */
/* The identifiers of reports become dictionary ids, new ones where need be. */
#include "posture/commit/stage_identifiers.h"
#include "posture/commit/stage_descriptions.h"
#include "posture/commit/commit.h"
#include "posture/report_item.h"
#include "base/err.h"

#include <stdlib.h>

struct dictionary_entry *commit_find(const struct commit *j, struct span identifier)
{
	struct dictionary_entry *e = dictionary_find(&j->ix->dictionary, identifier);

	if (!e)
		HASH_FIND(hh, j->software_by_identifier, identifier.p, identifier.n, e);
	return e;
}

struct dictionary_entry *commit_software(const struct commit *j, uint32_t id)
{
	uint32_t known = j->ix->dictionary.n;

	return id <= known ? dictionary_get(&j->ix->dictionary, id)
			   : j->software[id - known - 1];
}

static struct dictionary_entry *software_new(struct commit *j, struct span identifier)
{
	struct dictionary_entry *e, **v;

	if (j->n_software == j->cap_software) {
		uint32_t cap = j->cap_software ? j->cap_software * 2 : 64;

		if (!(v = reallocarray(j->software, cap, sizeof(*v))))
			return NULL;
		j->software = v;
		j->cap_software = cap;
	}
	e = dictionary_entry_new(j->ix->dictionary.n + j->n_software + 1, identifier);
	if (!e)
		return NULL;
	j->software[j->n_software++] = e;
	HASH_ADD_KEYPTR(hh, j->software_by_identifier, e->s, e->n, e);
	return e;
}

int commit_resolve(struct commit *j, const struct item_software *sw, uint32_t *id)
{
	struct dictionary_entry *e = commit_find(j, sw->identifier);

	if (!e && !(e = software_new(j, sw->identifier)))
		return ST_ENOMEM;
	*id = e->id;
	return sw->description ? commit_described(j, e->id, sw) : 0;
}

int commit_reported(struct commit *j, size_t n)
{
	struct staged_software *v;

	if (n <= j->cap_reported)
		return 0;
	if (!(v = reallocarray(j->reported, n, sizeof(*v))))
		return ST_ENOMEM;
	j->reported = v;
	j->cap_reported = n;
	return 0;
}
