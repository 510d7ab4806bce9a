/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a tag's Evidence: what writers in XML and in CBOR have in common. */
#ifndef STANCE_WIRE_SWID_FILE_H
#define STANCE_WIRE_SWID_FILE_H

#include "base/api.h"
#include "wire/swid_xml.h"

ST_API_BEGIN

/* "/usr/bin/bash" is "bash" in the directory "bin" whose way is "/usr". In "/" itself there is
 * no directory to name: its name is empty. */
struct swid_path {
	struct span root, directory, name;
};

/* False: not an absolute path of a file, or not text that can stand in a tag. */
bool swid_path_split(struct span path, struct swid_path *p);

/* How many of the first of these files lie in one directory; at least one of n > 0. */
size_t swid_files_together(const struct swid_file *files, size_t n);

ST_API_END

#endif
