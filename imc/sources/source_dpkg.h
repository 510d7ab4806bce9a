/* SPDX-License-Identifier: BSD-2-Clause */
/* Packages of dpkg: /var/lib/dpkg/status, overridden by the journal in
 * /var/lib/dpkg/updates. */
#ifndef STANCE_IMC_SOURCES_SOURCE_DPKG_H
#define STANCE_IMC_SOURCES_SOURCE_DPKG_H

#include "source.h"

extern const struct source_class source_dpkg;

#endif
