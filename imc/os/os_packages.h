/* SPDX-License-Identifier: BSD-2-Clause */
/* The packages that dpkg has installed, as the attribute Installed Packages (RFC 5792, 4.2.4) has
 * them; made anew only when the database has changed. */
#ifndef STANCE_IMC_OS_PACKAGES_H
#define STANCE_IMC_OS_PACKAGES_H

#include "base/log.h"
#include "base/wr.h"

struct os_packages;

/* Borrows root ("/" or an absolute path) and log until close. NULL: out of memory. */
struct os_packages *os_packages_open(const char *root, const struct log *log);
void os_packages_close(struct os_packages *p); /* NULL is fine */

/* Appends the value of the attribute. ST_ENOENT: no dpkg here; or what is wrong with its database.
 * Packages that the attribute cannot hold are left out, with a line in the log. */
int os_packages_write(struct os_packages *p, struct wr *w);

#endif
