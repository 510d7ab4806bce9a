/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the kit: the module in its host, a connection, and what passes through it. Both sides
 * of the binding share all of it; imc.c and imv.c add what is theirs.
 *
 * The functions of the two bindings have the same C types, name by name, so the collectors'
 * pointer types serve for both. */
#ifndef STANCE_KIT_CORE_H
#define STANCE_KIT_CORE_H

#include "base/limits.h"
#include "base/table.h"
#include "kit/kit.h"
#include "proto/pa_reasm.h"
#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"
#include "wire/pa_msg.h"

#include <pthread.h>

#define KIT_TYPES 8      /* subtypes of one module */
#define KIT_PEERS 8      /* modules of one endpoint that talk to one of ours */
#define KIT_LANGUAGE 256 /* octets of an Accept-Language value we look at */

struct kit_conn;

/* What a host offers, as far as it does: pointers may be NULL. */
struct kit_broker {
	TNC_TNCC_ReportMessageTypesPointer report;
	TNC_TNCC_ReportMessageTypesLongPointer report_long;
	TNC_TNCC_SendMessagePointer send;
	TNC_TNCC_SendMessageLongPointer send_long;
	TNC_TNCC_RequestHandshakeRetryPointer retry;
	TNC_TNCC_GetAttributePointer get;
	TNC_TNCC_SetAttributePointer set;
	TNC_TNCC_ReserveAdditionalIMCIDPointer reserve;
	TNC_TNCS_ProvideRecommendationPointer recommend;
};

/* Where to look for one of them. Several names for one place: the first that is there. */
struct kit_binding {
	const char *name; /* NULL ends a table */
	size_t at;        /* offset in struct kit_broker */
};

/* A descriptor, seen from the side-less part. */
struct kit_desc {
	const char *name;
	struct kit_type types[KIT_TYPES];
	size_t n_types, session_size;
	cfg_opt_t *conf;
	const struct conf_range *ranges;
	int (*load)(struct kit_module *m);
	void (*unload)(struct kit_module *m);
	bool segments, no_errors;
};

/* What imc.c and imv.c each define once. */
struct kit_side {
	const char *prefix; /* "imc" */
	const struct kit_binding *bindings;
	bool validator;
	bool serial;      /* the module runs one call at a time, whatever the host does */
	size_t conn_size; /* struct imc or struct imv: a kit_conn and more */

	int (*describe)(struct kit_desc *d); /* ST_EPLUGIN: not our ABI */
	void (*start)(void); /* before the first load, and after the last unload; or NULL */
	void (*stop)(void);
	bool (*handles)(uint32_t vendor, uint32_t type);
	int (*handle)(struct kit_conn *c, const struct pa_attr *a); /* its handler's result */
	int (*open)(struct kit_conn *c);
	void (*end)(struct kit_conn *c);
};

enum kit_state { KIT_OFF, KIT_STARTING, KIT_ON };

/* Settings, and what the module made of them. New ones replace them as a whole; a connection
 * goes by one of them from one assessment to the next. */
struct kit_config {
	struct kit_module pub; /* first: kit_retry gets here from it */
	struct kit *kit;
	char *text;    /* what they say, whatever the file looks like */
	unsigned refs; /* under kit->lock */
};

/* The module: one for each shared object. */
struct kit {
	const struct kit_side *side;
	struct kit_desc desc;
	struct log log;
	struct kit_config *config; /* in force; under lock */
	struct kit_broker broker;
	uint32_t id;
	enum kit_state state;
	unsigned calls;         /* of the host, on connections, right now */
	struct kit_conn *conns; /* by connection id */
	pthread_mutex_t lock;   /* for the four above, and config */
	pthread_mutex_t serial; /* recursive */
};

/* One module of the peer, for one subtype. */
struct kit_peer {
	uint32_t id; /* KIT_ANY_ID when the host does not say */
	struct kit_type type;
	struct pa_reasm reasm;
	struct kit_peer *next;
};

/* A PA-TNC message being put together. */
struct kit_out {
	struct kit_type type;
	uint32_t from, to; /* our id; the peer's, or KIT_ANY_ID: to all */
	bool sealed;       /* nothing more goes in */
	struct wr msg;
	struct kit_out *next;
};

struct kit_conn {
	UT_hash_handle hh;
	uint32_t id;
	struct kit *kit;
	struct kit_config *config;
	unsigned refs; /* under kit->lock */
	bool gone;     /* under kit->lock: deleted, freed with the last reference */

	pthread_mutex_t own, *mutex; /* held while the module runs: own, or kit->serial */
	bool inside;                 /* a call is running: no other may begin inside it */
	bool opened;
	bool used; /* an earlier call has ended */

	void *session;
	struct log log;
	struct log_limit log_limit;
	char *language; /* of kit_language, or NULL */

	/* what the host allows; read when an assessment starts */
	bool long_types, exclusive;
	uint32_t max_message;

	/* the message being handled */
	struct kit_peer *from; /* NULL: none */
	uint32_t destination;  /* our id it was sent to, or KIT_ANY_ID */
	struct kit_type type;
	uint8_t head[PA_ERROR_HEAD];
	bool answered; /* an error about it is in the outbox */

	/* what is to be sent */
	bool can_send;
	bool asked; /* something in the outbox wants an answer */
	bool quiet; /* what is sent now expects none: no contract is proposed */
	uint32_t own_id;
	uint32_t next_msg;
	bool proposed[KIT_TYPES]; /* to all */
	struct wr attr;           /* of imc_attr, imv_attr */
	struct kit_out *out;
	struct kit_peer *peers;
};

/* --- module.c: life, and the way in and out --- */

/* The bodies of TNC_IMx_Initialize, _ProvideBindFunction and _Terminate. */
TNC_Result kit_initialize(struct kit *k, TNC_UInt32 id, TNC_Version min, TNC_Version max,
			  TNC_Version *actual);
TNC_Result kit_bind(struct kit *k, TNC_UInt32 id, TNC_TNCC_BindFunctionPointer bind);
TNC_Result kit_terminate(struct kit *k, TNC_UInt32 id);

/* Reads the settings of a module that is not started, and forgets them. */
int kit_check(const struct kit *k, char *err_msg, size_t err_msg_len);

/* Reads the settings of one that is: 1 when they are others than before and in force for every
 * assessment that begins from now on (kit_conn_renew), 0 when nothing has changed, ST_E... and
 * why when they are wrong and the old ones stay. One call at a time. */
int kit_reload(struct kit *k, char *err_msg, size_t err_msg_len);

/* Every other entry point begins and ends with these. enter: the connection, locked, opened,
 * unknown ones made if `make`; or NULL and *rc. leave passes rc on. */
struct kit_conn *kit_enter(struct kit *k, TNC_UInt32 id, TNC_UInt32 conn, bool make,
			   TNC_Result *rc);
TNC_Result kit_leave(struct kit_conn *c, TNC_Result rc);

/* The same for TNC_IMx_NotifyConnectionChange: checks the state; a connection that is created
 * ends an older one with the same id that was never deleted. */
struct kit_conn *kit_enter_state(struct kit *k, TNC_UInt32 id, TNC_UInt32 conn,
				 TNC_ConnectionState state, TNC_Result *rc);

/* The connection goes by the settings in force, if others than so far, and renew (called with
 * those in c->config, and the old ones still there) agrees by returning 0. */
void kit_conn_renew(struct kit_conn *c, int (*renew)(struct kit_conn *c));

/* The connection is gone: ends it now; freed by leave. */
void kit_conn_delete(struct kit_conn *c);

/* --- broker.c: what the host does for us --- */

int kit_broker_bind(struct kit *k, TNC_TNCC_BindFunctionPointer bind);
int kit_broker_report_types(struct kit *k);
void kit_broker_learn(struct kit_conn *c); /* long_types, exclusive, max_message */

/* Attribute value of the connection into buf; its length, or ST_ENOENT, ST_ELIMIT (*need says
 * how long it is; need may be NULL). */
int kit_broker_get(struct kit_conn *c, TNC_AttributeID what, void *buf, size_t cap,
		   size_t *need);

/* One message. ST_ESTATE, ST_ELIMIT, ST_EUNSUPPORTED, ST_EIO. */
int kit_broker_send(struct kit_conn *c, const struct kit_out *m);

const char *kit_language(struct kit_conn *c);

/* --- outbox.c --- */

/* A peer's entry, made if need be; NULL when there are too many or no memory. */
struct kit_peer *kit_peer(struct kit_conn *c, struct kit_type type, uint32_t id);

/* ASK: keeps a validator waiting. RAW: as it is, never in segments. ALONE: so, too, and with
 * nothing else in its message. */
enum kit_how { KIT_ANSWER, KIT_ASK, KIT_RAW, KIT_ALONE };

struct wr *kit_attr(struct kit_conn *c);
int kit_send(struct kit_conn *c, enum kit_how how);
int kit_error(struct kit_conn *c, const struct pa_error *e);
int kit_invalid(struct kit_conn *c, const struct pa_attr *a, size_t at);
uint32_t kit_max_attribute(struct kit_conn *c);

/* The message to `to` (NULL: all) that is being put together in the current type, or NULL. */
struct kit_out *kit_out(struct kit_conn *c, const struct kit_peer *to);

/* Gives all messages to the host; returns the first error, but tries every one. */
int kit_flush(struct kit_conn *c);
void kit_outbox_drop(struct kit_conn *c);
bool kit_busy(const struct kit_conn *c); /* segments under way */
void kit_peers_free(struct kit_conn *c);

/* --- inbox.c --- */

/* Handles one message of the peer. Its faults are not ours: they are logged and answered. */
void kit_receive(struct kit_conn *c, struct kit_type type, uint32_t source, struct span msg);

/* Whether kit->desc listens to type. */
bool kit_listens(const struct kit *k, struct kit_type type);

static inline bool kit_type_eq(struct kit_type a, struct kit_type b)
{
	return a.vendor == b.vendor && a.subtype == b.subtype;
}

#endif
