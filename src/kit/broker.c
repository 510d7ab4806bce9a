/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host does for us, and how to do without what it does not. */
#include "kit/broker.h"
#include "kit/core.h"

#define SHORT_VENDOR_MAX 0xffffffUL
#define SHORT_SUBTYPE_MAX 0xfeUL
#define KIT_MESSAGE_MIN 128 /* a limit below is "none" in the words of some hosts */

int kit_broker_bind(struct kit *k, TNC_TNCC_BindFunctionPointer bind)
{
	struct kit_broker b = { 0 };

	for (const struct kit_binding *row = k->side->bindings; row->name; row++) {
		void *fn = NULL, *slot = (char *)&b + row->at;

		memcpy(&fn, slot, sizeof(fn));
		if (fn)
			continue;
		if (bind(k->id, (char *)row->name, &fn) == TNC_RESULT_SUCCESS)
			memcpy(slot, &fn, sizeof(fn));
	}
	if ((!b.send && !b.send_long) || (!b.report && !b.report_long)) {
		log_error(&k->log, "host offers no way to send messages");
		return ST_EPLUGIN;
	}
	pthread_mutex_lock(&k->lock);
	k->broker = b;
	pthread_mutex_unlock(&k->lock);
	return 0;
}

static TNC_Result kit_report_long(struct kit *k)
{
	TNC_VendorID vendors[KIT_TYPES];
	TNC_MessageSubtype subtypes[KIT_TYPES];

	for (size_t i = 0; i < k->desc.n_types; i++) {
		vendors[i] = k->desc.types[i].vendor;
		subtypes[i] = k->desc.types[i].subtype;
	}
	return k->broker.report_long(k->id, vendors, subtypes, k->desc.n_types);
}

static bool kit_type_is_short(struct kit_type t)
{
	return t.vendor < SHORT_VENDOR_MAX && t.subtype <= SHORT_SUBTYPE_MAX;
}

static TNC_Result kit_report_short(struct kit *k)
{
	TNC_MessageType types[KIT_TYPES];
	TNC_UInt32 n = 0;

	for (size_t i = 0; i < k->desc.n_types; i++)
		if (kit_type_is_short(k->desc.types[i]))
			types[n++] = (TNC_MessageType)k->desc.types[i].vendor << 8 |
				     k->desc.types[i].subtype;
	return k->broker.report(k->id, types, n);
}

int kit_broker_report_types(struct kit *k)
{
	TNC_Result rc = TNC_RESULT_OTHER;

	if (k->broker.report_long)
		rc = kit_report_long(k);
	if (rc != TNC_RESULT_SUCCESS && k->broker.report)
		rc = kit_report_short(k);
	if (rc == TNC_RESULT_SUCCESS)
		return 0;
	log_error(&k->log, "host refuses our message types: result=%lu", rc);
	return ST_EPLUGIN;
}

int kit_broker_get(struct kit_conn *c, TNC_AttributeID what, void *buf, size_t cap,
		   size_t *need)
{
	struct kit *k = c->kit;
	TNC_UInt32 n = 0;

	if (need)
		*need = 0;
	if (!k->broker.get ||
	    k->broker.get(k->id, c->id, what, cap, buf, &n) != TNC_RESULT_SUCCESS) {
		/* hosts differ in what they say to a short buffer, but all tell the length */
		if (n <= cap)
			return ST_ENOENT;
	}
	if (need)
		*need = n;
	return n <= cap ? (int)n : ST_ELIMIT;
}

static bool kit_broker_flag(struct kit_conn *c, TNC_AttributeID what, bool unknown)
{
	uint8_t v;

	return kit_broker_get(c, what, &v, sizeof(v), NULL) == 1 ? v != 0 : unknown;
}

void kit_broker_learn(struct kit_conn *c)
{
	uint8_t size[4];

	c->long_types = c->kit->broker.send_long &&
			kit_broker_flag(c, TNC_ATTRIBUTEID_HAS_LONG_TYPES, true);
	c->exclusive =
		c->long_types && kit_broker_flag(c, TNC_ATTRIBUTEID_HAS_EXCLUSIVE, true);
	c->max_message = UINT32_MAX;
	if (kit_broker_get(c, TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE, size, 4, NULL) == 4) {
		struct rd r = rd_over(span_of(size, 4));
		uint32_t max = rd_u32(&r);

		if (max >= KIT_MESSAGE_MIN)
			c->max_message = max;
	}
}

const char *kit_language(struct kit_conn *c)
{
	static const char header[] = "Accept-Language:";
	char value[KIT_LANGUAGE], *p = value;
	int n = kit_broker_get(c, TNC_ATTRIBUTEID_PREFERRED_LANGUAGE, value, sizeof(value) - 1,
			       NULL);

	value[n > 0 ? n : 0] = '\0';
	if (strncasecmp(p, header, sizeof(header) - 1) == 0)
		for (p += sizeof(header) - 1; *p == ' '; p++)
			;
	if (!c->language || strcmp(c->language, p) != 0) {
		free(c->language);
		c->language = strdup(p);
	}
	return c->language ? c->language : "";
}

static int kit_result(TNC_Result rc)
{
	switch (rc) {
	case TNC_RESULT_SUCCESS:
		return 0;
	case TNC_RESULT_ILLEGAL_OPERATION:
		return ST_ESTATE;
	case TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE:
	case TNC_RESULT_EXCEEDED_MAX_ROUND_TRIPS:
		return ST_ELIMIT;
	case TNC_RESULT_NO_LONG_MESSAGE_TYPES:
		return ST_EUNSUPPORTED;
	default:
		return ST_EIO;
	}
}

int kit_broker_send(struct kit_conn *c, const struct kit_out *m)
{
	const struct kit_broker *b = &c->kit->broker;
	bool excl = c->exclusive && m->to != KIT_ANY_ID;

	if (c->long_types)
		return kit_result(b->send_long(m->from, c->id,
					       excl ? TNC_MESSAGE_FLAGS_EXCLUSIVE : 0,
					       m->msg.p, m->msg.len, m->type.vendor,
					       m->type.subtype, excl ? m->to : KIT_ANY_ID));
	if (!b->send || !kit_type_is_short(m->type))
		return ST_EUNSUPPORTED;
	return kit_result(b->send(m->from, c->id, m->msg.p, m->msg.len,
				  (TNC_MessageType)m->type.vendor << 8 | m->type.subtype));
}
