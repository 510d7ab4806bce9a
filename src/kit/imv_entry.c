/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry points of IF-IMV 1.4 that every validator exports, and the course of an
 * assessment behind them. */
#include "kit/imv_side.h"
#include "kit/broker.h"
#include "kit/inbox.h"
#include "kit/module.h"
#include "kit/outbox.h"

#include <stdlib.h>

static struct kit imv_kit = { .side = &imv_side, .lock = PTHREAD_MUTEX_INITIALIZER };

TNC_Result TNC_IMV_Initialize(TNC_IMVID imvID, TNC_Version minVersion, TNC_Version maxVersion,
			      TNC_Version *pOutActualVersion)
{
	return kit_initialize(&imv_kit, imvID, minVersion, maxVersion, pOutActualVersion);
}

/* Not of the standard: what is wrong with the module's settings, for who checks a
 * configuration without starting anything. 0, or ST_E... and why ("FILE:LINE: ..."). */
TNC_IMV_API int TNC_IMV_StanceSettings(char *err_msg, size_t err_msg_len);

int TNC_IMV_StanceSettings(char *err_msg, size_t err_msg_len)
{
	return kit_check(&imv_kit, err_msg, err_msg_len);
}

/* Not of the standard: the file with the settings may have changed. 1: it has, and what it
 * says holds from each endpoint's next assessment on; 0: it has not; ST_E... and why: it is
 * wrong, and the old settings stay. Any thread, one call at a time. */
TNC_IMV_API int TNC_IMV_StanceReload(char *err_msg, size_t err_msg_len);

int TNC_IMV_StanceReload(char *err_msg, size_t err_msg_len)
{
	return kit_reload(&imv_kit, err_msg, err_msg_len);
}

TNC_Result TNC_IMV_ProvideBindFunction(TNC_IMVID imvID,
				       TNC_TNCS_BindFunctionPointer bindFunction)
{
	return kit_bind(&imv_kit, imvID, bindFunction);
}

TNC_Result TNC_IMV_Terminate(TNC_IMVID imvID)
{
	return kit_terminate(&imv_kit, imvID);
}

/* --- an assessment --- */

/* A hook that fails says so in the log; the host can do nothing about it. */
static void imv_hook(struct imv *imv, int (*hook)(struct imv *, void *), const char *what)
{
	int err = hook ? hook(imv, imv->conn.session) : 0;

	if (err < 0)
		log_warn(&imv->conn.log, "%s failed: %s", what, st_strerror(err));
}

/* The settings in force are others than before. */
static int imv_renew(struct kit_conn *c)
{
	if (!imv_desc.renew)
		return ST_EUNSUPPORTED;
	return imv_desc.renew((struct imv *)c, c->session);
}

/* Some hosts do not announce a repeated handshake, so everything that is part of one begins
 * here. */
static void imv_begin(struct imv *imv)
{
	if (imv->begun)
		return;
	kit_outbox_drop(&imv->conn);
	kit_broker_learn(&imv->conn);
	(void)imv_identity(imv);
	kit_conn_renew(&imv->conn, imv_renew);
	imv->begun = true;
	imv->decided = imv->recommended = imv->overloaded = false;
	free(imv->reason);
	free(imv->reason_lang);
	imv->reason = imv->reason_lang = NULL;
	imv->conn.can_send = true;
	imv_hook(imv, imv_desc.begin, "begin");
}

/* The Assessment Result attribute for every collector that has spoken (RFC 5792, 4.2.9). */
static void imv_tell_collectors(struct imv *imv)
{
	struct kit_conn *c = &imv->conn;

	for (struct kit_peer *p = c->peers; p; p = p->next) {
		struct wr *w;
		size_t begin;

		c->from = p;
		c->type = p->type;
		w = kit_attr(c);
		begin = pa_attr_begin(w, 0, PEN_IETF, PA_RESULT);
		pa_result_encode(w, imv->evaluation);
		pa_attr_end(w, begin);
		(void)kit_send(c, KIT_ANSWER);
	}
	c->from = NULL;
	c->type = c->kit->desc.types[0];
}

static void imv_set(struct imv *imv, TNC_AttributeID what, const char *text)
{
	const struct kit *k = imv->conn.kit;

	if (k->broker.set && text)
		(void)k->broker.set(k->id, imv->conn.id, what, strlen(text),
				    (TNC_BufferReference)text);
}

static TNC_Result imv_provide(struct imv *imv)
{
	const struct kit *k = imv->conn.kit;

	imv_set(imv, TNC_ATTRIBUTEID_REASON_STRING, imv->reason);
	imv_set(imv, TNC_ATTRIBUTEID_REASON_LANGUAGE, imv->reason_lang);
	if (!k->broker.recommend)
		return TNC_RESULT_FATAL;
	return k->broker.recommend(k->id, imv->conn.id, (TNC_UInt32)imv->rec,
				   (TNC_UInt32)imv->evaluation);
}

/* The end of an assessment: the module decides, the posture takes the report, and only then
 * anybody is told. */
static TNC_Result imv_decide(struct imv *imv)
{
	imv->conn.quiet = true;
	imv_hook(imv, imv_desc.decide, "decide");
	imv->decided = true;
	if (!imv->recommended)
		imv_recommend(imv, IMV_NO_RECOMMENDATION, PA_RESULT_UNKNOWN);
	(void)imv_submit(imv);
	if (imv->overloaded)
		imv_recommend(imv, IMV_NO_RECOMMENDATION, PA_RESULT_ERROR);
	imv_tell_collectors(imv);
	(void)kit_flush(&imv->conn);
	return imv_provide(imv);
}

TNC_Result TNC_IMV_NotifyConnectionChange(TNC_IMVID imvID, TNC_ConnectionID connectionID,
					  TNC_ConnectionState newState)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter_state(&imv_kit, imvID, connectionID, newState, &rc);

	if (!c)
		return rc;
	switch (newState) {
	case TNC_CONNECTION_STATE_CREATE:
		break;
	case TNC_CONNECTION_STATE_HANDSHAKE:
		((struct imv *)c)->begun = false;
		imv_begin((struct imv *)c);
		break;
	case TNC_CONNECTION_STATE_DELETE:
		kit_conn_delete(c);
		break;
	default:
		((struct imv *)c)->begun = false;
		(void)imv_submit((struct imv *)c); /* what came after the decision */
	}
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

/* The server speaks first: what begin has asked goes out now. */
TNC_Result TNC_IMV_BeginHandshake(TNC_IMVID imvID, TNC_ConnectionID connectionID)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imv_kit, imvID, connectionID, true, &rc);

	if (!c)
		return rc;
	imv_begin((struct imv *)c);
	(void)kit_flush(c);
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

static TNC_Result imv_receive(TNC_IMVID id, TNC_ConnectionID connection, struct kit_type type,
			      TNC_UInt32 source, TNC_UInt32 destination, struct span msg)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imv_kit, id, connection, false, &rc);

	if (!c)
		return rc;
	if ((!msg.p && msg.n) || !kit_listens(&imv_kit, type))
		return kit_leave(c, TNC_RESULT_INVALID_PARAMETER);
	imv_begin((struct imv *)c);
	c->can_send = true;
	c->destination = (uint32_t)destination;
	kit_receive(c, type, (uint32_t)source, msg);
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

TNC_Result TNC_IMV_ReceiveMessage(TNC_IMVID imvID, TNC_ConnectionID connectionID,
				  TNC_BufferReference message, TNC_UInt32 messageLength,
				  TNC_MessageType messageType)
{
	struct kit_type type = { (uint32_t)(messageType >> 8) & 0xffffff, messageType & 0xff };

	return imv_receive(imvID, connectionID, type, KIT_ANY_ID, KIT_ANY_ID,
			   span_of(message, messageLength));
}

TNC_Result TNC_IMV_ReceiveMessageLong(TNC_IMVID imvID, TNC_ConnectionID connectionID,
				      TNC_UInt32 messageFlags, TNC_BufferReference message,
				      TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
				      TNC_MessageSubtype messageSubtype,
				      TNC_UInt32 sourceIMCID, TNC_UInt32 destinationIMVID)
{
	struct kit_type type = { (uint32_t)messageVendorID, (uint32_t)messageSubtype };

	(void)messageFlags;
	return imv_receive(imvID, connectionID, type, sourceIMCID, destinationIMVID,
			   span_of(message, messageLength));
}

TNC_Result TNC_IMV_BatchEnding(TNC_IMVID imvID, TNC_ConnectionID connectionID)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imv_kit, imvID, connectionID, false, &rc);
	struct imv *imv = (struct imv *)c;

	if (!c)
		return rc;
	imv_begin(imv);
	c->can_send = true;
	imv_hook(imv, imv->decided ? NULL : imv_desc.ending, "ending");
	if (imv->decided || c->asked || kit_busy(c))
		(void)kit_flush(c);
	else
		(void)imv_decide(imv);
	return kit_leave(c, TNC_RESULT_SUCCESS);
}

TNC_Result TNC_IMV_SolicitRecommendation(TNC_IMVID imvID, TNC_ConnectionID connectionID)
{
	TNC_Result rc;
	struct kit_conn *c = kit_enter(&imv_kit, imvID, connectionID, true, &rc);
	struct imv *imv = (struct imv *)c;

	if (!c)
		return rc;
	imv_begin(imv);
	kit_outbox_drop(c); /* too late for questions */
	c->can_send = true;
	return kit_leave(c, imv->decided ? imv_provide(imv) : imv_decide(imv));
}
