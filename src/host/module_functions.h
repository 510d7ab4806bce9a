/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that modules find through the bind function, whichever side. Any thread may
 * call them, also from inside an entry point of any module. */
#ifndef STANCE_HOST_MODULE_FUNCTIONS_H
#define STANCE_HOST_MODULE_FUNCTIONS_H

#include "base/span.h"
#include "host/tnc_config.h"
#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"

/* A name that the bind function answers. */
struct module_function {
	const char *name;
	void *fn;
};

/* Looks name up among the n entries of fns. */
TNC_Result module_functions_bind(enum tnc_kind kind, TNC_UInt32 id, const char *name,
				 void **out, const struct module_function *fns, size_t n);
/* packed: vendors holds short message types, subtypes is NULL. */
TNC_Result module_functions_report_types(enum tnc_kind kind, TNC_UInt32 id,
					 const TNC_UInt32 *vendors, const TNC_UInt32 *subtypes,
					 TNC_UInt32 n, bool packed);

struct module_message {
	TNC_UInt32 flags, vendor, subtype, destination;
	TNC_BufferReference body;
	TNC_UInt32 n;
};

TNC_Result module_functions_send(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				 const struct module_message *msg);
TNC_Result module_functions_retry(enum tnc_kind kind, TNC_UInt32 id, TNC_ConnectionID conn,
				  TNC_RetryReason reason);
TNC_Result module_functions_get_attribute(enum tnc_kind kind, TNC_UInt32 id,
					  TNC_ConnectionID conn, TNC_AttributeID a,
					  TNC_UInt32 cap, TNC_BufferReference buf,
					  TNC_UInt32 *len);
TNC_Result module_functions_set_attribute(enum tnc_kind kind, TNC_UInt32 id,
					  TNC_ConnectionID conn, TNC_AttributeID a,
					  struct span value);
TNC_Result module_functions_reserve(enum tnc_kind kind, TNC_UInt32 id, TNC_UInt32 *out);
TNC_Result module_functions_recommend(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 action,
				      TNC_UInt32 evaluation);

#endif
