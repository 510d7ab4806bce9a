/* SPDX-License-Identifier: BSD-2-Clause */
/* The packages of dpkg: /var/lib/dpkg/status with what updates/ adds to it. */
#ifndef STANCE_IMC_SOURCES_SOURCE_DPKG_H
#define STANCE_IMC_SOURCES_SOURCE_DPKG_H

#include "source.h"

extern const struct source_class source_dpkg;

#endif
