/* SPDX-License-Identifier: BSD-2-Clause */
/* Node.js packages, as npm and other tools install them: the node_modules directories of
 * source_conf.npm. */
#ifndef STANCE_IMC_SOURCES_SOURCE_NPM_H
#define STANCE_IMC_SOURCES_SOURCE_NPM_H

#include "source.h"

extern const struct source_class source_npm;

#endif
