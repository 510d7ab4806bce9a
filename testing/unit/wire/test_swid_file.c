/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/coswid.h"
#include "wire/swid_file.h"

#define MAX 65536

static const uint8_t sum[SWID_SHA256_SIZE] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
					       11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
					       22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };

static const struct swid_file files[] = {
	{ .path = SPAN_LIT("/boot"), .size = 1 },
	{ .path = SPAN_LIT("/etc/a.rc"), .size = 3, .changeable = true },
	{ .path = SPAN_LIT("/usr/bin/a"), .size = 256, .sha256 = sum },
	{ .path = SPAN_LIT("/usr/bin/b"), .size = 0 },
};

static const struct swid_tag tag = {
	.name = SPAN_LIT("n"),
	.tag_id = SPAN_LIT("t"),
	.version = SPAN_LIT("1"),
	.creator = SPAN_LIT("c"),
	.regid = SPAN_LIT("r"),
	.files = files,
	.n_files = sizeof(files) / sizeof(files[0]),
};

static void test_split(void **state)
{
	static const char *const bad[] = { "", "/", "a", "a/b", "/a/", "/a\n", "/\xff" };
	struct swid_path p;

	(void)state;
	assert_true(swid_path_split(span_str("/usr/bin/bash"), &p));
	assert_true(span_eq(p.root, span_str("/usr")));
	assert_true(span_eq(p.directory, span_str("bin")));
	assert_true(span_eq(p.name, span_str("bash")));
	assert_true(swid_path_split(span_str("/etc/x"), &p));
	assert_true(span_eq(p.root, span_str("/")));
	assert_true(span_eq(p.directory, span_str("etc")));
	assert_true(swid_path_split(span_str("/x"), &p));
	assert_true(span_eq(p.root, span_str("/")));
	assert_int_equal(p.directory.n, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(swid_path_split(span_str(bad[i]), &p));
}

static void test_together(void **state)
{
	(void)state;
	assert_int_equal(swid_files_together(files, 4), 1);
	assert_int_equal(swid_files_together(files + 1, 3), 1);
	assert_int_equal(swid_files_together(files + 2, 2), 2);
	assert_int_equal(swid_files_together(files + 2, 1), 1);
	assert_int_equal(swid_files_together(files, 0), 0);
}

static void test_xml(void **state)
{
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swid_xml_write(&w, &tag), 0);
	assert_true(span_eq(
		wr_span(&w),
		span_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>"
			 "<SoftwareIdentity xmlns=\"" SWID_NS "\""
			 " xmlns:SHA256=\"http://www.w3.org/2001/04/xmlenc#sha256\""
			 " xmlns:n8060=\"http://csrc.nist.gov/ns/swid/2015-extensions/1.0\""
			 " xml:lang=\"en\" name=\"n\" tagId=\"t\" version=\"1\">"
			 "<Entity name=\"c\" regid=\"r\" role=\"tagCreator\"/><Evidence>"
			 "<File name=\"boot\" root=\"/\" size=\"1\"/>"
			 "<Directory name=\"etc\" root=\"/\">"
			 "<File name=\"a.rc\" size=\"3\" n8060:mutable=\"true\"/></Directory>"
			 "<Directory name=\"bin\" root=\"/usr\"><File name=\"a\" size=\"256\""
			 " SHA256:hash=\"000102030405060708090a0b0c0d0e0f"
			 "101112131415161718191a1b1c1d1e1f\"/>"
			 "<File name=\"b\" size=\"0\"/></Directory>"
			 "</Evidence></SoftwareIdentity>")));
	wr_reset(&w);
}

static void test_cbor(void **state)
{
	struct vectors set = { 0 };
	struct span want = vector_one(&set, "coswid/evidence.hex");
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(coswid_write(&w, &tag), 0);
	assert_int_equal(w.len, want.n);
	assert_memory_equal(w.p, want.p, want.n);
	wr_reset(&w);
	vectors_free(&set);
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "relative", "/a/", "/a\nb/c", "/\xff/x", "" };
	struct wr w = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct swid_file f = { .path = span_str(bad[i]) };
		struct swid_tag t = tag;

		t.files = &f;
		t.n_files = 1;
		assert_int_equal(swid_xml_write(&w, &t), ST_EVALUE);
		assert_int_equal(coswid_write(&w, &t), ST_EVALUE);
		assert_int_equal(w.len, 0);
	}
	w.max = 400; /* in the middle of the list */
	assert_int_equal(swid_xml_write(&w, &tag), ST_ELIMIT);
	wr_reset(&w);
	w.max = 100;
	assert_int_equal(coswid_write(&w, &tag), ST_ELIMIT);
	wr_reset(&w);
}

typedef int reads(struct span doc, size_t max, struct arena *a, struct swid_info *info);

static void check_read(reads *read, struct span doc)
{
	struct arena a = { 0 };
	struct swid_info info;

	for (size_t n = 0; n < doc.n; n++)
		assert_int_equal(read(span_of(doc.p, n), MAX, &a, &info), ST_EVALUE);
	assert_int_equal(read(doc, MAX, &a, &info), 0);
	assert_true(span_eq(info.id, span_str("r__t")));
	assert_true(span_eq(info.name, span_str("n")));
	assert_int_equal(info.arch.n, 0);
	arena_reset(&a);
}

/* Readers go over it, whole or not at all. */
static void test_read_back(void **state)
{
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swid_xml_write(&w, &tag), 0);
	check_read(swid_xml_read, wr_span(&w));
	wr_truncate(&w, 0);
	assert_int_equal(coswid_write(&w, &tag), 0);
	check_read(coswid_read, wr_span(&w));
	wr_reset(&w);
}

/* What others may write: nesting, attributes and elements we do not know, what looks like ours
 * in the wrong place. */
static void test_read_foreign(void **state)
{
	static const char doc[] =
		"<SoftwareIdentity xmlns='" SWID_NS "' tagId='t' name='n'>"
		"<Evidence date='2026-11-21T00:00:00Z' deviceId='x'>"
		"<Directory name='a' location='..' root='%ProgramFiles%'>"
		"<Directory name='b'><File name='c' size='-1' key='maybe'"
		" xmlns:h='http://www.w3.org/2000/09/xmldsig#sha1' h:hash='zz'/>"
		"<Entity name='no' regid='wrong' role='tagCreator'/></Directory></Directory>"
		"<Process name='p' pid='one'/><Resource type='r'/><Meta arch='wrong'/>"
		"</Evidence><Entity name='c' regid='r' role='tagCreator'/>"
		"</SoftwareIdentity>";
	struct vectors set = { 0 };

	(void)state;
	check_read(swid_xml_read, span_str(doc));
	check_read(coswid_read, vector_one(&set, "coswid/evidence-foreign.hex"));
	vectors_free(&set);
}

UNIT_GROUP(swid_file)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),        cmocka_unit_test(test_together),
		cmocka_unit_test(test_xml),          cmocka_unit_test(test_cbor),
		cmocka_unit_test(test_refused),      cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_read_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
