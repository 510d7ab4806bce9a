/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the machine's own files as what they are: text that somebody may have written badly.
 * Bounded, cleaned, below a root directory. */
#ifndef STANCE_IMC_OS_TEXT_H
#define STANCE_IMC_OS_TEXT_H

#include "base/span.h"

#include <stdio.h>

#define OS_LINE_MAX 4096 /* longer lines are cut */

/* Opens root/path for reading lines; NULL when it is not there. */
FILE *os_open(const char *root, const char *path);

/* The next line without its end, NULs replaced by blanks, cut at OS_LINE_MAX (the rest is
 * passed over). false at the end. */
bool os_line(FILE *f, char line[OS_LINE_MAX]);

/* The first line of root/path into buf, cut to fit; "" when there is none. */
void os_first_line(const char *root, const char *path, char *buf, size_t cap);

/* In place: UTF-8 without control characters, blanks at the ends removed; what is neither
 * becomes '?'. */
void os_clean(char *text);

/* The longest prefix of at most max octets that does not end inside a UTF-8 character. */
struct span os_cut(const char *text, size_t max);

#endif
