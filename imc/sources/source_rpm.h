/* SPDX-License-Identifier: BSD-2-Clause */
/* The packages of rpm, read with librpm, which is loaded only where there is a database. */
#ifndef STANCE_IMC_SOURCES_SOURCE_RPM_H
#define STANCE_IMC_SOURCES_SOURCE_RPM_H

#include "source.h"

extern const struct source_class source_rpm;

#endif
