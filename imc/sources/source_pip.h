/* SPDX-License-Identifier: BSD-2-Clause */
/* Python packages, as pip and other tools install them: *.dist-info and *.egg-info in the
 * directories of source_conf.pip, which are site-packages directories or virtual
 * environments. */
#ifndef STANCE_IMC_SOURCES_SOURCE_PIP_H
#define STANCE_IMC_SOURCES_SOURCE_PIP_H

#include "source.h"

extern const struct source_class source_pip;

#endif
