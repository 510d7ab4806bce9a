/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads small text files below a root directory. Length is bounded, and text is cleaned,
 * because the files may be malformed. */
#ifndef STANCE_IMC_OS_TEXT_H
#define STANCE_IMC_OS_TEXT_H

#include "base/span.h"

#include <stdio.h>

#define OS_LINE_MAX 4096 /* longer lines are cut */

/* Opens root/path for reading lines; NULL: cannot be opened. */
FILE *os_open(const char *root, const char *path);

/* Reads the next line without its line end. NULs become blanks; a long line is cut at
 * OS_LINE_MAX and its rest skipped. False at the end of the file. */
bool os_line(FILE *f, char line[OS_LINE_MAX]);

/* Reads the first line of root/path into buf[cap], cleaned and cut to fit; "" if there is
 * none. */
void os_first_line(const char *root, const char *path, char *buf, size_t cap);

/* Cleans text in place: removes blanks at both ends, and replaces control characters and
 * octets that are not UTF-8 by '?'. */
void os_clean(char *text);

/* Returns the longest prefix of at most max octets that does not split a UTF-8 character. */
struct span os_cut(const char *text, size_t max);

#endif
