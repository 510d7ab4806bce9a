/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/swid_file.h"

/* Octets up to the last slash, without it. */
static size_t parent_of(struct span path)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	return n ? n - 1 : 0;
}

bool swid_path_split(struct span path, struct swid_path *p)
{
	size_t parent = parent_of(path), above = parent_of(span_of(path.p, parent));

	*p = (struct swid_path){ 0 };
	if (path.n < 2 || path.p[0] != '/' || parent + 1 == path.n || !swid_text_ok(path))
		return false;
	p->name = span_of(path.p + parent + 1, path.n - parent - 1);
	p->root = span_of(path.p, above ? above : 1);
	if (parent)
		p->directory = span_of(path.p + above + 1, parent - above - 1);
	return true;
}

size_t swid_files_together(const struct swid_file *files, size_t n)
{
	size_t parent = n ? parent_of(files[0].path) : 0, i;

	for (i = 0; i < n; i++)
		if (parent_of(files[i].path) != parent ||
		    memcmp(files[i].path.p, files[0].path.p, parent) != 0)
			break;
	return i ? i : n > 0;
}
