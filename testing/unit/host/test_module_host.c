/* SPDX-License-Identifier: BSD-2-Clause */
/* What modules can call, who hears what, and what they are told when they ask for too much. */
#include "host_test.h"

static struct puppet *imc, *imc2, *imv, *imv2;
static struct imc_host *ch;
static struct imv_host *vh;
static struct link l;

static int set_up(void **state)
{
	const char *config;

	(void)state;
	test_log_begin();
	imc = puppet_get("puppet_imc");
	imc2 = puppet_get("puppet_imc2");
	imv = puppet_get("puppet_imv");
	imv2 = puppet_get("puppet_imv2");
	config = test_config("puppet_imc", "puppet_imc2", "puppet_imv", "puppet_imv2", NULL);
	ch = test_imc_host(config);
	vh = test_imv_host(config, RECOMMEND_DEFAULT);
	assert_int_equal(imc_host_count(ch), 2);
	assert_int_equal(imv_host_count(vh), 2);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	link_close(&l);
	imc_host_close(ch);
	imv_host_close(vh);
	test_config(NULL);
	test_log_end();
	return 0;
}

/* clang-format off */
static const char *const names[2][12] = {
	{ "TNC_TNCC_ReportMessageTypes", "TNC_TNCC_ReportMessageTypesLong", "TNC_TNCC_SendMessage",
	  "TNC_TNCC_SendMessageLong", "TNC_TNCC_SendMessageSOH", "TNC_TNCC_RequestHandshakeRetry",
	  "TNC_TNCC_GetAttribute", "TNC_TNCC_SetAttribute", "TNC_TNCC_ReserveAdditionalIMCID",
	  "TNC_TNCS_ReserveAdditionalIMCID", "TNC_TNCC_BindFunction", NULL },
	{ "TNC_TNCS_ReportMessageTypes", "TNC_TNCS_ReportMessageTypesLong", "TNC_TNCS_SendMessage",
	  "TNC_TNCS_SendMessageLong", "TNC_TNCS_SendMessageSOH", "TNC_TNCS_RequestHandshakeRetry",
	  "TNC_TNCS_GetAttribute", "TNC_TNCS_SetAttribute", "TNC_TNCS_ReserveAdditionalIMVID",
	  "TNC_TNCC_ReserveAdditionalIMVID", "TNC_TNCS_BindFunction",
	  "TNC_TNCS_ProvideRecommendation" },
};
static const char *const strangers[] = {
	"", "TNC_TNCC_", "TNC_TNCC_SendMessageX", "SendMessage", "TNC_IMC_Initialize", "tnc_tncc_sendmessage",
};
/* clang-format on */

static void test_bind(void **state)
{
	void *fn;

	(void)state;
	for (int server = 0; server < 2; server++) {
		struct puppet *p = server ? imv : imc;

		for (size_t i = 0; i < 12 && names[server][i]; i++) {
			fn = NULL;
			assert_int_equal(
				p->bind(p->id, (char *)(uintptr_t)names[server][i], &fn),
				TNC_RESULT_SUCCESS);
			assert_non_null(fn);
			/* not for the other side */
			assert_int_equal((server ? imc : imv)
						 ->bind((server ? imc : imv)->id,
							(char *)(uintptr_t)names[server][i],
							&fn),
					 TNC_RESULT_INVALID_PARAMETER);
			assert_null(fn);
		}
		for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
			fn = p;
			assert_int_equal(p->bind(p->id, (char *)(uintptr_t)strangers[i], &fn),
					 TNC_RESULT_INVALID_PARAMETER);
			assert_null(fn);
		}
		fn = p;
		assert_int_equal(p->bind(p->id, NULL, &fn), TNC_RESULT_INVALID_PARAMETER);
		assert_null(fn);
		assert_int_equal(p->bind(p->id, (char *)(uintptr_t)names[server][0], NULL),
				 TNC_RESULT_INVALID_PARAMETER);
		assert_int_equal(p->bind(0, (char *)(uintptr_t)names[server][0], &fn),
				 TNC_RESULT_INVALID_PARAMETER);
		assert_int_equal(p->send_soh(p->id, 1, NULL, 0), TNC_RESULT_NO_SOH_SUPPORT);
	}
}

/* --- sending at the right time --------------------------------------------------------------- */

static struct puppet *speaker;
static struct {
	TNC_UInt32 flags, vendor, subtype, to, n;
	TNC_Result want;
} say[8];
static size_t n_say;

static TNC_Result begin_say(struct puppet *p, TNC_ConnectionID conn)
{
	static unsigned char body[16] = "0123456789abcdef";

	if (p != speaker)
		return TNC_RESULT_SUCCESS;
	/* somebody else's name, somebody else's connection */
	assert_int_equal(p->send(imc2->id, conn, body, 1, 0x005597fe),
			 TNC_RESULT_ILLEGAL_OPERATION);
	assert_int_equal(p->send(p->id, conn + 1, body, 1, 0x005597fe),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(p->send(p->id, TNC_CONNECTIONID_ANY, body, 1, 0x005597fe),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(p->send(imv->id, conn, body, 1, 0x005597fe),
			 TNC_RESULT_INVALID_PARAMETER);
	for (size_t i = 0; i < n_say; i++)
		assert_int_equal(p->send_long(p->id, conn, say[i].flags,
					      say[i].n == 99 ? NULL : body, say[i].n,
					      say[i].vendor, say[i].subtype, say[i].to),
				 say[i].want);
	return TNC_RESULT_SUCCESS;
}

struct heard {
	unsigned n, longs;
	TNC_UInt32 flags, vendor, subtype, source, destination, len;
};

static TNC_Result hear(struct puppet *p, TNC_ConnectionID conn, const struct puppet_message *m)
{
	struct heard *h = p->ctx;

	(void)conn;
	h->n++;
	h->longs += m->is_long;
	h->flags = m->flags;
	h->vendor = m->vendor;
	h->subtype = m->subtype;
	h->source = m->source;
	h->destination = m->destination;
	h->len = m->n;
	return TNC_RESULT_SUCCESS;
}

static struct heard heard1, heard2;

static void converse(void)
{
	heard1 = heard2 = (struct heard){ 0 };
	imv->ctx = &heard1;
	imv2->ctx = &heard2;
	imv->receive = imv2->receive = hear;
	imc->begin = imc2->begin = begin_say;
	speaker = imc;
	link_close(&l);
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);
}

#define SAY(...)                                                                              \
	do {                                                                                  \
		static const typeof(say[0]) lines[] = { __VA_ARGS__ };                        \
		n_say = sizeof(lines) / sizeof(lines[0]);                                     \
		memcpy(say, lines, sizeof(lines));                                            \
	} while (0)

static void test_parameters(void **state)
{
	(void)state;
	SAY({ 0, 0xffffff, 1, 0xffff, 4, TNC_RESULT_INVALID_PARAMETER },
	    { 0, 1, 0xff, 0xffff, 4, TNC_RESULT_INVALID_PARAMETER },
	    { 0, 1, 0xffffffff, 0xffff, 4, TNC_RESULT_INVALID_PARAMETER },
	    { 0, 0x1000000, 1, 0xffff, 4, TNC_RESULT_INVALID_PARAMETER },
	    { 1, 1, 1, 0xffff, 4, TNC_RESULT_INVALID_PARAMETER },
	    { TNC_MESSAGE_FLAGS_EXCLUSIVE, 1, 1, 0xffff, 4, TNC_RESULT_INVALID_PARAMETER },
	    { 0, 1, 1, 0x10000, 4, TNC_RESULT_INVALID_PARAMETER },
	    { 0, 1, 1, 0xffff, 99, TNC_RESULT_INVALID_PARAMETER });
	converse();
	assert_int_equal(heard1.n, 0);
	/* not a moment to speak */
	assert_int_equal(imc->send(imc->id, 1, (TNC_BufferReference) "x", 1, 0x005597fe),
			 TNC_RESULT_ILLEGAL_OPERATION);
	assert_int_equal(imc->send(0, 1, NULL, 0, 0x005597fe), TNC_RESULT_INVALID_PARAMETER);
}

/* --- who hears ------------------------------------------------------------------------------- */

static void types(struct puppet *p, TNC_UInt32 vendor, TNC_UInt32 subtype)
{
	assert_int_equal(p->types_long(p->id, &vendor, &subtype, 1), TNC_RESULT_SUCCESS);
}

static void test_routing(void **state)
{
	TNC_UInt32 two[2] = { 0x005597fe, 0x00000009 };

	(void)state;
	SAY({ 0, PUPPET_VENDOR, 0x12345, 0xffff, 4, TNC_RESULT_SUCCESS },
	    { 0, PUPPET_VENDOR, 7, 0xffff, 0, TNC_RESULT_SUCCESS },
	    { 0, 9, 7, 0xffff, 3, TNC_RESULT_SUCCESS });
	types(imv, TNC_VENDORID_ANY, TNC_SUBTYPE_ANY);
	types(imv2, PUPPET_VENDOR, TNC_SUBTYPE_ANY);
	converse();
	assert_int_equal(heard1.n, 3);
	assert_int_equal(heard1.longs, 3);
	assert_int_equal(heard2.n, 2);
	assert_int_equal(heard2.source, imc->id);
	assert_int_equal(heard2.destination, 0xffff);
	assert_int_equal(heard2.len, 0);
	types(imv, PUPPET_VENDOR, 7);
	types(imv2, TNC_VENDORID_ANY, 7);
	converse();
	assert_int_equal(heard1.n, 1);
	assert_int_equal(heard2.n, 2);
	/* the list is replaced; none of it is there any more */
	assert_int_equal(imv->types(imv->id, NULL, 0), TNC_RESULT_SUCCESS);
	assert_int_equal(imv2->types(imv2->id, two, 2), TNC_RESULT_SUCCESS);
	converse();
	assert_int_equal(heard1.n + heard2.n, 0);
	assert_int_equal(imv->types(imv->id, NULL, 1), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->types_long(imv->id, two, NULL, 1), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->types(imv->id, two, 5000), TNC_RESULT_OTHER);
	two[0] = 0x1000000;
	assert_int_equal(imv->types_long(imv->id, two, two, 1), TNC_RESULT_INVALID_PARAMETER);
}

/* Only the one that is addressed, and only if it wants the type. */
static void test_exclusive(void **state)
{
	TNC_UInt32 more = 0, first;

	(void)state;
	assert_int_equal(imv2->reserve(imv2->id, &more), TNC_RESULT_SUCCESS);
	assert_int_not_equal(more, imv2->id);
	types(imv, TNC_VENDORID_ANY, TNC_SUBTYPE_ANY);
	types(imv2, PUPPET_VENDOR, PUPPET_SUBTYPE);
	SAY({ TNC_MESSAGE_FLAGS_EXCLUSIVE, PUPPET_VENDOR, PUPPET_SUBTYPE, 0, 4,
	      TNC_RESULT_SUCCESS });
	say[0].to = imv2->id;
	converse();
	assert_int_equal(heard1.n, 0);
	assert_int_equal(heard2.n, 1);
	assert_int_equal(heard2.flags, TNC_MESSAGE_FLAGS_EXCLUSIVE);
	assert_int_equal(heard2.destination, imv2->id);
	say[0].to = more; /* the additional one is as good */
	converse();
	assert_int_equal(heard2.n, 1);
	assert_int_equal(heard2.destination, more);
	say[0].subtype = 3; /* addressed, but not wanted */
	converse();
	assert_int_equal(heard1.n + heard2.n, 0);
	say[0].to = 4000; /* nobody */
	converse();
	assert_int_equal(heard1.n + heard2.n, 0);
	/* without the flag the destination is a hint */
	say[0].flags = 0;
	converse();
	assert_int_equal(heard1.n, 1);

	/* additional identifiers are there to send with, and they come to an end */
	assert_int_equal(imc->reserve(imc->id, &first), TNC_RESULT_SUCCESS);
	assert_int_equal(imc->reserve(imc->id, NULL), TNC_RESULT_INVALID_PARAMETER);
	for (size_t i = 2; i < 64; i++)
		assert_int_equal(imc->reserve(imc->id, &more), TNC_RESULT_SUCCESS);
	assert_int_equal(imc->reserve(imc->id, &more), TNC_RESULT_OTHER);
}

static TNC_Result second_name(struct puppet *p, TNC_ConnectionID conn)
{
	TNC_UInt32 id;

	assert_int_equal(p->reserve(p->id, &id), TNC_RESULT_SUCCESS);
	say[0].to = id;
	return p->send_long(id, conn, 0, NULL, 0, PUPPET_VENDOR, PUPPET_SUBTYPE, 0xffff);
}

static void test_second_name(void **state)
{
	(void)state;
	imv->ctx = &heard1;
	imv->receive = hear;
	imc->begin = second_name;
	imc2->begin = begin_say;
	speaker = NULL;
	link_close(&l);
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(heard1.source, say[0].to);
	assert_int_not_equal(heard1.source, imc->id);
}

/* Modules of the time before long types. */
static void test_short(void **state)
{
	struct puppet *shorty = puppet_get("puppet_imv_short");
	struct imv_host *short_host =
		test_imv_host(test_config("puppet_imv_short", NULL), RECOMMEND_DEFAULT);
	struct heard h = { 0 };

	(void)state;
	SAY({ 0, PUPPET_VENDOR, 0x12345, 0xffff, 4, TNC_RESULT_SUCCESS }, /* cannot be said */
	    { 0, PUPPET_VENDOR, 7, 0xffff, 5, TNC_RESULT_SUCCESS });
	shorty->ctx = &h;
	shorty->receive = hear;
	types(shorty, TNC_VENDORID_ANY, TNC_SUBTYPE_ANY);
	imc->begin = imc2->begin = begin_say;
	speaker = imc;
	link_close(&l);
	link_open(&l, ch, short_host);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.longs, 0);
	assert_int_equal(h.len, 5);
	link_close(&l);
	imv_host_close(short_host);
}

UNIT_GROUP(module_host)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_bind),      T(test_parameters),  T(test_routing),
		T(test_exclusive), T(test_second_name), T(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
