/* SPDX-License-Identifier: BSD-2-Clause */
#include "librpm.h"

#include "base/err.h"
#include "base/span.h"

#include <dlfcn.h>

/* Versions whose functions have the types declared in the header. */
static const char *const names[] = { "librpm.so.10", "librpm.so.9", "librpm.so.8" };

int librpm_open(struct librpm *r)
{
	const struct {
		const char *name;
		void *to;
	} functions[] = {
		{ "rpmPushMacro", &r->macro },
		{ "rpmlogSetMask", &r->log_mask },
		{ "rpmlogSetCallback", &r->log_callback },
		{ "rpmlogRecMessage", &r->log_message },
		{ "rpmtsCreate", &r->ts_create },
		{ "rpmtsFree", &r->ts_free },
		{ "rpmtsOpenDB", &r->ts_open },
		{ "rpmtsSetVSFlags", &r->ts_flags },
		{ "rpmtsInitIterator", &r->ts_iterate },
		{ "rpmdbNextIterator", &r->next },
		{ "rpmdbFreeIterator", &r->iterator_free },
		{ "headerGetString", &r->string },
		{ "headerGetNumber", &r->number },
		{ "rpmfilesNew", &r->files_new },
		{ "rpmfilesFree", &r->files_free },
		{ "rpmfilesFC", &r->files_count },
		{ "rpmfilesFN", &r->files_name },
		{ "rpmfilesFFlags", &r->files_flags },
	};

	*r = (struct librpm){ 0 };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !r->handle; i++)
		r->handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!r->handle)
		return ST_ENOENT;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *f = dlsym(r->handle, functions[i].name);

		if (!f) {
			librpm_close(r);
			return ST_ENOENT;
		}
		memcpy(functions[i].to, &f, sizeof(f)); /* ISO C has no such cast */
	}
	return 0;
}

void librpm_close(struct librpm *r)
{
	if (r->handle)
		(void)dlclose(r->handle);
	*r = (struct librpm){ 0 };
}
