/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/repository.h"
#include "base/err.h"

#include <dlfcn.h>
#include <stdio.h>

static int plugin_bad(char *err_msg, size_t err_msg_len, const char *path, const char *what)
{
	(void)snprintf(err_msg, err_msg_len, "%s: %s", path, what);
	return ST_EPLUGIN;
}

static bool is_complete(const struct repository_plugin *r)
{
	return r->size >= offsetof(struct repository_plugin, turns) && r->name && r->open &&
	       r->close && r->state && r->load && r->append && r->read && r->seq_at &&
	       r->prune && r->check;
}

static int plugin_examine(const struct repository_plugin *r, const char *path, char *err_msg,
			  size_t err_msg_len)
{
	unsigned major = r->abi >> 16, minor = r->abi & 0xffff;

	if (major != REPOSITORY_ABI_MAJOR || minor > REPOSITORY_ABI_MINOR) {
		(void)snprintf(err_msg, err_msg_len,
			       "%s: interface version %u.%u, but %u.%u is needed", path, major,
			       minor, REPOSITORY_ABI_MAJOR, REPOSITORY_ABI_MINOR);
		return ST_EPLUGIN;
	}
	if (!is_complete(r))
		return plugin_bad(err_msg, err_msg_len, path, "its descriptor has holes");
	return 0;
}

int plugin_load(struct plugin *pl, const char *dir, const char *name, char *err_msg,
		size_t err_msg_len)
{
	char path[2048];
	int err;

	*pl = (struct plugin){ 0 };
	if (!*name || strchr(name, '/'))
		return plugin_bad(err_msg, err_msg_len, name, "not the name of a plugin");
	(void)snprintf(path, sizeof(path), "%s/repository-%s.so", dir, name);
	if (!(pl->so = dlopen(path, RTLD_NOW | RTLD_LOCAL))) {
		(void)snprintf(err_msg, err_msg_len, "%s", dlerror());
		return ST_EPLUGIN;
	}
	if (!(pl->repository = dlsym(pl->so, PLUGIN_SYMBOL)))
		err = plugin_bad(err_msg, err_msg_len, path, "has no symbol " PLUGIN_SYMBOL);
	else
		err = plugin_examine(pl->repository, path, err_msg, err_msg_len);
	if (err)
		plugin_unload(pl);
	return err;
}

void plugin_unload(struct plugin *pl)
{
	if (pl->so)
		dlclose(pl->so);
	*pl = (struct plugin){ 0 };
}
