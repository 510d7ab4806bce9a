/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/coswid.h"
#include "wire/pa_msg.h"
#include "wire/swima.h"

#define MAX 65536

static const struct swid_tag bash = {
	.name = SPAN_LIT("bash"),
	.tag_id = SPAN_LIT("bash-5.2.15"),
	.version = SPAN_LIT("5.2.15"),
	.creator = SPAN_LIT("lab"),
	.regid = SPAN_LIT("https://lab.example"),
};

static const struct swid_tag full = {
	.name = SPAN_LIT("n"),
	.tag_id = SPAN_LIT("t"),
	.version = SPAN_LIT("1"),
	.version_scheme = SPAN_LIT("alphanumeric"),
	.creator = SPAN_LIT("c"),
	.regid = SPAN_LIT("r"),
	.supplier = SPAN_LIT("s"),
	.supplier_role = SPAN_LIT("maintainer"),
	.product = SPAN_LIT("p"),
	.summary = SPAN_LIT("q"),
	.arch = SPAN_LIT("a"),
	.purl = SPAN_LIT("u"),
	.source = SPAN_LIT("o"),
	.source_version = SPAN_LIT("v"),
};

static void writes(const struct swid_tag *t, const char *vector)
{
	struct vectors set = { 0 };
	struct span want = vector_one(&set, vector);
	struct wr w = { 0 };

	assert_int_equal(coswid_write(&w, t), 0);
	assert_int_equal(w.len, want.n);
	assert_memory_equal(w.p, want.p, want.n);
	wr_reset(&w);
	vectors_free(&set);
}

static void test_write(void **state)
{
	(void)state;
	writes(&bash, "coswid/bash-ours.hex");
	writes(&full, "coswid/full.hex");
}

static void test_write_without_number(void **state)
{
	struct swid_tag plain = bash, t = bash;
	struct wr a = { 0 }, b = { 0 };

	(void)state;
	t.supplier = span_str("s");
	t.supplier_role = span_str("publisher");
	t.version_scheme = span_str("rpm");
	assert_int_equal(coswid_write(&a, &plain), 0);
	assert_int_equal(coswid_write(&b, &t), 0);
	assert_true(span_eq(wr_span(&a), wr_span(&b)));
	wr_reset(&a);
	wr_reset(&b);
}

static void test_write_refuses(void **state)
{
	static const char *const bad[] = { "a\nb", "\x7f", "\xc2\x85", "\xef\xbf\xbf",
					   "a\xff" };
	struct wr w = { 0 };

	(void)state;
	wr_str(&w, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct swid_tag t = bash;

		t.summary = span_str(bad[i]);
		assert_int_equal(coswid_write(&w, &t), ST_EVALUE);
		assert_true(span_eq(wr_span(&w), span_str("before")));
	}
	for (int i = 0; i < 4; i++) {
		struct swid_tag t = bash;
		struct span *must[] = { &t.name, &t.tag_id, &t.creator, &t.regid };

		must[i]->n = 0;
		assert_int_equal(coswid_write(&w, &t), ST_EVALUE);
	}
	struct swid_tag t = bash;

	t.tag_id = span_str("a__b");
	assert_int_equal(coswid_write(&w, &t), ST_EVALUE);
	assert_true(span_eq(wr_span(&w), span_str("before")));
	w.max = 20;
	assert_int_equal(coswid_write(&w, &bash), ST_ELIMIT);
	wr_reset(&w);
}

static void says(struct span s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	if (s.n)
		assert_memory_equal(s.p, want, s.n);
}

/* Whole it is read; cut anywhere it is refused. */
static void reads(const char *vector, struct arena *a, struct swid_info *info)
{
	struct vectors set = { 0 };
	struct span doc = vector_one(&set, vector);

	for (size_t n = 0; n < doc.n; n++) {
		uint8_t *cut =
			malloc(n + 1); /* of its own, so that a read beyond is noticed */

		assert_non_null(cut);
		memcpy(cut, doc.p, n);
		assert_int_equal(coswid_read(span_of(cut, n), MAX, a, info), ST_EVALUE);
		free(cut);
	}
	assert_int_equal(coswid_read(doc, doc.n, a, info), 0);
	assert_int_equal(info->model, SWIMA_MODEL_COSWID);
	vectors_free(&set);
}

static void test_read(void **state)
{
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	reads("coswid/bash.hex", &a, &info);
	says(info.id, "https://lab.example__bash-5.2.15");
	says(info.name, "bash");
	says(info.version, "5.2.15");
	says(info.supplier, "");
	reads("coswid/bash-ours.hex", &a, &info);
	says(info.id, "https://lab.example__bash-5.2.15");
	reads("coswid/full.hex", &a, &info);
	says(info.id, "r__t");
	says(info.supplier, "s");
	says(info.arch, "a");
	says(info.purl, "u");
	says(info.source, "o");
	says(info.source_version, "v");
	arena_reset(&a);
}

static void test_read_strange(void **state)
{
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	reads("coswid/strange.hex", &a, &info);
	says(info.id, "r__urn:uuid:00112233-4455-6677-8899-aabbccddeeff");
	says(info.name, "bash");
	says(info.version, "");
	says(info.supplier, "l");
	says(info.arch, "z");
	arena_reset(&a);
}

/* A record of the recorded exchange says what its sub-block says. */
static void test_read_record(void **state)
{
	struct vectors set = { 0 };
	struct rd r = rd_over(vector_one(&set, "swima/inventory-coswid.hex"));
	struct swima_record rec;
	struct swima_list l;
	struct arena arena = { 0 };
	struct swid_info info;
	struct pa_attr a;
	struct pa_msg m;

	(void)state;
	pa_msg_decode(&r, &m);
	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_int_equal(rec.model, SWIMA_MODEL_COSWID);
	assert_int_equal(coswid_read(rec.record, MAX, &arena, &info), 0);
	assert_true(span_eq(info.id, rec.id));
	arena_reset(&arena);
	vectors_free(&set);
}

static int read_wrapped(const char *before, const char *after, struct arena *a,
			struct swid_info *info)
{
	static const uint8_t hex[] = "0123456789abcdef";
	const char *parts[] = { before, after };
	struct vectors set = { 0 };
	struct span doc = vector_one(&set, "coswid/bash.hex");
	struct wr w = { 0 };
	int err;

	for (int i = 0; i < 2; i++) {
		for (const char *p = parts[i]; *p; p += 2)
			wr_u8(&w, (uint8_t)(((const uint8_t *)strchr((const char *)hex, p[0]) -
					     hex) << 4 |
					    ((const uint8_t *)strchr((const char *)hex, p[1]) -
					     hex)));
		if (i == 0)
			wr_bytes(&w, doc);
	}
	err = coswid_read(wr_span(&w), MAX, a, info);
	wr_reset(&w);
	vectors_free(&set);
	return err;
}

/* bash.hex has 70 octets: 58 46 is the head of a byte string around it. */
static void test_read_signed(void **state)
{
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	assert_int_equal(read_wrapped("d28443a10126a05846", "41aa", &a, &info), 0);
	says(info.id, "https://lab.example__bash-5.2.15");
	assert_int_equal(read_wrapped("da53574944d28443a10126a05846", "41aa", &a, &info), 0);
	assert_int_equal(read_wrapped("d8628440a05846", "80", &a, &info), 0);
	assert_int_equal(read_wrapped("d29f40a05846", "40ff", &a, &info), 0);
	assert_int_equal(read_wrapped("d28440a05f5846", "ff40", &a, &info), 0);
	says(info.id, "https://lab.example__bash-5.2.15");
	/* too few, too many, payload not here, empty, signed twice, another tag in front */
	assert_int_equal(read_wrapped("d28340a05846", "", &a, &info), ST_EVALUE);
	assert_int_equal(read_wrapped("d29f40a05846", "4040ff", &a, &info), ST_EVALUE);
	assert_int_equal(read_wrapped("d284", "40f640", &a, &info), ST_EVALUE);
	assert_int_equal(read_wrapped("d28440a04058", "", &a, &info), ST_EVALUE);
	assert_int_equal(read_wrapped("d28440a0584dd28440a05846", "4040", &a, &info),
			 ST_EVALUE);
	assert_int_equal(read_wrapped("d9d9f7", "", &a, &info), ST_EVALUE);
	assert_int_equal(read_wrapped("", "00", &a, &info), ST_EVALUE);
	arena_reset(&a);
}

/* Entity of a tag creator with reg-id "r"; then what is wrong. */
#define CREATOR                                                                               \
	"\x02\xa3\x18\x1f\x61"                                                                \
	"c\x18\x20\x61"                                                                       \
	"r\x18\x21\x01"
#define DOC(s) SPAN_LIT(s)

static void test_read_refuses(void **state)
{
	static const struct span bad[] = {
		DOC("\xa1" CREATOR),                      /* no tag-id */
		DOC("\xa1\x00\x61t"),                     /* no entity */
		DOC("\xa2\x00\x61t\x02\xa1\x18\x21\x02"), /* no tag creator */
		DOC("\xa2\x00\x64"
		    "a__b" CREATOR), /* RFC 9393, 2.3 */
		DOC("\xa2\x00\x4f"
		    "123456789012345" CREATOR),  /* no UUID */
		DOC("\xa2\x00\x18\x2a" CREATOR), /* a number */
		DOC("\xa2\x00\x62"
		    "a\xff" CREATOR),                             /* not UTF-8 */
		DOC("\xa3\x00\x61t\x00\x61u" CREATOR),            /* says it twice */
		DOC("\xa3\x00\x61t\x01\x05" CREATOR),             /* name is a number */
		DOC("\xbf\x00\x61t" CREATOR "\x07\xff"),          /* key without value */
		DOC("\xa3\x00\x61t" CREATOR "\x07\xff"),          /* end of nothing */
		DOC("\xa3\x00\x61t" CREATOR "\x07\x7f\x41x\xff"), /* bytes in text */
		DOC("\xa3\x00\x61t" CREATOR "\x07\x1c"),          /* reserved */
		DOC("\x82\x00\x01"),                              /* no map */
		/* lengths of 2^64 - 1 */
		DOC("\xa3\x00\x61t" CREATOR "\x07\x7b\xff\xff\xff\xff\xff\xff\xff\xff"),
		DOC("\xa3\x00\x61t" CREATOR "\x07\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
		DOC("\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x00\x61t" CREATOR),
	};
	static const struct span good = DOC("\xa2\x00\x61t" CREATOR);
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	assert_int_equal(coswid_read(good, MAX, &a, &info), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(coswid_read(bad[i], MAX, &a, &info), ST_EVALUE);
	arena_reset(&a);
}

/* Nested as deep as the document is long: refused at the cap, in whatever item it stands. */
static void test_read_limits(void **state)
{
	static const uint8_t openers[] = { 0x81, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8 };
	static const uint8_t keys[] = { 0x00, 0x01, 0x02, 0x05, 0x06, 0x21 };
	struct arena a = { 0 }, small = { .max = 1 };
	struct swid_info info;
	struct wr w = { 0 };

	(void)state;
	for (size_t k = 0; k < sizeof(keys) * sizeof(openers); k++) {
		wr_truncate(&w, 0);
		wr_u8(&w, 0xa1);
		wr_u8(&w, keys[k / sizeof(openers)]);
		while (w.len < MAX)
			wr_u8(&w, openers[k % sizeof(openers)]);
		assert_true(coswid_read(wr_span(&w), MAX, &a, &info) < 0);
	}
	assert_int_equal(coswid_read(wr_span(&w), MAX - 1, &a, &info), ST_ELIMIT);

	wr_truncate(&w, 0); /* a tag-id that is too long, whole or in pieces */
	wr_bytes(&w, (struct span)DOC("\xa1\x00\x7a\x00\x00\x10\x01"));
	for (int i = 0; i <= SWID_XML_MAX_STRING; i++)
		wr_u8(&w, 'x');
	assert_int_equal(coswid_read(wr_span(&w), MAX, &a, &info), ST_ELIMIT);
	wr_truncate(&w, 0);
	wr_bytes(&w, (struct span)DOC("\xa1\x00\x7f"));
	for (int i = 0; i <= SWID_XML_MAX_STRING; i++)
		wr_bytes(&w, span_str("\x61x"));
	wr_u8(&w, 0xff);
	assert_int_equal(coswid_read(wr_span(&w), MAX, &a, &info), ST_ELIMIT);
	assert_int_equal(
		coswid_read((struct span)DOC("\xa2\x00\x61t" CREATOR), MAX, &small, &info),
		ST_ENOMEM);
	wr_reset(&w);
	arena_reset(&a);
	arena_reset(&small);
}

UNIT_GROUP(coswid)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_without_number),
		cmocka_unit_test(test_write_refuses),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_strange),
		cmocka_unit_test(test_read_record),
		cmocka_unit_test(test_read_signed),
		cmocka_unit_test(test_read_refuses),
		cmocka_unit_test(test_read_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
