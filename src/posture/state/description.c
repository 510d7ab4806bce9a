/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/description.h"
#include "posture/state/dictionary.h"
#include "posture/repository.h"
#include "posture/report.h"
#include "base/err.h"

static int description_set(struct description_of *d, enum description which, struct span s,
			   struct text_pool *texts, bool *changed)
{
	struct text *x;

	if (!s.n || text_is(d->text[which], s))
		return 0;
	if (!(x = text_intern(texts, s)))
		return ST_ENOMEM;
	text_drop(texts, d->text[which]);
	d->text[which] = x;
	*changed = true;
	return 0;
}

/* The texts of s, in the order of enum description. */
static void software_texts(const struct software *s, struct span out[DESC_N])
{
	out[DESC_NAME] = s->name;
	out[DESC_VERSION] = s->version;
	out[DESC_ARCH] = s->arch;
	out[DESC_TYPE] = s->type;
	out[DESC_SOURCE_NAME] = s->source_name;
	out[DESC_SOURCE_VERSION] = s->source_version;
	out[DESC_PURL] = s->purl;
	out[DESC_SUPPLIER] = s->supplier;
}

static bool has_other_model(const struct description_of *d, const struct software *s)
{
	return (s->model_pen || s->model) &&
	       (d->model_pen != s->model_pen || d->model != s->model);
}

struct description_news description_compare(const struct description_of *d,
					    const struct software *s)
{
	struct description_news news = { .model = has_other_model(d, s) };
	struct span from[DESC_N];

	if (news.model && !d->model_pen && !d->model)
		news.adds = 1u << DESC_N;

	software_texts(s, from);
	for (int i = 0; i < DESC_N; i++) {
		if (!from[i].n || text_is(d->text[i], from[i]))
			continue;
		*(d->text[i] ? &news.differs : &news.adds) |= 1u << i;
	}
	return news;
}

int description_merge(struct description_of *d, const struct software *s,
		      struct text_pool *texts, bool *changed)
{
	struct span from[DESC_N];
	int err = 0;

	software_texts(s, from);
	if (has_other_model(d, s)) {
		d->model_pen = s->model_pen;
		d->model = s->model;
		*changed = true;
	}
	for (int i = 0; i < DESC_N && !err; i++)
		err = description_set(d, (enum description)i, from[i], texts, changed);
	return err;
}

void description_copy(struct description_of *to, const struct description_of *from)
{
	*to = *from;
	for (int i = 0; i < DESC_N; i++)
		text_ref(to->text[i]);
}

void description_drop(struct description_of *d, struct text_pool *texts)
{
	for (int i = 0; i < DESC_N; i++)
		text_drop(texts, d->text[i]);
	*d = (struct description_of){ 0 };
}

void description_store(const struct dictionary_entry *e, const struct description_of *d,
		       struct repository_software *row)
{
	*row = (struct repository_software){
		.id = e->id,
		.model_pen = d->model_pen,
		.model = d->model,
		.identifier = dictionary_identifier(e),
		.name = text_span(d->text[DESC_NAME]),
		.version = text_span(d->text[DESC_VERSION]),
		.arch = text_span(d->text[DESC_ARCH]),
		.type = text_span(d->text[DESC_TYPE]),
		.source_name = text_span(d->text[DESC_SOURCE_NAME]),
		.source_version = text_span(d->text[DESC_SOURCE_VERSION]),
		.purl = text_span(d->text[DESC_PURL]),
		.supplier = text_span(d->text[DESC_SUPPLIER]),
	};
}

int description_load(struct description_of *d, const struct repository_software *row,
		     struct text_pool *texts)
{
	const struct software s = {
		.model_pen = row->model_pen,
		.model = row->model,
		.name = row->name,
		.version = row->version,
		.arch = row->arch,
		.type = row->type,
		.source_name = row->source_name,
		.source_version = row->source_version,
		.purl = row->purl,
		.supplier = row->supplier,
	};
	bool changed = false;

	return description_merge(d, &s, texts, &changed);
}
