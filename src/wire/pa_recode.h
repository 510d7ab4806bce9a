/* SPDX-License-Identifier: BSD-2-Clause */
/* The column `recode` of the attribute table in pa_attr.c, each defined beside its codec. What
 * it promises is said at struct pa_type. */
#ifndef STANCE_WIRE_PA_RECODE_H
#define STANCE_WIRE_PA_RECODE_H

#include "wire/pa_attr.h"

#define PA_RECODE(name) int name(struct rd *r, uint32_t type, struct wr *w)

/* Defines one from the decoder and encoder of a type; arg is what the encoder wants, v or &v.
 */
#define PA_RECODE_BY(name, value_type, arg)                                                   \
	PA_RECODE(name##_recode)                                                              \
	{                                                                                     \
		value_type v;                                                                 \
		int err = name##_decode(r, &v);                                               \
                                                                                              \
		(void)type;                                                                   \
		return err || !w ? err : name##_encode(w, arg);                               \
	}

/* The value that r is over, as the attribute it came in: what the lists begin with. */
static inline struct pa_attr pa_recode_attr(const struct rd *r, uint32_t type)
{
	return (struct pa_attr){ .type = type, .value = *r, .at = rd_pos(r) - PA_ATTR_HDR };
}

/* How a recode that walked a list ends. */
static inline int pa_recode_end(struct rd *r, const struct rd *walked, const struct wr *w)
{
	*r = *walked;
	return r->err || !w ? r->err : w->err;
}

PA_RECODE(pa_ref_recode);
PA_RECODE(pa_product_recode);
PA_RECODE(pa_numeric_version_recode);
PA_RECODE(pa_string_version_recode);
PA_RECODE(pa_op_status_recode);
PA_RECODE(pa_port_recode);
PA_RECODE(pa_package_recode);
PA_RECODE(pa_result_recode);
PA_RECODE(pa_remediation_recode);
PA_RECODE(pa_forwarding_recode);
PA_RECODE(pa_default_password_recode);
PA_RECODE(pa_error_recode);

PA_RECODE(swima_request_recode);
PA_RECODE(swima_list_recode);
PA_RECODE(swima_event_list_recode);
PA_RECODE(swima_subscriptions_recode);
PA_RECODE(swima_sources_recode);

PA_RECODE(seg_contract_recode);
PA_RECODE(seg_envelope_recode);
PA_RECODE(seg_next_recode);

#endif
