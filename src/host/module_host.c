/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/module_host.h"

#include "base/err.h"
#include "host/module_ids.h"

#include <stdlib.h>

/* --- modules ----------------------------------------------------------------------------- */

static bool loaded_already(const struct module_host *b, const struct module *m)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->modules[i]->dl != m->dl)
			continue;
		log_error(&m->log, "module refused: the same library as \"%s\"",
			  b->modules[i]->name);
		return true;
	}
	return false;
}

static void load(struct module_host *b, const struct tnc_entry *e)
{
	struct module *m = module_open(b, e);

	if (!m)
		return;
	m->index = b->n;
	if (loaded_already(b, m))
		goto refused;
	if (!(m->id = module_ids_add(m))) {
		log_error(&m->log, "module refused: too many modules");
		goto refused;
	}
	if (module_start(m, b->bind) < 0)
		goto refused;
	b->modules[b->n++] = m;
	log_info(&m->log, "module loaded: id=%lu", m->id);
	return;
refused:
	module_ids_remove(m);
	module_close(m);
}

int module_host_open(struct module_host *b, const char *path)
{
	struct tnc_config config = { 0 };
	int err = path ? tnc_config_read(path, &config) : 0;

	if (err == ST_ENOENT) {
		log_warn(NULL, "no modules: there is no file %s", path);
		err = 0;
	}
	if (!err && !(b->modules = calloc(config.n + 1, sizeof(*b->modules))))
		err = ST_ENOMEM;
	if (!err) {
		peer_table_init(&b->peers);
	}
	for (size_t i = 0; !err && i < config.n; i++)
		if (config.entries[i].kind == b->kind)
			load(b, &config.entries[i]);
	tnc_config_free(&config);
	return err;
}

void module_host_close(struct module_host *b)
{
	for (size_t i = b->n; i--;) {
		/* what it calls from inside Terminate is still answered: too late */
		module_stop(b->modules[i]);
		module_ids_remove(b->modules[i]);
		module_close(b->modules[i]);
	}
	free(b->modules);
	peer_table_reset(&b->peers);
}

bool module_host_module(const struct module_host *b, size_t i, struct host_module *m)
{
	if (i >= b->n)
		return false;
	*m = (struct host_module){ .name = b->modules[i]->name,
				   .path = b->modules[i]->path,
				   .id = (unsigned)b->modules[i]->id,
				   .running = module_running(b->modules[i]) };
	return true;
}
