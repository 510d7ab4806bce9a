/* SPDX-License-Identifier: BSD-2-Clause */
/* Product and version of the operating system. */
#ifndef STANCE_IMC_OS_OS_PRODUCT_H
#define STANCE_IMC_OS_OS_PRODUCT_H

#include "os_facts.h"

struct os_product {
	uint32_t vendor;              /* PEN of the distributor; 0: unknown */
	char name[OS_STRING_MAX + 1]; /* "Debian GNU/Linux" */
	char version[64];             /* "12.11" */
	char arch[64];                /* "x86_64" */
	char kernel[128];             /* "6.1.0-37-amd64" */
	uint32_t major, minor;        /* of version */
};

/* Fills *p. root is "/" or the mount point of a system. Does not fail: an unknown field is
 * empty or 0. */
void os_product_read(const char *root, struct os_product *p);

#endif
