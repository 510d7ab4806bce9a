/* SPDX-License-Identifier: BSD-2-Clause */
/* Tags that packages ship: *.swidtag (ISO/IEC 19770-2:2015 and 2009) and *.coswid (RFC 9393),
 * in the directories of source_conf.swid and below. */
#ifndef STANCE_IMC_SOURCES_SOURCE_SWID_H
#define STANCE_IMC_SOURCES_SOURCE_SWID_H

#include "source.h"

#include "wire/swid_xml.h"

extern const struct source_class source_swid;

/* The kind of tag, from the file name: SWIMA_MODEL_SWID_2015 for XML of either edition, or
 * SWIMA_MODEL_COSWID; -1: not a tag file. */
int swid_file_kind(const char *name);

/* Parses a tag and checks that its identifier and names can be reported. NULL, or the reason
 * why not (static text). The strings of *info are allocated in a. */
const char *swid_file_read(int kind, struct span octets, struct arena *a,
			   struct swid_info *info);

#endif
