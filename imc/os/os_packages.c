/* SPDX-License-Identifier: BSD-2-Clause */
#include "os_packages.h"

#include "imc/sources/source_dpkg.h"

#include "base/err.h"
#include "wire/pa_ietf.h"

#include <stdlib.h>

#define OS_PACKAGES_MAX 65535               /* Package Count has 16 bits */
#define OS_PACKAGE_TEXT 255                 /* octets of a name or a version */
#define OS_DATABASE_MAX (64u * 1024 * 1024) /* octets of a package database we read */

struct os_packages {
	struct source_conf conf;
	struct source *source; /* NULL: not found so far */
	struct source_stamp stamp;
	struct wr value;          /* encoded attribute for the state in stamp; empty: none */
	uint32_t count, left_out; /* packages in value, and left out */
};

struct os_packages *os_packages_open(const char *root, const struct log *log)
{
	struct os_packages *p = calloc(1, sizeof(*p));

	if (p)
		p->conf = (struct source_conf){ .root = strcmp(root, "/") == 0 ? "" : root,
						.max_octets = OS_DATABASE_MAX,
						.log = log };
	return p;
}

void os_packages_close(struct os_packages *p)
{
	if (!p)
		return;
	if (p->source)
		source_dpkg.close(p->source);
	wr_reset(&p->value);
	free(p);
}

static int packages_each(void *ctx, const struct source_item *item)
{
	struct os_packages *p = ctx;
	struct pa_package out = { item->name, item->version };

	if (p->count == OS_PACKAGES_MAX || item->name.n > OS_PACKAGE_TEXT ||
	    item->version.n > OS_PACKAGE_TEXT)
		p->left_out++;
	else if (pa_package_encode(&p->value, &out) == 0)
		p->count++;
	return 0;
}

static int packages_list(struct os_packages *p)
{
	size_t begin;
	int err;

	wr_truncate(&p->value, 0);
	p->count = p->left_out = 0;
	begin = pa_packages_begin(&p->value);
	if ((err = source_dpkg.list(p->source, packages_each, p)) == 0)
		err = pa_packages_end(&p->value, begin, p->count);
	if (!err && p->left_out)
		log_warn(p->conf.log, "installed packages left out of the attribute: count=%u",
			 p->left_out);
	if (err)
		wr_truncate(&p->value, 0);
	return err;
}

int os_packages_write(struct os_packages *p, struct wr *w)
{
	struct source_stamp now;
	int err = 0;

	if (!p->source && (err = source_dpkg.open(&p->conf, &p->source)) < 0)
		return err;
	source_dpkg.stamp(p->source, &now);
	if (!p->value.len || memcmp(&now, &p->stamp, sizeof(now)) != 0) {
		p->stamp = now;
		err = packages_list(p);
	}
	if (!err)
		wr_bytes(w, wr_span(&p->value));
	return err ? err : w->err;
}
