/* SPDX-License-Identifier: BSD-2-Clause */
/* A module on strings. puppet_imc.so and puppet_imv.so export the standard entry points and
 * use nothing but the standard binding; what they do is up to the test, which opens the
 * library too and fills in the hooks of its `puppet`. Without hooks it plays a small part of
 * its own: the collector says "hello", the validator asks "more?" once per assessment and then
 * allows. */
#ifndef STANCE_TESTING_PUPPET_H
#define STANCE_TESTING_PUPPET_H

#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"

#include <stdbool.h>

#define PUPPET_VENDOR 0x005597UL
#define PUPPET_SUBTYPE 0xfeUL

struct puppet_message {
	TNC_UInt32 flags, vendor, subtype, source, destination, n;
	bool is_long; /* came through the long function */
	const unsigned char *body;
};

struct puppet {
	/* who am I */
	bool server;
	TNC_UInt32 id;
	unsigned long terminated;

	/* the broker's functions, as bind gave them */
	TNC_TNCC_BindFunctionPointer bind;
	TNC_TNCC_ReportMessageTypesPointer types;
	TNC_TNCC_ReportMessageTypesLongPointer types_long;
	TNC_TNCC_SendMessagePointer send;
	TNC_TNCC_SendMessageLongPointer send_long;
	TNC_TNCC_SendMessageSOHPointer send_soh;
	TNC_TNCC_RequestHandshakeRetryPointer retry;
	TNC_TNCC_GetAttributePointer get;
	TNC_TNCC_SetAttributePointer set;
	TNC_TNCC_ReserveAdditionalIMCIDPointer reserve;
	TNC_TNCS_ProvideRecommendationPointer recommend;

	/* what the test wants; NULL: the small part */
	void *ctx;
	TNC_Result (*initialize)(struct puppet *p, TNC_Version *version);
	TNC_Result (*provided)(struct puppet *p); /* instead of registering the one type */
	TNC_Result (*notify)(struct puppet *p, TNC_ConnectionID conn,
			     TNC_ConnectionState state);
	TNC_Result (*begin)(struct puppet *p, TNC_ConnectionID conn);
	TNC_Result (*receive)(struct puppet *p, TNC_ConnectionID conn,
			      const struct puppet_message *m);
	TNC_Result (*batch_ending)(struct puppet *p, TNC_ConnectionID conn);
	TNC_Result (*solicit)(struct puppet *p, TNC_ConnectionID conn);
	TNC_Result (*terminate)(struct puppet *p);
};

#endif
