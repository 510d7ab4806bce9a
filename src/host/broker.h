/* SPDX-License-Identifier: BSD-2-Clause */
/* What imc_host and imv_host have in common: the modules, the connections they know, and the
 * functions that modules find through the bind function.
 *
 * Modules name themselves by an identifier and nothing else, so identifiers are unique in the
 * process. Functions for modules may be called by any thread, also from inside an entry point
 * of any module. */
#ifndef STANCE_HOST_BROKER_H
#define STANCE_HOST_BROKER_H

#include "host/module.h"
#include "host/peer_info.h"

#define BROKER_IDS_MAX 4096u /* identifiers of all modules of the process; 1 is the first */

struct peer;

/* One name the bind function answers. */
struct broker_function {
	const char *name;
	void *fn;
};

struct broker {
	enum tnc_kind kind;
	TNC_TNCC_BindFunctionPointer bind;
	struct module **modules; /* fixed once open */
	size_t n;

	pthread_mutex_t lock;
	struct peer *peers;
	uint32_t next_conn;
};

/* Loads the modules of b->kind; b->kind and b->bind are set, the rest is zero. path may be
 * NULL. */
int broker_open(struct broker *b, const char *path);
void broker_close(struct broker *b);
bool broker_module(const struct broker *b, size_t i, struct host_module *m);

/* Gives p a connection identifier and lets modules find it (ST_ENOMEM); takes that away
 * again, after which no module function is working on p. */
int broker_add_peer(struct broker *b, struct peer *p);
void broker_remove_peer(struct broker *b, struct peer *p);

/* --- the functions for modules, whichever side ------------------------------------------- */

/* n names in fns. */
TNC_Result broker_bind(enum tnc_kind kind, TNC_UInt32 id, const char *name, void **out,
		       const struct broker_function *fns, size_t n);
/* subtypes NULL and packed: vendors holds message types of the short form. */
TNC_Result broker_report_types(enum tnc_kind kind, TNC_UInt32 id, const TNC_UInt32 *vendors,
			       const TNC_UInt32 *subtypes, TNC_UInt32 n, bool packed);
struct broker_message {
	TNC_UInt32 flags, vendor, subtype, destination;
	TNC_BufferReference body;
	TNC_UInt32 n;
};
TNC_Result broker_send(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
		       const struct broker_message *msg);
TNC_Result broker_retry(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
			TNC_RetryReason reason);
TNC_Result broker_get_attribute(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				TNC_AttributeID a, TNC_UInt32 cap, TNC_BufferReference buf,
				TNC_UInt32 *len);
TNC_Result broker_set_attribute(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				TNC_AttributeID a, struct span value);
TNC_Result broker_reserve(enum tnc_kind kind, TNC_UInt32 id, TNC_UInt32 *out);
TNC_Result broker_recommend(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 action,
			    TNC_UInt32 evaluation);

#endif
