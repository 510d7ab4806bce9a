/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two halves of the TNC module binding share: types, results, connection states and
 * attributes of TCG IF-IMC 1.3 and IF-IMV 1.4 in the C language. The names and numbers are
 * those of the specifications, so that a module written for any TNC client or server compiles
 * against these headers, and one compiled elsewhere loads here.
 *
 * All integers of the binding are TNC_UInt32, an unsigned long: eight octets on LP64
 * platforms, lists included. Integers inside attribute values are four octets, big-endian. */
#ifndef TNCIF_H
#define TNCIF_H

#ifdef __cplusplus
extern "C" {
#endif

/* What a module exports must be visible whatever it is compiled with. */
#ifndef TNC_MODULE_API
#if defined(__GNUC__)
#define TNC_MODULE_API __attribute__((visibility("default")))
#else
#define TNC_MODULE_API
#endif
#endif

typedef unsigned long TNC_UInt32;
typedef unsigned char *TNC_BufferReference;

typedef TNC_UInt32 TNC_IMCID;
typedef TNC_UInt32 TNC_IMVID;
typedef TNC_UInt32 TNC_ConnectionID;
typedef TNC_UInt32 TNC_ConnectionState;
typedef TNC_UInt32 TNC_RetryReason;
typedef TNC_UInt32 TNC_MessageType;
typedef TNC_UInt32 TNC_VendorID;
typedef TNC_UInt32 TNC_MessageSubtype;
typedef TNC_UInt32 TNC_Version;
typedef TNC_UInt32 TNC_Result;
typedef TNC_UInt32 TNC_AttributeID;
typedef TNC_UInt32 TNC_IMV_Action_Recommendation;
typedef TNC_UInt32 TNC_IMV_Evaluation_Result;

typedef TNC_MessageType *TNC_MessageTypeList;
typedef TNC_VendorID *TNC_VendorIDList;
typedef TNC_MessageSubtype *TNC_MessageSubtypeList;

/* Results. Others are to be read as TNC_RESULT_OTHER. */
#define TNC_RESULT_SUCCESS 0UL
#define TNC_RESULT_NOT_INITIALIZED 1UL
#define TNC_RESULT_ALREADY_INITIALIZED 2UL
#define TNC_RESULT_NO_COMMON_VERSION 3UL
#define TNC_RESULT_CANT_RETRY 4UL
#define TNC_RESULT_WONT_RETRY 5UL
#define TNC_RESULT_INVALID_PARAMETER 6UL
#define TNC_RESULT_CANT_RESPOND 7UL /* collectors only */
#define TNC_RESULT_ILLEGAL_OPERATION 8UL
#define TNC_RESULT_OTHER 9UL
#define TNC_RESULT_FATAL 10UL
#define TNC_RESULT_EXCEEDED_MAX_ROUND_TRIPS 0x00559700UL
#define TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE 0x00559701UL
#define TNC_RESULT_NO_LONG_MESSAGE_TYPES 0x00559702UL
#define TNC_RESULT_NO_SOH_SUPPORT 0x00559703UL

/* The states a module is told about. */
#define TNC_CONNECTION_STATE_CREATE 0UL
#define TNC_CONNECTION_STATE_HANDSHAKE 1UL
#define TNC_CONNECTION_STATE_ACCESS_ALLOWED 2UL
#define TNC_CONNECTION_STATE_ACCESS_ISOLATED 3UL
#define TNC_CONNECTION_STATE_ACCESS_NONE 4UL
#define TNC_CONNECTION_STATE_DELETE 5UL

/* Wildcards. */
#define TNC_CONNECTIONID_ANY 0xFFFFFFFFUL
#define TNC_IMCID_ANY 0xFFFFUL
#define TNC_IMVID_ANY 0xFFFFUL
#define TNC_VENDORID_ANY 0xFFFFFFUL
#define TNC_SUBTYPE_ANY 0xFFUL

#define TNC_VENDORID_TCG 0UL /* old TCG values; the IETF's in PB-TNC */
#define TNC_VENDORID_TCG_NEW 0x005597UL

/* Deliver to the destination id and nowhere else. */
#define TNC_MESSAGE_FLAGS_EXCLUSIVE 0x80000000UL

/* Attributes for TNC_TNCC_GetAttribute and the other three. */
#define TNC_ATTRIBUTEID_PREFERRED_LANGUAGE 0x00000001UL
#define TNC_ATTRIBUTEID_REASON_STRING 0x00000002UL
#define TNC_ATTRIBUTEID_REASON_LANGUAGE 0x00000003UL
#define TNC_ATTRIBUTEID_MAX_ROUND_TRIPS 0x00559700UL
#define TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE 0x00559701UL
#define TNC_ATTRIBUTEID_DHPN 0x00559702UL
#define TNC_ATTRIBUTEID_HAS_LONG_TYPES 0x00559703UL
#define TNC_ATTRIBUTEID_HAS_EXCLUSIVE 0x00559704UL
#define TNC_ATTRIBUTEID_HAS_SOH 0x00559705UL
#define TNC_ATTRIBUTEID_SOH 0x00559706UL
#define TNC_ATTRIBUTEID_SSOH 0x00559707UL
#define TNC_ATTRIBUTEID_SOHR 0x00559708UL
#define TNC_ATTRIBUTEID_SSOHR 0x00559709UL
#define TNC_ATTRIBUTEID_IFTNCCS_PROTOCOL 0x0055970AUL
#define TNC_ATTRIBUTEID_IFTNCCS_VERSION 0x0055970BUL
#define TNC_ATTRIBUTEID_IFT_PROTOCOL 0x0055970CUL
#define TNC_ATTRIBUTEID_IFT_VERSION 0x0055970DUL
#define TNC_ATTRIBUTEID_TLS_UNIQUE 0x0055970EUL
#define TNC_ATTRIBUTEID_IMC_SPTS_TNCS1 0x0055970FUL
#define TNC_ATTRIBUTEID_PRIMARY_IMV_ID 0x00559710UL
#define TNC_ATTRIBUTEID_PRIMARY_IMC_ID 0x00559711UL
#define TNC_ATTRIBUTEID_AR_IDENTITIES 0x00559712UL

/* The records of TNC_ATTRIBUTEID_AR_IDENTITIES, all under TNC_VENDORID_TCG_NEW. */
#define TNC_ID_UNKNOWN 0UL
#define TNC_ID_IPV4_ADDR 1UL
#define TNC_ID_IPV6_ADDR 2UL
#define TNC_ID_FQDN 3UL
#define TNC_ID_EMAIL_ADDR 4UL
#define TNC_ID_USER_NAME 5UL
#define TNC_ID_X500_DN 6UL
#define TNC_SUBJECT_UNKNOWN 0UL
#define TNC_SUBJECT_MACHINE 1UL
#define TNC_SUBJECT_USER 2UL
#define TNC_AUTH_UNKNOWN 0UL
#define TNC_AUTH_X509_CERT 1UL
#define TNC_AUTH_PASSWORD 2UL
#define TNC_AUTH_SIM 3UL

#ifdef __cplusplus
}
#endif

#endif
