/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a module and of its connections, and the way in and out of its entry points.
 * Private to the kit. */
#ifndef STANCE_KIT_MODULE_H
#define STANCE_KIT_MODULE_H

#include "kit/core.h"

/* The bodies of TNC_IMx_Initialize, _ProvideBindFunction and _Terminate. */
TNC_Result kit_initialize(struct kit *k, TNC_UInt32 id, TNC_Version min, TNC_Version max,
			  TNC_Version *actual);
TNC_Result kit_bind(struct kit *k, TNC_UInt32 id, TNC_TNCC_BindFunctionPointer bind);
TNC_Result kit_terminate(struct kit *k, TNC_UInt32 id);

/* Every other entry point begins with kit_enter, or kit_enter_state, and ends with kit_leave.
 *
 * kit_enter returns the connection, locked and opened; an unknown one is made if `make` is
 * set. NULL: return *rc to the host. kit_leave unlocks and returns rc. */
struct kit_conn *kit_enter(struct kit *k, TNC_UInt32 id, TNC_UInt32 conn, bool make,
			   TNC_Result *rc);
TNC_Result kit_leave(struct kit_conn *c, TNC_Result rc);

/* kit_enter for TNC_IMx_NotifyConnectionChange: checks the state. A created connection ends an
 * older one with the same id that was never deleted. */
struct kit_conn *kit_enter_state(struct kit *k, TNC_UInt32 id, TNC_UInt32 conn,
				 TNC_ConnectionState state, TNC_Result *rc);

/* The host deleted the connection: ends it; kit_leave frees it. */
void kit_conn_delete(struct kit_conn *c);

/* Reads the settings of a module that is not started, and drops them. */
int kit_check(const struct kit *k, char *err_msg, size_t err_msg_len);

/* Reads the settings of a running module. 1: they changed and hold for every assessment that
 * begins from now on; 0: unchanged; ST_E... and err_msg: they are wrong, and the old ones
 * stay. One call at a time. */
int kit_reload(struct kit *k, char *err_msg, size_t err_msg_len);

/* Moves the connection to the settings in force if they changed and renew returns 0. During
 * renew c->config has the new ones, and the old ones still exist. */
void kit_conn_renew(struct kit_conn *c, int (*renew)(struct kit_conn *c));

#endif
