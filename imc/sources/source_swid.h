/* SPDX-License-Identifier: BSD-2-Clause */
/* Tags that packages bring: *.swidtag (ISO/IEC 19770-2 of 2015 and 2009) and *.coswid (RFC 9393)
 * files in the directories of source_conf.swid and below. */
#ifndef STANCE_IMC_SOURCES_SOURCE_SWID_H
#define STANCE_IMC_SOURCES_SOURCE_SWID_H

#include "source.h"

#include "wire/swid_xml.h"

extern const struct source_class source_swid;

/* What kind of tag a file is, by its name: SWIMA_MODEL_SWID_2015 for any XML, or
 * SWIMA_MODEL_COSWID; -1: none. */
int swid_file_kind(const char *name);

/* Reads a tag and accepts it as software: it says who it is, in text that fits in a line. NULL,
 * or the reason why not (static text). */
const char *swid_file_read(int kind, struct span octets, struct arena *a,
			   struct swid_info *info);

#endif
