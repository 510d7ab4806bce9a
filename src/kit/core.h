/* SPDX-License-Identifier: BSD-2-Clause */
/* The structs of the kit: the module in its host, and a connection. Private to the kit.
 *
 * Collectors and validators share them; imc.c and imv.c add their side. The functions of the
 * two bindings have the same C types, so the collectors' pointer types serve for both. */
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
#define KIT_PEERS 8      /* modules of the peer that one connection talks to */
#define KIT_LANGUAGE 256 /* octets read of an Accept-Language value */

struct kit_conn;
struct kit_out;
struct kit_peer;

/* Functions of the host; NULL: it does not have it. */
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

/* The name of one of them. Of several names for one place the first that exists is used. */
struct kit_binding {
	const char *name; /* NULL ends a table */
	size_t at;        /* offset in struct kit_broker */
};

/* A descriptor of either side. */
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

/* One side of the binding; imc.c and imv.c define one each. */
struct kit_side {
	const char *prefix; /* "imc" */
	const struct kit_binding *bindings;
	bool validator;
	bool serial;      /* the kit lets one call at a time into the module */
	size_t conn_size; /* struct imc or struct imv: a kit_conn and more */

	int (*describe)(struct kit_desc *d); /* ST_EPLUGIN: not our ABI */
	void (*start)(void); /* before the first load, and after the last unload; or NULL */
	void (*stop)(void);
	bool (*handles)(uint32_t vendor, uint32_t type);
	int (*handle)(struct kit_conn *c,
		      const struct pa_attr *a); /* returns the handler's result */
	int (*open)(struct kit_conn *c);
	void (*end)(struct kit_conn *c);
};

enum kit_state { KIT_OFF, KIT_STARTING, KIT_ON };

/* One version of the settings, with the module state made from it. Reloading replaces it as a
 * whole; a connection keeps one version during an assessment. */
struct kit_config {
	struct kit_module pub; /* first, so that kit_retry can convert it */
	struct kit *kit;
	char *text;    /* canonical form of the settings */
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
	unsigned calls;         /* of the host that are running on connections */
	struct kit_conn *conns; /* by connection id */
	pthread_mutex_t lock;   /* for the four above, and config */
	pthread_mutex_t serial; /* recursive */
};

struct kit_conn {
	UT_hash_handle hh;
	uint32_t id;
	struct kit *kit;
	struct kit_config *config;
	unsigned refs; /* under kit->lock */
	bool gone;     /* under kit->lock: deleted, freed with the last reference */

	pthread_mutex_t own, *mutex; /* held while the module runs: own, or kit->serial */
	bool inside;                 /* a call is running: nested calls are refused */
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
	bool asked; /* a message in the outbox expects an answer */
	bool quiet; /* messages expect no answer now: no contract is proposed */
	uint32_t own_id;
	uint32_t next_msg;
	bool proposed[KIT_TYPES]; /* to all */
	struct wr attr;           /* of imc_attr, imv_attr */
	struct kit_out *out;
	struct kit_peer *peers;
};

static inline bool kit_type_eq(struct kit_type a, struct kit_type b)
{
	return a.vendor == b.vendor && a.subtype == b.subtype;
}

#endif
