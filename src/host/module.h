/* SPDX-License-Identifier: BSD-2-Clause */
/* One loaded IMC or IMV: its library, its entry points, its identifiers and the message types
 * it wants. Every call into it goes through here, so that one which fails for good can be
 * taken out while others are still inside it. */
#ifndef STANCE_HOST_MODULE_H
#define STANCE_HOST_MODULE_H

#include "base/log.h"
#include "base/span.h"
#include "host/tnc_config.h"
#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"
#include "wire/pb_msg.h"

#include <pthread.h>

#define MODULE_IDS_MAX 64     /* primary and additional identifiers of one module */
#define MODULE_TYPES_MAX 4096 /* message types of one module */

/* The entry points; those of both sides have the same shape. NULL: not exported. */
struct module_entry {
	TNC_IMC_InitializePointer initialize;
	TNC_IMC_ProvideBindFunctionPointer provide_bind;
	TNC_IMC_BeginHandshakePointer begin;   /* IMV: server speaks first */
	TNC_IMC_BeginHandshakePointer solicit; /* IMV only */
	TNC_IMC_NotifyConnectionChangePointer notify;
	TNC_IMC_ReceiveMessagePointer receive;
	TNC_IMC_ReceiveMessageLongPointer receive_long;
	TNC_IMC_BatchEndingPointer batch_ending;
	TNC_IMC_TerminatePointer terminate;
	int (*reload)(char *err_msg,
		      size_t err_msg_len); /* of our own validators (kit/imv_entry.c) */
};

struct module_type {
	uint32_t vendor, subtype;
};

struct module_host;

struct module {
	struct module_host *host;
	enum tnc_kind kind;
	size_t index; /* in the host's list */
	char *name, *path;
	void *dl;
	struct module_entry entry;
	TNC_UInt32 id; /* the primary one; 0: none yet */
	struct log log;

	pthread_mutex_t serial; /* IMC: held during a call */

	pthread_mutex_t lock; /* over everything below; never held during a call */
	TNC_UInt32 ids[MODULE_IDS_MAX];
	size_t n_ids;
	struct module_type *types;
	size_t n_types;
	unsigned calls; /* threads inside the module */
	bool initialized, running, terminated;
	bool complained; /* its first error has been logged as a warning */
};

/* Opens the library of e and finds its entry points. NULL, with one log line, when the file
 * is not trusted, does not load or lacks a mandatory function. The caller owns the module. */
struct module *module_open(struct module_host *host, const struct tnc_entry *e);

/* Initialize and ProvideBindFunction; m->id must be registered, because it may call back. 0 or
 * ST_EPLUGIN with one log line; it has been terminated then. */
int module_start(struct module *m, TNC_TNCC_BindFunctionPointer bind);

/* Terminates it if that has not happened: nothing else will be called. */
void module_stop(struct module *m);

/* Stops if need be, unloads, frees. NULL is fine. */
void module_close(struct module *m);

/* The calls. Nothing happens when the module does not export the function or has failed. The
 * result of the module, or SUCCESS. log names the peer in a complaint and may be NULL. */
TNC_Result module_notify(struct module *m, const struct log *log, TNC_ConnectionID conn,
			 TNC_ConnectionState state);
TNC_Result module_begin(struct module *m, const struct log *log, TNC_ConnectionID conn);
TNC_Result module_batch_ending(struct module *m, const struct log *log, TNC_ConnectionID conn);
TNC_Result module_solicit(struct module *m, const struct log *log, TNC_ConnectionID conn);
/* The identifiers of the message are source and destination as this module sees them. */
TNC_Result module_receive(struct module *m, const struct log *log, TNC_ConnectionID conn,
			  const struct pb_pa *pa);

/* Has it read its settings again, if it can: 1 when they have changed, 0, or ST_E... and
 * why. */
int module_reload(struct module *m, char *err_msg, size_t err_msg_len);

bool module_running(struct module *m);

/* Replaces the list of wanted types (ReportMessageTypes). subtypes NULL: short form, vendor
 * and subtype in one. */
TNC_Result module_set_types(struct module *m, const TNC_UInt32 *vendors,
			    const TNC_UInt32 *subtypes, TNC_UInt32 n);

/* Whether this message is for m: its type is wanted, and an exclusive one names m. */
bool module_wants(struct module *m, const struct pb_pa *pa);

/* Remembers one more identifier of m: false when it has too many. */
bool module_add_id(struct module *m, TNC_UInt32 id);

#endif
