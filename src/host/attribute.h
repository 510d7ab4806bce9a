/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of IF-IMC 1.3 and IF-IMV 1.4 that a module can read. */
#ifndef STANCE_HOST_ATTRIBUTE_H
#define STANCE_HOST_ATTRIBUTE_H

#include "base/wr.h"
#include "host/peer.h"

/* Appends the value of attribute a for module m to out. p is the connection, its lock held, or
 * NULL when the module asked for none in particular. TNC_RESULT_INVALID_PARAMETER for what
 * does not exist, is not for this side, or has no value. */
TNC_Result attribute_get(const struct module *m, const struct peer *p, TNC_AttributeID a,
			 struct wr *out);

/* Whether a NUL behind the value helps readers that expect one while the length does not count
 * it. */
bool attribute_is_text(TNC_AttributeID a);

#endif
