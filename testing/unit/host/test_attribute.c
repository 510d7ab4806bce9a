/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_test.h"

static struct puppet *imc, *imv;
static struct imc_host *ch;
static struct imv_host *vh;
static struct link l;

static const unsigned char identities[] = { 0, 0, 0, 1, 0, 0,    0x55, 0x97, 0,    0,    0,
					    3, 0, 0, 0, 1, 'h',  0,    0,    0x55, 0x97, 0,
					    0, 0, 1, 0, 0, 0x55, 0x97, 0,    0,    0,    1 };

static int set_up(void **state)
{
	struct peer_info info;
	const char *config;

	(void)state;
	imc = puppet_get("puppet_imc");
	imv = puppet_get("puppet_imv");
	config = test_config("puppet_imc", "puppet_imv", NULL);
	ch = test_imc_host(config);
	vh = test_imv_host(config, RECOMMEND_DEFAULT);
	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	info = link_info(&l);
	info.tls_unique = span_str("finished");
	info.ar_identities = span_of(identities, sizeof(identities));
	info.language = "de";
	link_open_with(&l, ch, vh, &info, &info);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	link_close(&l);
	imc_host_close(ch);
	imv_host_close(vh);
	test_config(NULL);
	return 0;
}

#define BOTH 3
#define VAL(s) s, sizeof(s) - 1

/* clang-format off */
static const struct {
	TNC_AttributeID id;
	int sides; /* 1: IMC, 2: IMV */
	const char *value;
	size_t n;
} rows[] = {
	{ TNC_ATTRIBUTEID_PREFERRED_LANGUAGE, BOTH, VAL("de") },
	{ TNC_ATTRIBUTEID_MAX_ROUND_TRIPS,    BOTH, VAL("\0\0\x10\0") },
	{ TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE,   BOTH, VAL("\0\x1f\xff\xc0") },
	{ TNC_ATTRIBUTEID_HAS_LONG_TYPES,     BOTH, VAL("\1") },
	{ TNC_ATTRIBUTEID_HAS_EXCLUSIVE,      BOTH, VAL("\1") },
	{ TNC_ATTRIBUTEID_HAS_SOH,            BOTH, VAL("\0") },
	{ TNC_ATTRIBUTEID_IFTNCCS_PROTOCOL,   BOTH, VAL("IF-TNCCS\0") },
	{ TNC_ATTRIBUTEID_IFTNCCS_VERSION,    BOTH, VAL("2.0\0") },
	{ TNC_ATTRIBUTEID_IFT_PROTOCOL,       BOTH, VAL("IF-T for TLS\0") },
	{ TNC_ATTRIBUTEID_IFT_VERSION,        BOTH, VAL("2.0\0") },
	{ TNC_ATTRIBUTEID_TLS_UNIQUE,         BOTH, VAL("finished") },
	{ TNC_ATTRIBUTEID_AR_IDENTITIES,      2,    (const char *)identities, sizeof(identities) },
	{ TNC_ATTRIBUTEID_DHPN,               0,    VAL("") },
	{ TNC_ATTRIBUTEID_SOH,                0,    VAL("") },
	{ TNC_ATTRIBUTEID_SSOHR,              0,    VAL("") },
	{ TNC_ATTRIBUTEID_REASON_STRING,      0,    VAL("") },
	{ 0x00902a01,                         0,    VAL("") },
	{ ~0UL,                               0,    VAL("") },
};
/* clang-format on */

/* Exactly enough, more than enough, one too few, and only the size. */
static void check_get(struct puppet *p, size_t i, bool there)
{
	size_t n = rows[i].n;
	unsigned char buf[64];
	TNC_UInt32 len = 99;
	TNC_Result want = there ? TNC_RESULT_SUCCESS : TNC_RESULT_INVALID_PARAMETER;

	assert_int_equal(p->get(p->id, 1, rows[i].id, 0, NULL, &len), want);
	assert_int_equal(len, there ? n : 0);
	assert_int_equal(p->get(p->id, TNC_CONNECTIONID_ANY, rows[i].id, 64, buf, &len),
			 TNC_RESULT_INVALID_PARAMETER);
	if (!there)
		return;
	for (size_t cap = n ? n - 1 : 0; cap <= n + 1; cap++) {
		memset(buf, 0xaa, sizeof(buf));
		assert_int_equal(p->get(p->id, 1, rows[i].id, cap, buf, &len),
				 TNC_RESULT_SUCCESS);
		assert_int_equal(len, n);
		if (cap >= n)
			assert_memory_equal(buf, rows[i].value, n);
		else
			assert_int_equal(buf[0], 0xaa); /* not a part of it */
		assert_int_equal(buf[cap], 0xaa);       /* never beyond */
	}
}

static void test_get(void **state)
{
	TNC_UInt32 len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_get(imc, i, rows[i].sides & 1);
		check_get(imv, i, rows[i].sides & 2);
	}
	assert_int_equal(imc->get(imc->id, 1, TNC_ATTRIBUTEID_HAS_SOH, 0, NULL, NULL),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imc->get(imc->id, 2, TNC_ATTRIBUTEID_HAS_SOH, 0, NULL, &len),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imc->get(imv->id, 1, TNC_ATTRIBUTEID_HAS_SOH, 0, NULL, &len),
			 TNC_RESULT_INVALID_PARAMETER);
}

static void test_primary_id(void **state)
{
	unsigned char buf[4];
	TNC_UInt32 len, more;

	(void)state;
	assert_int_equal(imv->reserve(imv->id, &more), TNC_RESULT_SUCCESS);
	assert_int_equal(imv->get(more, TNC_CONNECTIONID_ANY, TNC_ATTRIBUTEID_PRIMARY_IMV_ID,
				  4, buf, &len),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(len, 4);
	assert_int_equal(buf[2] << 8 | buf[3], imv->id);
	assert_int_equal(imc->get(imc->id, 1, TNC_ATTRIBUTEID_PRIMARY_IMC_ID, 4, buf, &len),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(buf[2] << 8 | buf[3], imc->id);
	assert_int_equal(imc->get(imc->id, 1, TNC_ATTRIBUTEID_PRIMARY_IMV_ID, 4, buf, &len),
			 TNC_RESULT_INVALID_PARAMETER);
}

static void test_no_values(void **state)
{
	struct peer_info info = link_info(&l);
	unsigned char buf[8];
	TNC_UInt32 len;
	struct link bare;

	(void)state;
	memset(&bare, 0, sizeof(bare));
	bare.limits = (struct limits)LIMITS_DEFAULT;
	link_open_with(&bare, ch, vh, &info, &info);
	assert_int_equal(imv->get(imv->id, 2, TNC_ATTRIBUTEID_AR_IDENTITIES, 8, buf, &len),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(len, 4); /* a list of none */
	assert_int_equal(imv->get(imv->id, 2, TNC_ATTRIBUTEID_TLS_UNIQUE, 8, buf, &len),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(
		imv->get(imv->id, 2, TNC_ATTRIBUTEID_PREFERRED_LANGUAGE, 8, buf, &len),
		TNC_RESULT_SUCCESS);
	assert_string_equal((char *)buf, "en");
	assert_int_equal(
		imc->get(imc->id, 2, TNC_ATTRIBUTEID_PREFERRED_LANGUAGE, 8, buf, &len),
		TNC_RESULT_INVALID_PARAMETER);
	link_close(&bare);
}

static void test_set(void **state)
{
	TNC_BufferReference text = (TNC_BufferReference) "text";

	(void)state;
	assert_int_equal(imc->set(imc->id, 1, TNC_ATTRIBUTEID_IMC_SPTS_TNCS1, 1, text),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(imc->set(imc->id, 1, TNC_ATTRIBUTEID_IMC_SPTS_TNCS1, 2, text),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imc->set(imc->id, 1, TNC_ATTRIBUTEID_REASON_STRING, 4, text),
			 TNC_RESULT_INVALID_PARAMETER);
	/* between assessments there is no reason for anything */
	assert_int_equal(imv->set(imv->id, 1, TNC_ATTRIBUTEID_REASON_STRING, 4, text),
			 TNC_RESULT_ILLEGAL_OPERATION);
	imv_peer_begin(l.v);
	assert_int_equal(imv->set(imv->id, 1, TNC_ATTRIBUTEID_REASON_STRING, 4, text),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(imv->set(imv->id, 1, TNC_ATTRIBUTEID_REASON_LANGUAGE, 4, text),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(imv->set(imv->id, 1, TNC_ATTRIBUTEID_REASON_STRING, 0, NULL),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->set(imv->id, 1, TNC_ATTRIBUTEID_REASON_STRING, 4, NULL),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->set(imv->id, 1, TNC_ATTRIBUTEID_HAS_SOH, 1, text),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->set(imv->id, 9, TNC_ATTRIBUTEID_REASON_STRING, 4, text),
			 TNC_RESULT_INVALID_PARAMETER);
}

UNIT_GROUP(attribute)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_get),
		T(test_primary_id),
		T(test_no_values),
		T(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
