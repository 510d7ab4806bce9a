/* SPDX-License-Identifier: BSD-2-Clause */
/* What collectors and validators have in common. A module author includes kit/imc.h or
 * kit/imv.h. */
#ifndef STANCE_KIT_KIT_H
#define STANCE_KIT_KIT_H

#include "base/api.h"
#include "base/conf.h"
#include "base/log.h"
#include "wire/pa_error.h"
#include "wire/pa_ietf.h"

ST_LOCAL_BEGIN

/* A PA message type: which component a message is about (RFC 5792, 3.5). */
struct kit_type {
	uint32_t vendor, subtype;
};

/* A text in one language. In a table: texts[0] is used when the peer prefers none of them. */
struct kit_text {
	const char *lang; /* RFC 5646 tag, for example "en" or "de-CH" */
	const char *text; /* UTF-8 */
};

#define KIT_ALL_CONNECTIONS 0xffffffffu
#define KIT_ANY_ID 0xffffu /* any module of the peer */

/* The module in this process, from Initialize to Terminate; one for all connections. */
struct kit_module {
	cfg_t *conf;    /* the module's settings; owned by the kit until unload has returned */
	void *state;    /* the module's own; set by load */
	struct log log; /* "module=imv-os" */

	/* Segmentation: load may change these before the first connection. */
	uint32_t max_attribute; /* octets of an attribute we take in pieces */
	uint32_t max_segment;   /* octets of one piece we ask for */
};

/* Why an assessment should be repeated; the numbers are those of the binding. 0, 1, 4 and 6 ask
 * for it even if that interrupts the connection. */
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

/* Asks the host to assess a connection (its id, or KIT_ALL_CONNECTIONS) again. From any thread,
 * between load and unload. 0: it will, when its turn comes (stanced: assess_rate of
 * stance.conf); ST_EDENIED: it will not; ST_ENOENT: the host cannot, or there is no such
 * connection; ST_ESTATE: the module is not in a host. */
int kit_retry(struct kit_module *m, uint32_t connection, enum kit_retry reason);

/* The text that suits best a peer whose Accept-Language value is `preferred` (RFC 9110, 12.5.4;
 * may be NULL): the highest weight wins, a tag also matches a text in the same language of
 * another region. NULL only when n is 0. */
const struct kit_text *kit_text_pick(const struct kit_text *texts, size_t n,
				     const char *preferred);

ST_LOCAL_END

#endif
