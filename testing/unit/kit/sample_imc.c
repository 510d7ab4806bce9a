/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "sample_imc.h"

#include <stdio.h>

static const struct kit_type other = { VENDOR, OTHER };
static const struct kit_type first = { VENDOR, SUBTYPE };

struct sample sample;

struct session {
	unsigned handled;
};

static int say(struct imc *imc, uint32_t type, size_t n)
{
	struct wr *w = imc_attr(imc);
	size_t begin = pa_attr_begin(w, 0, VENDOR, type);
	uint8_t *p = n ? wr_room(w, n) : NULL;

	for (size_t i = 0; p && i < n; i++)
		p[i] = (uint8_t)i;
	pa_attr_end(w, begin);
	return sample.sent = imc_send(imc);
}

static int on_echo(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct span v = pa_attr_value(a);
	struct wr *w = imc_attr(imc);
	size_t begin = pa_attr_begin(w, 0, VENDOR, ECHO);

	((struct session *)session)->handled++;
	assert_int_equal(imc_source(imc), 21);
	wr_bytes(w, v);
	pa_attr_end(w, begin);
	return sample.sent = imc_send(imc);
}

static int on_grow(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct rd r = a->value;

	(void)session;
	sample.max = imc_max_attribute(imc);
	(void)say(imc, GROW, rd_u32(&r));
	return 0;
}

static int on_fail(struct imc *imc, void *session, const struct pa_attr *a)
{
	(void)imc;
	(void)session;
	(void)a;
	return ST_EVALUE;
}

static int on_point(struct imc *imc, void *session, const struct pa_attr *a)
{
	(void)session;
	return imc_invalid(imc, a, a->at + PA_ATTR_HDR + 3);
}

static int on_twice(struct imc *imc, void *session, const struct pa_attr *a)
{
	(void)session;
	(void)a;
	(void)say(imc, TWICE, 100);
	return say(imc, TWICE, 100);
}

static int on_extra_id(struct imc *imc, void *session, const struct pa_attr *a)
{
	uint32_t id;

	(void)session;
	(void)a;
	if (imc_reserve_id(imc, &id) < 0)
		return say(imc, FAIL, 0);
	imc_set_id(imc, id);
	return say(imc, EXTRA_ID, 0);
}

static int on_error(struct imc *imc, void *session, const struct pa_attr *a)
{
	(void)imc;
	(void)session;
	(void)a;
	sample.errors++;
	return ST_EVALUE; /* must not be answered */
}

static const struct imc_handler handlers[] = {
	{ VENDOR, ECHO, on_echo },        { VENDOR, GROW, on_grow },
	{ VENDOR, FAIL, on_fail },        { VENDOR, POINT, on_point },
	{ VENDOR, TWICE, on_twice },      { VENDOR, EXTRA_ID, on_extra_id },
	{ PEN_IETF, PA_ERROR, on_error }, { 0, 0, NULL },
};

static int load(struct kit_module *m)
{
	sample.loads++;
	sample.module = m;
	assert_int_equal(cfg_getint(m->conf, "answer"), 42);
	m->max_segment = 64;
	return sample.load_result;
}

static void unload(struct kit_module *m)
{
	(void)m;
	sample.unloads++;
}

static int open_(struct imc *imc, void *session)
{
	(void)imc;
	assert_int_equal(((struct session *)session)->handled, 0);
	sample.opens++;
	return sample.open_result;
}

static void end(struct imc *imc, void *session)
{
	(void)session;
	sample.ends++;
	assert_int_equal(say(imc, ECHO, 1), ST_ESTATE);
}

static int begin_(struct imc *imc, void *session)
{
	(void)session;
	sample.begins++;
	(void)snprintf(sample.language, sizeof(sample.language), "%s", imc_language(imc));
	if (sample.begin_octets)
		(void)say(imc, ECHO, sample.begin_octets);
	if (sample.begin_other) {
		imc_set_subtype(imc, other);
		(void)say(imc, ECHO, 1);
		imc_set_subtype(imc, first);
		(void)say(imc, GROW, 1);
	}
	return 0;
}

static int ending(struct imc *imc, void *session)
{
	(void)session;
	assert_int_equal(imc_subtype(imc).subtype, SUBTYPE);
	sample.endings++;
	return 0;
}

static void access_(struct imc *imc, void *session, enum imc_access access)
{
	(void)imc;
	(void)session;
	sample.accesses += access;
}

static cfg_opt_t conf[] = { CFG_INT("answer", 42, CFGF_NONE), CFG_END() };
static const struct conf_range ranges[] = { { "answer", 1, 100 }, { NULL, 0, 0 } };

const struct imc_desc imc_desc = {
	.abi = IMC_ABI,
	.size = sizeof(struct imc_desc),
	.name = "test",
	.subtype = { VENDOR, SUBTYPE },
	.also = &other,
	.n_also = 1,
	.session_size = sizeof(struct session),
	.conf = conf,
	.ranges = ranges,
	.handlers = handlers,
	.load = load,
	.unload = unload,
	.open = open_,
	.end = end,
	.begin = begin_,
	.ending = ending,
	.access = access_,
	.segments = true,
};
