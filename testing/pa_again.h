/* SPDX-License-Identifier: BSD-2-Clause */
/* Saying a PA-TNC message again: what tests and fuzz targets do with what was accepted. */
#ifndef STANCE_TESTING_PA_AGAIN_H
#define STANCE_TESTING_PA_AGAIN_H

#include "wire/pa_msg.h"

/* Decodes every attribute of msg by the table and encodes it into w. 0, or what went wrong. */
static inline int pa_again(struct span msg, struct wr *w)
{
	struct rd r = rd_over(msg);
	struct pa_attr a;
	struct pa_msg m;
	int err, more;

	if ((err = pa_msg_decode(&r, &m)) < 0 || (err = pa_msg_encode(w, m.id)) < 0)
		return err;
	while ((more = pa_attr_next(&r, &a)) > 0) {
		const struct pa_type *t = pa_type_find(a.vendor, a.type);
		size_t begin = pa_attr_begin(w, a.flags, a.vendor, a.type), at;
		struct rd value = a.value;

		if ((err = pa_attr_check(&a, &at)) < 0)
			return err;
		if (!t || !t->recode)
			wr_bytes(w, pa_attr_value(&a));
		else if ((err = t->recode(&value, a.type, w)) < 0)
			return err;
		pa_attr_end(w, begin);
	}
	return more < 0 ? more : w->err;
}

#endif
