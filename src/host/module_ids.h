/* SPDX-License-Identifier: BSD-2-Clause */
/* Module identifiers (IMC and IMV IDs). A module names itself by its identifier and nothing
 * else, so identifiers are unique in the process. */
#ifndef STANCE_HOST_MODULE_IDS_H
#define STANCE_HOST_MODULE_IDS_H

#include "host/tnc_config.h"
#include "tncif/tncif.h"

#define PROCESS_IDS_MAX 4096u /* identifiers of the process; the first is 1 */

struct module;

/* Gives m another identifier; 0 when there are too many. */
TNC_UInt32 module_ids_add(struct module *m);

/* Takes all identifiers of m back. When it returns, no function runs on behalf of m. */
void module_ids_remove(struct module *m);

/* Every function for modules begins with enter and ends with leave, which returns r. In
 * between the module stays loaded. NULL with the reason in *r: unknown or terminated; do not
 * call leave. */
struct module *module_ids_enter(enum tnc_kind kind, TNC_UInt32 id, TNC_Result *r);
TNC_Result module_ids_leave(TNC_Result r);

#endif
