/* SPDX-License-Identifier: BSD-2-Clause */
/* The few functions of librpm that we call, looked up at run time: systems without rpm need
 * nothing of it, neither here nor to build. */
#ifndef STANCE_IMC_SOURCES_LIBRPM_H
#define STANCE_IMC_SOURCES_LIBRPM_H

#include <stddef.h>
#include <stdint.h>

/* Their types. Everything that librpm hands out is a pointer to us. */
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
	char *(*files_name)(void *files, int i); /* for free */
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
#define RPM_FILE_CONFIG 1u         /* flags of a file */
#define RPM_FILE_GHOST (1u << 6)   /* not part of the package */
#define RPM_MACRO_LEVEL (-7)       /* as if said on the command line */
#define RPM_CHECK_NOTHING 0xf0f01u /* no digests and signatures: root's own database */
#define RPM_LOG_ERRORS 0x0f        /* up to and with RPMLOG_ERR */

/* Loads it. 0, or ST_ENOENT: no librpm here that has all of these. */
int librpm_open(struct librpm *r);

/* Forgets it; the library itself stays, since it does not survive being unloaded. */
void librpm_close(struct librpm *r);

#endif
