/* SPDX-License-Identifier: BSD-2-Clause */
/* TCG IF-IMC 1.3: what an integrity measurement collector (IMC) exports, and what the TNC
 * client (TNCC) that loads it offers through the bind function. */
#ifndef TNCIFIMC_H
#define TNCIFIMC_H

#include "tncif/tncif.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TNC_IMC_API
#define TNC_IMC_API extern TNC_MODULE_API
#endif
#ifndef TNC_TNCC_API
#define TNC_TNCC_API extern
#endif

#define TNC_IFIMC_VERSION_1 1UL

#define TNC_RETRY_REASON_IMC_REMEDIATION_COMPLETE 0UL
#define TNC_RETRY_REASON_IMC_SERIOUS_EVENT 1UL
#define TNC_RETRY_REASON_IMC_INFORMATIONAL_EVENT 2UL
#define TNC_RETRY_REASON_IMC_PERIODIC 3UL

/* --- what a TNCC offers ------------------------------------------------------------------ */

typedef TNC_Result (*TNC_TNCC_ReportMessageTypesPointer)(TNC_IMCID imcID,
							 TNC_MessageTypeList supportedTypes,
							 TNC_UInt32 typeCount);
typedef TNC_Result (*TNC_TNCC_ReportMessageTypesLongPointer)(
	TNC_IMCID imcID, TNC_VendorIDList supportedVendorIDs,
	TNC_MessageSubtypeList supportedSubtypes, TNC_UInt32 typeCount);
typedef TNC_Result (*TNC_TNCC_SendMessagePointer)(TNC_IMCID imcID,
						  TNC_ConnectionID connectionID,
						  TNC_BufferReference message,
						  TNC_UInt32 messageLength,
						  TNC_MessageType messageType);
typedef TNC_Result (*TNC_TNCC_SendMessageLongPointer)(
	TNC_IMCID imcID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 destinationIMVID);
typedef TNC_Result (*TNC_TNCC_SendMessageSOHPointer)(TNC_IMCID imcID,
						     TNC_ConnectionID connectionID,
						     TNC_BufferReference sohReportEntry,
						     TNC_UInt32 sohRELength);
typedef TNC_Result (*TNC_TNCC_RequestHandshakeRetryPointer)(TNC_IMCID imcID,
							    TNC_ConnectionID connectionID,
							    TNC_RetryReason reason);
typedef TNC_Result (*TNC_TNCC_GetAttributePointer)(
	TNC_IMCID imcID, TNC_ConnectionID connectionID, TNC_AttributeID attributeID,
	TNC_UInt32 bufferLength, TNC_BufferReference buffer, TNC_UInt32 *pOutValueLength);
typedef TNC_Result (*TNC_TNCC_SetAttributePointer)(TNC_IMCID imcID,
						   TNC_ConnectionID connectionID,
						   TNC_AttributeID attributeID,
						   TNC_UInt32 bufferLength,
						   TNC_BufferReference buffer);
typedef TNC_Result (*TNC_TNCC_ReserveAdditionalIMCIDPointer)(TNC_IMCID imcID,
							     TNC_UInt32 *pOutIMCID);
typedef TNC_Result (*TNC_TNCC_BindFunctionPointer)(TNC_IMCID imcID, char *functionName,
						   void **pOutfunctionPointer);

TNC_TNCC_API TNC_Result TNC_TNCC_ReportMessageTypes(TNC_IMCID imcID,
						    TNC_MessageTypeList supportedTypes,
						    TNC_UInt32 typeCount);
TNC_TNCC_API TNC_Result TNC_TNCC_ReportMessageTypesLong(
	TNC_IMCID imcID, TNC_VendorIDList supportedVendorIDs,
	TNC_MessageSubtypeList supportedSubtypes, TNC_UInt32 typeCount);
TNC_TNCC_API TNC_Result TNC_TNCC_SendMessage(TNC_IMCID imcID, TNC_ConnectionID connectionID,
					     TNC_BufferReference message,
					     TNC_UInt32 messageLength,
					     TNC_MessageType messageType);
TNC_TNCC_API TNC_Result TNC_TNCC_SendMessageLong(
	TNC_IMCID imcID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 destinationIMVID);
TNC_TNCC_API TNC_Result TNC_TNCC_SendMessageSOH(TNC_IMCID imcID, TNC_ConnectionID connectionID,
						TNC_BufferReference sohReportEntry,
						TNC_UInt32 sohRELength);
TNC_TNCC_API TNC_Result TNC_TNCC_RequestHandshakeRetry(TNC_IMCID imcID,
						       TNC_ConnectionID connectionID,
						       TNC_RetryReason reason);
TNC_TNCC_API TNC_Result TNC_TNCC_GetAttribute(TNC_IMCID imcID, TNC_ConnectionID connectionID,
					      TNC_AttributeID attributeID,
					      TNC_UInt32 bufferLength,
					      TNC_BufferReference buffer,
					      TNC_UInt32 *pOutValueLength);
TNC_TNCC_API TNC_Result TNC_TNCC_SetAttribute(TNC_IMCID imcID, TNC_ConnectionID connectionID,
					      TNC_AttributeID attributeID,
					      TNC_UInt32 bufferLength,
					      TNC_BufferReference buffer);
TNC_TNCC_API TNC_Result TNC_TNCC_ReserveAdditionalIMCID(TNC_IMCID imcID,
							TNC_UInt32 *pOutIMCID);
TNC_TNCC_API TNC_Result TNC_TNCC_BindFunction(TNC_IMCID imcID, char *functionName,
					      void **pOutfunctionPointer);

/* --- what an IMC exports; the first three are mandatory -----------------------------------
 */

typedef TNC_Result (*TNC_IMC_InitializePointer)(TNC_IMCID imcID, TNC_Version minVersion,
						TNC_Version maxVersion,
						TNC_Version *pOutActualVersion);
typedef TNC_Result (*TNC_IMC_ProvideBindFunctionPointer)(
	TNC_IMCID imcID, TNC_TNCC_BindFunctionPointer bindFunction);
typedef TNC_Result (*TNC_IMC_BeginHandshakePointer)(TNC_IMCID imcID,
						    TNC_ConnectionID connectionID);
typedef TNC_Result (*TNC_IMC_NotifyConnectionChangePointer)(TNC_IMCID imcID,
							    TNC_ConnectionID connectionID,
							    TNC_ConnectionState newState);
typedef TNC_Result (*TNC_IMC_ReceiveMessagePointer)(TNC_IMCID imcID,
						    TNC_ConnectionID connectionID,
						    TNC_BufferReference message,
						    TNC_UInt32 messageLength,
						    TNC_MessageType messageType);
typedef TNC_Result (*TNC_IMC_ReceiveMessageLongPointer)(
	TNC_IMCID imcID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 sourceIMVID,
	TNC_UInt32 destinationIMCID);
typedef TNC_Result (*TNC_IMC_ReceiveMessageSOHPointer)(TNC_IMCID imcID,
						       TNC_ConnectionID connectionID,
						       TNC_BufferReference sohrReportEntry,
						       TNC_UInt32 sohrRELength,
						       TNC_MessageType systemHealthID);
typedef TNC_Result (*TNC_IMC_BatchEndingPointer)(TNC_IMCID imcID,
						 TNC_ConnectionID connectionID);
typedef TNC_Result (*TNC_IMC_TerminatePointer)(TNC_IMCID imcID);

TNC_IMC_API TNC_Result TNC_IMC_Initialize(TNC_IMCID imcID, TNC_Version minVersion,
					  TNC_Version maxVersion,
					  TNC_Version *pOutActualVersion);
TNC_IMC_API TNC_Result TNC_IMC_ProvideBindFunction(TNC_IMCID imcID,
						   TNC_TNCC_BindFunctionPointer bindFunction);
TNC_IMC_API TNC_Result TNC_IMC_BeginHandshake(TNC_IMCID imcID, TNC_ConnectionID connectionID);
TNC_IMC_API TNC_Result TNC_IMC_NotifyConnectionChange(TNC_IMCID imcID,
						      TNC_ConnectionID connectionID,
						      TNC_ConnectionState newState);
TNC_IMC_API TNC_Result TNC_IMC_ReceiveMessage(TNC_IMCID imcID, TNC_ConnectionID connectionID,
					      TNC_BufferReference message,
					      TNC_UInt32 messageLength,
					      TNC_MessageType messageType);
TNC_IMC_API TNC_Result TNC_IMC_ReceiveMessageLong(
	TNC_IMCID imcID, TNC_ConnectionID connectionID, TNC_UInt32 messageFlags,
	TNC_BufferReference message, TNC_UInt32 messageLength, TNC_VendorID messageVendorID,
	TNC_MessageSubtype messageSubtype, TNC_UInt32 sourceIMVID,
	TNC_UInt32 destinationIMCID);
TNC_IMC_API TNC_Result TNC_IMC_ReceiveMessageSOH(TNC_IMCID imcID,
						 TNC_ConnectionID connectionID,
						 TNC_BufferReference sohrReportEntry,
						 TNC_UInt32 sohrRELength,
						 TNC_MessageType systemHealthID);
TNC_IMC_API TNC_Result TNC_IMC_BatchEnding(TNC_IMCID imcID, TNC_ConnectionID connectionID);
TNC_IMC_API TNC_Result TNC_IMC_Terminate(TNC_IMCID imcID);

#ifdef __cplusplus
}
#endif

#endif
