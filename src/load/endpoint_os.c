/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/endpoint_os.h"

#include "wire/pa_ietf.h"
#include "wire/pa_msg.h"

static int os_product(struct wr *w)
{
	const struct pa_product p = { .vendor = PEN_DEBIAN, .name = span_str("Debian") };

	return pa_product_encode(w, &p);
}

static int os_numeric(struct wr *w)
{
	const struct pa_numeric_version v = { .major = 12, .minor = 5 };

	return pa_numeric_version_encode(w, &v);
}

static int os_string(struct wr *w)
{
	const struct pa_string_version v = { .version = span_str("12.5 x86_64"),
					     .build = span_str("6.1.0-18-amd64") };

	return pa_string_version_encode(w, &v);
}

static int os_status(struct wr *w)
{
	const struct pa_op_status s = { PA_STATUS_OPERATIONAL, PA_LAST_SUCCESS,
					span_str("2026-01-01T00:00:00Z") };

	return pa_op_status_encode(w, &s);
}

static int os_forwarding(struct wr *w)
{
	return pa_forwarding_encode(w, PA_FORWARDING_DISABLED);
}

static int os_password(struct wr *w)
{
	return pa_default_password_encode(w, false);
}

static const struct {
	uint32_t type;
	int (*write)(struct wr *w);
} os_attrs[] = {
	{ PA_PRODUCT_INFO, os_product },  { PA_NUMERIC_VERSION, os_numeric },
	{ PA_STRING_VERSION, os_string }, { PA_OP_STATUS, os_status },
	{ PA_FORWARDING, os_forwarding }, { PA_DEFAULT_PASSWORD, os_password },
};
#define N_ATTRS (sizeof(os_attrs) / sizeof(os_attrs[0]))

static int os_write(size_t i, struct wr *w)
{
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, os_attrs[i].type);

	os_attrs[i].write(w);
	pa_attr_end(w, begin);
	return w->err;
}

int load_os_say(struct wr *w)
{
	for (size_t i = 0; i < N_ATTRS; i++)
		os_write(i, w);
	return w->err;
}

static int os_requested(const struct pa_attr *a, struct wr *w)
{
	struct pa_ref_list list;
	struct pa_ref ref;
	int err = pa_ref_list_begin(&list, a);

	while (err >= 0 && (err = pa_ref_next(&list, &ref)) > 0)
		for (size_t i = 0; i < N_ATTRS; i++)
			if (ref.vendor == PEN_IETF && ref.type == os_attrs[i].type)
				os_write(i, w);
	return err < 0 ? err : w->err;
}

int load_os_answer(struct span message, struct wr *w)
{
	struct rd r = rd_over(message);
	struct pa_msg head;
	struct pa_attr a;
	int err = pa_msg_decode(&r, &head);

	while (err >= 0 && (err = pa_attr_next(&r, &a)) > 0)
		if (pa_attr_is(&a, PEN_IETF, PA_ATTR_REQUEST))
			err = os_requested(&a, w);
	return err < 0 ? err : w->err;
}
