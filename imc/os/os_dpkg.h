/* The packages that dpkg has installed: /var/lib/dpkg/status, one stanza a package. */
#ifndef STANCE_IMC_OS_DPKG_H
#define STANCE_IMC_OS_DPKG_H

#include "base/rd.h"

#define OS_DPKG_STATUS "var/lib/dpkg/status"

struct os_package {
	struct span name, version; /* borrowed from the text */
};

/* Reads the next package whose files are there (whatever is wanted of it). 1 and *p, 0 at the
 * end. Stanzas that make no sense are passed over. */
int os_package_next(struct rd *text, struct os_package *p);

#endif
