/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/module_ids.h"
#include "host/module.h"

static pthread_rwlock_t owners_lock = PTHREAD_RWLOCK_INITIALIZER;

static struct module *owners[PROCESS_IDS_MAX]; /* by identifier; 0 is never assigned */

TNC_UInt32 module_ids_add(struct module *m)
{
	TNC_UInt32 id = 1;

	pthread_rwlock_wrlock(&owners_lock);
	while (id < PROCESS_IDS_MAX && owners[id])
		id++;
	if (id < PROCESS_IDS_MAX && module_add_id(m, id))
		owners[id] = m;
	else
		id = 0;
	pthread_rwlock_unlock(&owners_lock);
	return id;
}

void module_ids_remove(struct module *m)
{
	pthread_rwlock_wrlock(&owners_lock);
	for (size_t i = 0; i < PROCESS_IDS_MAX; i++)
		if (owners[i] == m)
			owners[i] = NULL;
	pthread_rwlock_unlock(&owners_lock);
}

struct module *module_ids_enter(enum tnc_kind kind, TNC_UInt32 id, TNC_Result *r)
{
	struct module *m;
	bool over = false;

	pthread_rwlock_rdlock(&owners_lock);
	m = id < PROCESS_IDS_MAX ? owners[id] : NULL;
	if (m && m->kind != kind)
		m = NULL;
	if (m) {
		pthread_mutex_lock(&m->lock);
		over = m->terminated;
		pthread_mutex_unlock(&m->lock);
	}
	*r = over ? TNC_RESULT_NOT_INITIALIZED : TNC_RESULT_INVALID_PARAMETER;
	if (m && !over)
		return m;
	pthread_rwlock_unlock(&owners_lock);
	return NULL;
}

TNC_Result module_ids_leave(TNC_Result r)
{
	pthread_rwlock_unlock(&owners_lock);
	return r;
}
