/* SPDX-License-Identifier: BSD-2-Clause */
/* The views of each command and the indices of their columns. commands.c combines them with
 * the arguments. The handlers are in admin/server/handlers.h. */
#ifndef STANCE_ADMIN_VIEWS_H
#define STANCE_ADMIN_VIEWS_H

#include "admin/command.h"

/* Indices of the columns in a row, by view. */

enum {
	EP_NAME,
	EP_IDENTITY,
	EP_PLATFORM,
	EP_SOFTWARE,
	EP_RESULT,
	EP_ACCESS,
	EP_FIRST_SEEN,
	EP_LAST_CONTACT,
	EP_COMPLETE,
	EP_STALE,
	EP_GAP,
	EP_EPOCH,
	EP_EID,
	EP_N
};

enum {
	INV_NAME,
	INV_VERSION,
	INV_ARCH,
	INV_TYPE,
	INV_IDENTIFIER,
	INV_SOURCE,
	INV_SOURCE_VERSION,
	INV_PURL,
	INV_SUPPLIER,
	INV_INSTANCES,
	INV_COMPLETE,
	INV_STALE,
	INV_N
};

enum {
	EV_EPOCH,
	EV_EID,
	EV_HAPPENED,
	EV_KNOWN,
	EV_ACTION,
	EV_NAME,
	EV_VERSION,
	EV_IDENTIFIER,
	EV_LOCATOR,
	EV_RECORD,
	EV_SEQ,
	EV_N
};

enum { SW_NAME, SW_VERSION, SW_IDENTIFIER, SW_COMPLETE, SW_STALE, SW_ENDPOINTS, SW_N };

enum { LA_NAME, LA_IDENTITY, LA_PLATFORM, LA_SOFTWARE, LA_COMPLETE, LA_STALE, LA_N };

enum {
	EX_ENDPOINT,
	EX_IDENTITY,
	EX_NAME,
	EX_VERSION,
	EX_IDENTIFIER,
	EX_SINCE,
	EX_UNTIL,
	EX_EARLIER,
	EX_SINCE_KNOWN,
	EX_UNTIL_KNOWN,
	EX_SINCE_AFTER,
	EX_UNTIL_AFTER,
	EX_COMPLETE,
	EX_STALE,
	EX_N
};

enum {
	DI_CHANGE,
	DI_NAME,
	DI_WAS,
	DI_VERSION,
	DI_ARCH,
	DI_TYPE,
	DI_IDENTIFIER,
	DI_WAS_IDENTIFIER,
	DI_COMPLETE,
	DI_STALE,
	DI_N
};

enum {
	CH_SEQ,
	CH_TIME,
	CH_HAPPENED,
	CH_ENDPOINT,
	CH_IDENTITY,
	CH_CHANGE,
	CH_NAME,
	CH_VERSION,
	CH_VALUE,
	CH_WAS,
	CH_REASON,
	CH_IDENTIFIER,
	CH_LOCATOR,
	CH_EPOCH,
	CH_EID,
	CH_N
};

enum { GR_NAME, GR_COUNT, GR_PLATFORM, GR_ENDPOINTS, GR_N };

enum { AS_NAME, AS_IDENTITY, AS_STATE, AS_RESULT, AS_ACCESS, AS_REASON, AS_COLUMNS };

enum { FO_NAME, FO_IDENTITY, FO_LAST_CONTACT, FO_N };

enum {
	STATUS_VERSION,
	STATUS_STARTED,
	STATUS_UPTIME,
	STATUS_SESSIONS,
	STATUS_SETTING_UP,
	STATUS_WAITING,
	STATUS_ASSESSING,
	STATUS_IDLE,
	STATUS_CONNECTED,
	STATUS_SLOWED,
	STATUS_WAITING_OCTETS,
	STATUS_BUFFERS,
	STATUS_BUFFERS_MAX,
	STATUS_ACCEPTED,
	STATUS_REFUSED,
	STATUS_FULL,
	STATUS_ENDED,
	STATUS_ASSESSMENTS,
	STATUS_LOST,
	STATUS_ENDPOINTS,
	STATUS_STALE,
	STATUS_COMPLETE,
	STATUS_SOFTWARE,
	STATUS_SETS,
	STATUS_SEQ,
	STATUS_OLDEST,
	STATUS_REPORTS,
	STATUS_FAILED,
	STATUS_TURNED_AWAY,
	STATUS_QUEUED,
	STATUS_QUEUED_OCTETS,
	STATUS_COMMIT_US,
	STATUS_MEMORY,
	STATUS_MEMORY_DICTIONARY,
	STATUS_MEMORY_SETS,
	STATUS_MEMORY_BITMAPS,
	STATUS_MEMORY_ENDPOINTS,
	STATUS_MEMORY_TEXTS,
	STATUS_REPOSITORY,
	STATUS_STATE,
	STATUS_COLUMNS
};

extern const struct command_view endpoints_views[];
extern const struct command_view endpoint_views[];
extern const struct command_view software_views[];
extern const struct command_view lacking_views[];
extern const struct command_view exposure_views[];
extern const struct command_view diff_views[];
extern const struct command_view changes_views[];
extern const struct command_view groups_views[];
extern const struct command_view assess_views[];
extern const struct command_view forget_views[];
extern const struct command_view status_views[];

#endif
