/* SPDX-License-Identifier: BSD-2-Clause */
/* TCG IF-IMV 1.4: what an integrity measurement verifier (IMV) exports, and what the TNC
 * server (TNCS) that loads it offers through the bind function. */
#ifndef TNCIFIMV_H
#define TNCIFIMV_H

#include "tncif/tncif.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TNC_IMV_API
#define TNC_IMV_API extern TNC_MODULE_API
#endif
#ifndef TNC_TNCS_API
#define TNC_TNCS_API extern
#endif

#define TNC_IFIMV_VERSION_1 1UL

#define TNC_RETRY_REASON_IMV_IMPORTANT_POLICY_CHANGE 4UL
#define TNC_RETRY_REASON_IMV_MINOR_POLICY_CHANGE 5UL
#define TNC_RETRY_REASON_IMV_SERIOUS_EVENT 6UL
#define TNC_RETRY_REASON_IMV_MINOR_EVENT 7UL
#define TNC_RETRY_REASON_IMV_PERIODIC 8UL

#define TNC_IMV_ACTION_RECOMMENDATION_ALLOW 0UL
#define TNC_IMV_ACTION_RECOMMENDATION_NO_ACCESS 1UL
#define TNC_IMV_ACTION_RECOMMENDATION_ISOLATE 2UL
#define TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION 3UL

#define TNC_IMV_EVALUATION_RESULT_COMPLIANT 0UL
#define TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MINOR 1UL
#define TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR 2UL
#define TNC_IMV_EVALUATION_RESULT_ERROR 3UL
#define TNC_IMV_EVALUATION_RESULT_DONT_KNOW 4UL

/* --- what a TNCS offers ------------------------------------------------------------------ */

typedef TNC_Result (*TNC_TNCS_ReportMessageTypesPointer)(TNC_IMVID imvID,
							 TNC_MessageTypeList supportedTypes,
							 TNC_UInt32 typeCount);
typedef TNC_Result (*TNC_TNCS_ReportMessageTypesLongPointer)(
	TNC_IMVID imvID, TNC_VendorIDList supportedVendorIDs,
	TNC_MessageSubtypeList supportedSubtypes, TNC_UInt32 typeCount);
typedef TNC_Result (*TNC_TNCS_SendMessagePointer)(TNC_IMVID imvID,
						  TNC_ConnectionID connectionID,
						  TNC_BufferReference message,
						  TNC_UInt32 messageLength,
						  TNC_MessageType messageType);
typedef TNC_Result (*TNC_TNCS_SendMessageLongPointer)(
	TNC_IMVID imvID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 destinationIMCID);
typedef TNC_Result (*TNC_TNCS_SendMessageSOHPointer)(TNC_IMVID imvID,
						     TNC_ConnectionID connectionID,
						     TNC_BufferReference sohrReportEntry,
						     TNC_UInt32 sohrRELength);
typedef TNC_Result (*TNC_TNCS_RequestHandshakeRetryPointer)(TNC_IMVID imvID,
							    TNC_ConnectionID connectionID,
							    TNC_RetryReason reason);
typedef TNC_Result (*TNC_TNCS_ProvideRecommendationPointer)(
	TNC_IMVID imvID, TNC_ConnectionID connectionID,
	TNC_IMV_Action_Recommendation recommendation, TNC_IMV_Evaluation_Result evaluation);
typedef TNC_Result (*TNC_TNCS_GetAttributePointer)(
	TNC_IMVID imvID, TNC_ConnectionID connectionID, TNC_AttributeID attributeID,
	TNC_UInt32 bufferLength, TNC_BufferReference buffer, TNC_UInt32 *pOutValueLength);
typedef TNC_Result (*TNC_TNCS_SetAttributePointer)(TNC_IMVID imvID,
						   TNC_ConnectionID connectionID,
						   TNC_AttributeID attributeID,
						   TNC_UInt32 bufferLength,
						   TNC_BufferReference buffer);
typedef TNC_Result (*TNC_TNCS_ReserveAdditionalIMVIDPointer)(TNC_IMVID imvID,
							     TNC_UInt32 *pOutIMVID);
typedef TNC_Result (*TNC_TNCS_BindFunctionPointer)(TNC_IMVID imvID, char *functionName,
						   void **pOutfunctionPointer);

TNC_TNCS_API TNC_Result TNC_TNCS_ReportMessageTypes(TNC_IMVID imvID,
						    TNC_MessageTypeList supportedTypes,
						    TNC_UInt32 typeCount);
TNC_TNCS_API TNC_Result TNC_TNCS_ReportMessageTypesLong(
	TNC_IMVID imvID, TNC_VendorIDList supportedVendorIDs,
	TNC_MessageSubtypeList supportedSubtypes, TNC_UInt32 typeCount);
TNC_TNCS_API TNC_Result TNC_TNCS_SendMessage(TNC_IMVID imvID, TNC_ConnectionID connectionID,
					     TNC_BufferReference message,
					     TNC_UInt32 messageLength,
					     TNC_MessageType messageType);
TNC_TNCS_API TNC_Result TNC_TNCS_SendMessageLong(
	TNC_IMVID imvID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 destinationIMCID);
TNC_TNCS_API TNC_Result TNC_TNCS_SendMessageSOH(TNC_IMVID imvID, TNC_ConnectionID connectionID,
						TNC_BufferReference sohrReportEntry,
						TNC_UInt32 sohrRELength);
TNC_TNCS_API TNC_Result TNC_TNCS_RequestHandshakeRetry(TNC_IMVID imvID,
						       TNC_ConnectionID connectionID,
						       TNC_RetryReason reason);
TNC_TNCS_API TNC_Result TNC_TNCS_ProvideRecommendation(
	TNC_IMVID imvID, TNC_ConnectionID connectionID,
	TNC_IMV_Action_Recommendation recommendation, TNC_IMV_Evaluation_Result evaluation);
TNC_TNCS_API TNC_Result TNC_TNCS_GetAttribute(TNC_IMVID imvID, TNC_ConnectionID connectionID,
					      TNC_AttributeID attributeID,
					      TNC_UInt32 bufferLength,
					      TNC_BufferReference buffer,
					      TNC_UInt32 *pOutValueLength);
TNC_TNCS_API TNC_Result TNC_TNCS_SetAttribute(TNC_IMVID imvID, TNC_ConnectionID connectionID,
					      TNC_AttributeID attributeID,
					      TNC_UInt32 bufferLength,
					      TNC_BufferReference buffer);
TNC_TNCS_API TNC_Result TNC_TNCS_ReserveAdditionalIMVID(TNC_IMVID imvID,
							TNC_UInt32 *pOutIMVID);
TNC_TNCS_API TNC_Result TNC_TNCS_BindFunction(TNC_IMVID imvID, char *functionName,
					      void **pOutfunctionPointer);

/* --- what an IMV exports; the first three are mandatory -----------------------------------
 */

/* BeginHandshake is for exchanges that the server opens; TCG's own C headers lack it. */

typedef TNC_Result (*TNC_IMV_InitializePointer)(TNC_IMVID imvID, TNC_Version minVersion,
						TNC_Version maxVersion,
						TNC_Version *pOutActualVersion);
typedef TNC_Result (*TNC_IMV_ProvideBindFunctionPointer)(
	TNC_IMVID imvID, TNC_TNCS_BindFunctionPointer bindFunction);
typedef TNC_Result (*TNC_IMV_SolicitRecommendationPointer)(TNC_IMVID imvID,
							   TNC_ConnectionID connectionID);
typedef TNC_Result (*TNC_IMV_BeginHandshakePointer)(TNC_IMVID imvID,
						    TNC_ConnectionID connectionID);
typedef TNC_Result (*TNC_IMV_NotifyConnectionChangePointer)(TNC_IMVID imvID,
							    TNC_ConnectionID connectionID,
							    TNC_ConnectionState newState);
typedef TNC_Result (*TNC_IMV_ReceiveMessagePointer)(TNC_IMVID imvID,
						    TNC_ConnectionID connectionID,
						    TNC_BufferReference message,
						    TNC_UInt32 messageLength,
						    TNC_MessageType messageType);
typedef TNC_Result (*TNC_IMV_ReceiveMessageLongPointer)(
	TNC_IMVID imvID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 sourceIMCID,
	TNC_UInt32 destinationIMVID);
typedef TNC_Result (*TNC_IMV_ReceiveMessageSOHPointer)(TNC_IMVID imvID,
						       TNC_ConnectionID connectionID,
						       TNC_BufferReference sohReportEntry,
						       TNC_UInt32 sohRELength,
						       TNC_MessageType systemHealthID);
typedef TNC_Result (*TNC_IMV_BatchEndingPointer)(TNC_IMVID imvID,
						 TNC_ConnectionID connectionID);
typedef TNC_Result (*TNC_IMV_TerminatePointer)(TNC_IMVID imvID);

TNC_IMV_API TNC_Result TNC_IMV_Initialize(TNC_IMVID imvID, TNC_Version minVersion,
					  TNC_Version maxVersion,
					  TNC_Version *pOutActualVersion);
TNC_IMV_API TNC_Result TNC_IMV_ProvideBindFunction(TNC_IMVID imvID,
						   TNC_TNCS_BindFunctionPointer bindFunction);
TNC_IMV_API TNC_Result TNC_IMV_SolicitRecommendation(TNC_IMVID imvID,
						     TNC_ConnectionID connectionID);
TNC_IMV_API TNC_Result TNC_IMV_BeginHandshake(TNC_IMVID imvID, TNC_ConnectionID connectionID);
TNC_IMV_API TNC_Result TNC_IMV_NotifyConnectionChange(TNC_IMVID imvID,
						      TNC_ConnectionID connectionID,
						      TNC_ConnectionState newState);
TNC_IMV_API TNC_Result TNC_IMV_ReceiveMessage(TNC_IMVID imvID, TNC_ConnectionID connectionID,
					      TNC_BufferReference message,
					      TNC_UInt32 messageLength,
					      TNC_MessageType messageType);
TNC_IMV_API TNC_Result TNC_IMV_ReceiveMessageLong(
	TNC_IMVID imvID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 sourceIMCID,
	TNC_UInt32 destinationIMVID);
TNC_IMV_API TNC_Result TNC_IMV_ReceiveMessageSOH(TNC_IMVID imvID,
						 TNC_ConnectionID connectionID,
						 TNC_BufferReference sohReportEntry,
						 TNC_UInt32 sohRELength,
						 TNC_MessageType systemHealthID);
TNC_IMV_API TNC_Result TNC_IMV_BatchEnding(TNC_IMVID imvID, TNC_ConnectionID connectionID);
TNC_IMV_API TNC_Result TNC_IMV_Terminate(TNC_IMVID imvID);

#ifdef __cplusplus
}
#endif

#endif
