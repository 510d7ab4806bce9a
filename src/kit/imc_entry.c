/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry points of IF-IMC 1.3 that every collector exports. */
#include "kit/imc_side.h"
#include "kit/broker.h"
#include "kit/inbox.h"
#include "kit/module.h"
#include "kit/outbox.h"

static struct kit imc_kit = { .side = &imc_side, .lock = PTHREAD_MUTEX_INITIALIZER };

TNC_Result TNC_IMC_Initialize(TNC_IMCID imcID, TNC_Version minVersion, TNC_Version maxVersion,
			      TNC_Version *pOutActualVersion)
{
	return kit_initialize(&imc_kit, imcID, minVersion, maxVersion, pOutActualVersion);
}

/* Not of the standard: what is wrong with the module's settings, for who checks a
 * configuration without starting anything. 0, or ST_E... and why ("FILE:LINE: ..."). */
TNC_IMC_API int TNC_IMC_StanceSettings(char *err_msg, size_t err_msg_len);

int TNC_IMC_StanceSettings(char *err_msg, size_t err_msg_len)
{
	return kit_check(&imc_kit, err_msg, err_msg_len);
}

TNC_Result TNC_IMC_ProvideBindFunction(TNC_IMCID imcID,
				       TNC_TNCC_BindFunctionPointer bindFunction)
{
	return kit_bind(&imc_kit, imcID, bindFunction);
}

TNC_Result TNC_IMC_Terminate(TNC_IMCID imcID)
{
	return kit_terminate(&imc_kit, imcID);
}

/* A hook that fails says so in the log; the host can do nothing about it. */
static void imc_hook(struct imc *imc, int (*hook)(struct imc *, void *), const char *what)
{
	int err = hook ? hook(imc, imc->conn.session) : 0;

	if (err < 0)
		log_warn(&imc->conn.log, "%s failed: %s", what, st_strerror(err));
}

static void imc_flush(struct kit_conn *c)
{
	int err = kit_flush(c);

	c->can_send = false;
	if (err < 0 && imc_desc.unsent)
		imc_desc.unsent((struct imc *)c, c->session, err);
}

TNC_Result TNC_IMC_NotifyConnectionChange(TNC_IMCID imcID, TNC_ConnectionID connectionID,
					  TNC_ConnectionState newState)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter_state(&imc_kit, imcID, connectionID, newState, &rc);

	if (!c)
		return rc;
	switch (newState) {
	case TNC_CONNECTION_STATE_CREATE:
	case TNC_CONNECTION_STATE_HANDSHAKE:
		kit_outbox_drop(c);
		break;
	case TNC_CONNECTION_STATE_DELETE:
		kit_conn_delete(c);
		break;
	default:
		if (imc_desc.access)
			imc_desc.access((struct imc *)c, c->session,
					(enum imc_access)newState);
	}
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

TNC_Result TNC_IMC_BeginHandshake(TNC_IMCID imcID, TNC_ConnectionID connectionID)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imc_kit, imcID, connectionID, true, &rc);

	if (!c)
		return rc;
	kit_broker_learn(c);
	c->can_send = true;
	imc_hook((struct imc *)c, imc_desc.begin, "begin");
	imc_flush(c);
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

static TNC_Result imc_receive(TNC_IMCID id, TNC_ConnectionID connection, struct kit_type type,
			      TNC_UInt32 source, TNC_UInt32 destination, struct span msg)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imc_kit, id, connection, false, &rc);

	if (!c)
		return rc;
	if ((!msg.p && msg.n) || !kit_listens(&imc_kit, type))
		return kit_leave(c, TNC_RESULT_INVALID_PARAMETER);
	c->can_send = true;
	c->destination = (uint32_t)destination;
	kit_receive(c, type, (uint32_t)source, msg);
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

TNC_Result TNC_IMC_ReceiveMessage(TNC_IMCID imcID, TNC_ConnectionID connectionID,
				  TNC_BufferReference message, TNC_UInt32 messageLength,
				  TNC_MessageType messageType)
{
	struct kit_type type = { (uint32_t)(messageType >> 8) & 0xffffff, messageType & 0xff };

	return imc_receive(imcID, connectionID, type, KIT_ANY_ID, KIT_ANY_ID,
			   span_of(message, messageLength));
}

TNC_Result TNC_IMC_ReceiveMessageLong(TNC_IMCID imcID, TNC_ConnectionID connectionID,
				      TNC_UInt32 messageFlags, TNC_BufferReference message,
				      TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
				      TNC_MessageSubtype messageSubtype,
				      TNC_UInt32 sourceIMVID, TNC_UInt32 destinationIMCID)
{
	struct kit_type type = { (uint32_t)messageVendorID, (uint32_t)messageSubtype };

	(void)messageFlags;
	return imc_receive(imcID, connectionID, type, sourceIMVID, destinationIMCID,
			   span_of(message, messageLength));
}

TNC_Result TNC_IMC_BatchEnding(TNC_IMCID imcID, TNC_ConnectionID connectionID)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imc_kit, imcID, connectionID, false, &rc);

	if (!c)
		return rc;
	c->can_send = true;
	imc_hook((struct imc *)c, imc_desc.ending, "ending");
	imc_flush(c);
	return kit_leave(c, TNC_RESULT_SUCCESS);
}
