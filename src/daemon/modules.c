/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/modules.h"
#include "daemon/settings.h"
#include "base/err.h"

#include <dlfcn.h>

/* clang-format off */
static const struct {
	const char *noun, *initialize, *settings;
} kinds[] = {
	[TNC_KIND_IMC] = { "collector", "TNC_IMC_Initialize", "TNC_IMC_StanceSettings" },
	[TNC_KIND_IMV] = { "validator", "TNC_IMV_Initialize", "TNC_IMV_StanceSettings" },
};
/* clang-format on */

/* Loading a module runs its code, so the permissions of the file are checked first. A Stance
 * module also exports a check of its settings. */
static int check(const char *file, const struct tnc_entry *m, struct conf_error *e)
{
	int (*settings)(char *err_msg, size_t err_msg_len);
	const char *err_msg = "cannot be read";
	void *so;
	int err = 0;

	if (tnc_file_trusted(m->path, &err_msg) < 0)
		return settings_fail(e, file, "line %u: %s: %s", m->line, m->path, err_msg);
	if (!(so = dlopen(m->path, RTLD_NOW | RTLD_LOCAL)))
		return settings_fail(e, file, "line %u: %s", m->line, dlerror());
	*(void **)&settings = dlsym(so, kinds[m->kind].settings);
	if (!dlsym(so, kinds[m->kind].initialize))
		err = settings_fail(e, file, "line %u: not a %s", m->line,
				    kinds[m->kind].noun);
	else if (settings)
		err = settings(e->text, sizeof(e->text));
	dlclose(so);
	return err;
}

int modules_check(const char *conf_file, const char *tnc_config, enum tnc_kind kind,
		  struct conf_error *e)
{
	struct tnc_config modules;
	int err = tnc_config_read(tnc_config, &modules);

	if (err)
		return settings_fail(e, conf_file, "%s: %s", tnc_config, st_strerror(err));
	if (modules.n_bad)
		err = settings_fail(e, tnc_config, "invalid lines: %zu", modules.n_bad);
	for (size_t i = 0; !err && i < modules.n; i++)
		if (modules.entries[i].kind == kind)
			err = check(tnc_config, &modules.entries[i], e);
	tnc_config_free(&modules);
	return err;
}
