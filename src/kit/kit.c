/* SPDX-License-Identifier: BSD-2-Clause */
#include "kit/core.h"
#include "base/err.h"

int kit_retry(struct kit_module *m, uint32_t connection, enum kit_retry reason)
{
	struct kit *k = ((struct kit_config *)m)->kit;
	TNC_TNCC_RequestHandshakeRetryPointer retry;
	TNC_UInt32 id;

	pthread_mutex_lock(&k->lock);
	retry = k->state == KIT_ON ? k->broker.retry : NULL;
	id = k->id;
	pthread_mutex_unlock(&k->lock);
	if (!retry)
		return ST_ESTATE;
	switch (retry(id, connection, (TNC_RetryReason)reason)) {
	case TNC_RESULT_SUCCESS:
		return 0;
	case TNC_RESULT_WONT_RETRY:
		return ST_EDENIED;
	default:
		return ST_ENOENT;
	}
}
