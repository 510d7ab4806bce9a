/* SPDX-License-Identifier: BSD-2-Clause */
/* The attribute Installed Packages (RFC 5792, 4.2.7), from the packages of dpkg. Cached until
 * the database changes. */
#ifndef STANCE_IMC_OS_PACKAGES_H
#define STANCE_IMC_OS_PACKAGES_H

#include "base/log.h"
#include "base/wr.h"

struct os_packages;

/* Borrows root ("/" or an absolute path) and log until close. NULL: out of memory. */
struct os_packages *os_packages_open(const char *root, const struct log *log);
void os_packages_close(struct os_packages *p); /* NULL is fine */

/* Appends the value of the attribute. ST_ENOENT: dpkg is not installed; other ST_E...: its
 * database cannot be read. Packages that do not fit into the attribute are left out and
 * counted in the log. */
int os_packages_write(struct os_packages *p, struct wr *w);

#endif
