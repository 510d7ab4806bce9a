/* SPDX-License-Identifier: BSD-2-Clause */
/* Packages of rpm. Read with librpm, which is loaded only if an rpm database exists. */
#ifndef STANCE_IMC_SOURCES_SOURCE_RPM_H
#define STANCE_IMC_SOURCES_SOURCE_RPM_H

#include "source.h"

extern const struct source_class source_rpm;

#endif
