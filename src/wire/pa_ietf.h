/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of RFC 5792, section 4.2. Each _decode reads the value of one attribute up to
 * the end of r and borrows r's octets; each _encode writes such a value between pa_attr_begin
 * and pa_attr_end and refuses (ST_EVALUE in w->err) what the RFC forbids to say. Both return 0
 * or ST_E...; strings are UTF-8 without NUL. */
#ifndef STANCE_WIRE_PA_IETF_H
#define STANCE_WIRE_PA_IETF_H

#include "base/api.h"
#include "wire/pa_attr.h"
#include "wire/pa_list.h"

ST_API_BEGIN

/* 4.2.2 */
struct pa_product {
	uint32_t vendor; /* PEN of the maker, 0 unknown */
	uint16_t id;     /* 0 unknown; must be 0 when vendor is 0 */
	struct span name;
};

int pa_product_decode(struct rd *r, struct pa_product *p);
int pa_product_encode(struct wr *w, const struct pa_product *p);

/* 4.2.3; unknown is 0 */
struct pa_numeric_version {
	uint32_t major, minor, build;
	uint16_t sp_major, sp_minor;
};

int pa_numeric_version_decode(struct rd *r, struct pa_numeric_version *v);
int pa_numeric_version_encode(struct wr *w, const struct pa_numeric_version *v);

/* 4.2.4; each up to 255 octets, empty is unknown */
struct pa_string_version {
	struct span version, build, config;
};

int pa_string_version_decode(struct rd *r, struct pa_string_version *v);
int pa_string_version_encode(struct wr *w, const struct pa_string_version *v);

/* 4.2.5 */
enum pa_status {
	PA_STATUS_UNKNOWN = 0,
	PA_STATUS_NOT_INSTALLED = 1,
	PA_STATUS_NOT_OPERATIONAL = 2,
	PA_STATUS_OPERATIONAL = 3,
	PA_N_STATUS
};

enum pa_last_result {
	PA_LAST_UNKNOWN = 0,
	PA_LAST_SUCCESS = 1,
	PA_LAST_ERRORS = 2, /* it ran, and found errors */
	PA_LAST_FAILED = 3,
	PA_N_LAST
};

struct pa_op_status {
	enum pa_status status;      /* values of the future are read as unknown */
	enum pa_last_result result; /* likewise */
	struct span last_use;       /* PA_TIME octets; PA_TIME_UNKNOWN when not known */
};

int pa_op_status_decode(struct rd *r, struct pa_op_status *s);
int pa_op_status_encode(struct wr *w, const struct pa_op_status *s);

/* "YYYY-MM-DDTHH:MM:SSZ", UTC; the same octets in RFC 8412. clock_parse turns them into time,
 * clock_format_sec makes them. */
#define PA_TIME 20
#define PA_TIME_UNKNOWN "0000-00-00T00:00:00Z"

/* A time that exists (second 60 does); PA_TIME_UNKNOWN is not one. */
bool pa_time_ok(struct span s);

/* 4.2.9 */
enum pa_result {
	PA_RESULT_COMPLIANT = 0,
	PA_RESULT_MINOR = 1,
	PA_RESULT_SIGNIFICANT = 2,
	PA_RESULT_ERROR = 3,
	PA_RESULT_UNKNOWN = 4,
	PA_N_RESULT
};

int pa_result_decode(struct rd *r, enum pa_result *result);
int pa_result_encode(struct wr *w, enum pa_result result);

/* 4.2.10 */
enum pa_remediation_type { PA_REMEDIATION_URI = 1, PA_REMEDIATION_STRING = 2 };

struct pa_remediation {
	uint32_t vendor, type;
	struct span text; /* IETF: the URI or the string; else the parameters as they are */
	struct span lang; /* of a string: RFC 5646 tag, may be empty */
};

int pa_remediation_decode(struct rd *r, struct pa_remediation *m);
int pa_remediation_encode(struct wr *w, const struct pa_remediation *m);

/* 4.2.11 */
enum pa_forwarding {
	PA_FORWARDING_DISABLED = 0,
	PA_FORWARDING_ENABLED = 1,
	PA_FORWARDING_UNKNOWN = 2,
	PA_N_FORWARDING
};

int pa_forwarding_decode(struct rd *r, enum pa_forwarding *f);
int pa_forwarding_encode(struct wr *w, enum pa_forwarding f);

/* 4.2.12 */
int pa_default_password_decode(struct rd *r, bool *enabled);
int pa_default_password_encode(struct wr *w, bool enabled);

ST_API_END

#endif
