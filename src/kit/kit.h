/* SPDX-License-Identifier: BSD-2-Clause */
/* What collectors and validators have in common. Modules include kit/imc.h or kit/imv.h. */
#ifndef STANCE_KIT_KIT_H
#define STANCE_KIT_KIT_H

#include "base/api.h"
#include "base/conf.h"
#include "base/log.h"
#include "wire/pa_error.h"
#include "wire/pa_ietf.h"
#include "kit/text.h"

ST_LOCAL_BEGIN

/* A PA message type: the component that a message is about (RFC 5792, 3.5). */
struct kit_type {
	uint32_t vendor, subtype;
};

#define KIT_ALL_CONNECTIONS 0xffffffffu
#define KIT_ANY_ID 0xffffu /* any module of the peer */

/* The module in this process, from Initialize to Terminate. All connections share it. */
struct kit_module {
	cfg_t *conf;    /* the settings; owned by the kit, valid until unload has returned */
	void *state;    /* for the module; set by load */
	struct log log; /* "module=imv-os" */

	/* Segmentation; load may change both. */
	uint32_t max_attribute; /* octets of the largest attribute received in segments */
	uint32_t max_segment;   /* octets of one segment */
};

/* The reason for a repeated assessment; numbers of the IF-IMC and IF-IMV bindings. 0, 1, 4 and
 * 6 interrupt the connection if necessary. */
enum kit_retry {
	IMC_RETRY_REMEDIATED = 0,
	IMC_RETRY_SERIOUS_EVENT = 1,
	IMC_RETRY_INFORMATIONAL_EVENT = 2,
	IMC_RETRY_PERIODIC = 3,
	IMV_RETRY_IMPORTANT_POLICY = 4,
	IMV_RETRY_MINOR_POLICY = 5,
	IMV_RETRY_SERIOUS_EVENT = 6,
	IMV_RETRY_MINOR_EVENT = 7,
	IMV_RETRY_PERIODIC = 8
};

/* Asks the host to assess a connection (its id, or KIT_ALL_CONNECTIONS) again. Any thread,
 * between load and unload.
 *
 *	0           the host will (stanced: at assess_rate of stance.conf)
 *	ST_EDENIED  the host refuses
 *	ST_ENOENT   the host does not support it, or there is no such connection
 *	ST_ESTATE   the module is not in a host */
int kit_retry(struct kit_module *m, uint32_t connection, enum kit_retry reason);

ST_LOCAL_END

#endif
