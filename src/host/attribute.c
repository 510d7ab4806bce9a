/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/attribute.h"

#define IMC (1u << TNC_KIND_IMC)
#define IMV (1u << TNC_KIND_IMV)

typedef void attribute_fn(const struct module *m, const struct peer *p, struct wr *out);

static void get_language(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	wr_bytes(out, wr_span(&p->language));
}

static void get_rounds(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	wr_u32(out, p->limits->rounds);
}

static void get_size(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	wr_u32(out, (uint32_t)p->max_message);
}

static void get_yes(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	(void)p;
	wr_u8(out, 1);
}

static void get_no(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	(void)p;
	wr_u8(out, 0);
}

/* These strings count their NUL: modules copy them as they are. */
static void put_string(struct wr *out, const char *s)
{
	wr_bytes(out, span_of(s, strlen(s) + 1));
}

static void get_tnccs(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	(void)p;
	put_string(out, "IF-TNCCS");
}

static void get_tnccs_version(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	(void)p;
	put_string(out, "2.0");
}

static void get_transport(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	put_string(out, p->transport);
}

static void get_transport_version(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	put_string(out, p->transport_version);
}

static void get_tls_unique(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	wr_bytes(out, p->tls_unique);
}

static void get_primary_id(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)p;
	wr_u32(out, (uint32_t)m->id);
}

static void get_identities(const struct module *m, const struct peer *p, struct wr *out)
{
	(void)m;
	if (p->ar_identities.n)
		wr_bytes(out, p->ar_identities);
	else
		wr_u32(out, 0); /* a list of none */
}

/* clang-format off */
static const struct attribute_row {
	TNC_AttributeID id;
	unsigned kinds;  /* who may ask */
	bool any;        /* also without a connection */
	attribute_fn *get;
} rows[] = {
	{ TNC_ATTRIBUTEID_PREFERRED_LANGUAGE, IMC | IMV, false, get_language },
	{ TNC_ATTRIBUTEID_MAX_ROUND_TRIPS,    IMC | IMV, false, get_rounds },
	{ TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE,   IMC | IMV, false, get_size },
	{ TNC_ATTRIBUTEID_HAS_LONG_TYPES,     IMC | IMV, false, get_yes },
	{ TNC_ATTRIBUTEID_HAS_EXCLUSIVE,      IMC | IMV, false, get_yes },
	{ TNC_ATTRIBUTEID_HAS_SOH,            IMC | IMV, false, get_no },
	{ TNC_ATTRIBUTEID_IFTNCCS_PROTOCOL,   IMC | IMV, false, get_tnccs },
	{ TNC_ATTRIBUTEID_IFTNCCS_VERSION,    IMC | IMV, false, get_tnccs_version },
	{ TNC_ATTRIBUTEID_IFT_PROTOCOL,       IMC | IMV, false, get_transport },
	{ TNC_ATTRIBUTEID_IFT_VERSION,        IMC | IMV, false, get_transport_version },
	{ TNC_ATTRIBUTEID_TLS_UNIQUE,         IMC | IMV, false, get_tls_unique },
	{ TNC_ATTRIBUTEID_PRIMARY_IMV_ID,     IMV,       true,  get_primary_id },
	{ TNC_ATTRIBUTEID_PRIMARY_IMC_ID,     IMC,       true,  get_primary_id },
	{ TNC_ATTRIBUTEID_AR_IDENTITIES,      IMV,       false, get_identities },
};
/* clang-format on */

TNC_Result attribute_get(const struct module *m, const struct peer *p, TNC_AttributeID a,
			 struct wr *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].id != a)
			continue;
		if (!(rows[i].kinds & 1u << m->kind) || (!p && !rows[i].any))
			break;
		rows[i].get(m, p, out);
		if (out->err)
			return TNC_RESULT_OTHER;
		return out->len ? TNC_RESULT_SUCCESS : TNC_RESULT_INVALID_PARAMETER;
	}
	return TNC_RESULT_INVALID_PARAMETER;
}

bool attribute_is_text(TNC_AttributeID a)
{
	return a == TNC_ATTRIBUTEID_PREFERRED_LANGUAGE;
}
