/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of librpm that source_rpm.c uses, resolved at run time. Systems without rpm
 * need no part of it, at build time or at run time. */
#ifndef STANCE_IMC_SOURCES_LIBRPM_H
#define STANCE_IMC_SOURCES_LIBRPM_H

#include <stddef.h>
#include <stdint.h>

/* Function pointers with the types of librpm; its opaque types are void *. */
struct librpm {
	void *handle;

	int (*macro)(void *context, const char *name, const char *opts, const char *body,
		     int level);
	int (*log_mask)(int mask);
	void *(*log_callback)(int (*callback)(void *record, void *ctx), void *ctx);
	const char *(*log_message)(void *record);
	void *(*ts_create)(void);
	void *(*ts_free)(void *ts);
	int (*ts_open)(void *ts, int mode);
	uint32_t (*ts_flags)(void *ts, uint32_t flags);
	void *(*ts_iterate)(void *ts, int32_t index, const void *key, size_t n);
	void *(*next)(void *iterator);
	void *(*iterator_free)(void *iterator);
	const char *(*string)(void *header, int32_t tag);
	uint64_t (*number)(void *header, int32_t tag);
	void *(*files_new)(void *pool, void *header, int32_t tag, int flags);
	void *(*files_free)(void *files);
	int (*files_count)(void *files);
	char *(*files_name)(void *files, int i); /* the caller frees the result */
	uint32_t (*files_flags)(void *files, int i);
};

/* Tags of a header (rpmtag.h). */
enum {
	RPM_NAME = 1000,
	RPM_VERSION = 1001,
	RPM_RELEASE = 1002,
	RPM_EPOCH = 1003,
	RPM_INSTALLTIME = 1008,
	RPM_VENDOR = 1011,
	RPM_PACKAGER = 1015,
	RPM_ARCH = 1022,
	RPM_SOURCERPM = 1044,
	RPM_BASENAMES = 1117
};

#define RPM_INDEX_PACKAGES 0
#define RPM_INDEX_NAME RPM_NAME
#define RPM_FILE_CONFIG 1u         /* file flag: configuration */
#define RPM_FILE_GHOST (1u << 6)   /* file flag: not part of the package */
#define RPM_MACRO_LEVEL (-7)       /* RMIL_CMDLINE: as if given on the command line */
#define RPM_CHECK_NOTHING 0xf0f01u /* verify no digests, no signatures */
#define RPM_LOG_ERRORS 0x0f        /* RPMLOG_ERR and more severe */

/* Loads librpm. 0, or ST_ENOENT: not installed, or a function is missing. */
int librpm_open(struct librpm *r);

/* Clears r. The library stays mapped, because librpm does not support being unloaded. */
void librpm_close(struct librpm *r);

#endif
