/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_msg.h"
#include "wire/swid_xml.h"
#include "wire/swima.h"

#define MAX 65536

static const struct swid_tag bash = {
	.name = SPAN_LIT("bash"),
	.tag_id = SPAN_LIT("Debian_12-x86_64-bash-5.2.15-2~b2"),
	.version = SPAN_LIT("5.2.15-2+b2"),
	.version_scheme = SPAN_LIT("alphanumeric"),
	.creator = SPAN_LIT("Lab"),
	.regid = SPAN_LIT("lab.example"),
};

static int read_str(const char *doc, struct arena *a, struct swid_info *info)
{
	return swid_xml_read(span_str(doc), MAX, a, info);
}

static void test_write_small(void **state)
{
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swid_xml_write(&w, &bash), 0);
	assert_true(span_eq(
		wr_span(&w),
		span_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>"
			 "<SoftwareIdentity xmlns=\"" SWID_NS "\" xml:lang=\"en\""
			 " name=\"bash\" tagId=\"Debian_12-x86_64-bash-5.2.15-2~b2\""
			 " version=\"5.2.15-2+b2\" versionScheme=\"alphanumeric\">"
			 "<Entity name=\"Lab\" regid=\"lab.example\" role=\"tagCreator\"/>"
			 "</SoftwareIdentity>")));
	wr_reset(&w);
}

static void test_write_full(void **state)
{
	struct swid_tag t = bash;
	struct wr w = { 0 };

	(void)state;
	t.supplier = span_str("A & B <x@y.example>");
	t.supplier_role = span_str("maintainer");
	t.product = span_str("Debian 12");
	t.summary = span_str("the \"GNU\" shell");
	t.arch = span_str("amd64");
	t.purl = span_str("pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12");
	t.source = span_str("bash");
	t.source_version = span_str("5.2.15-2");
	wr_str(&w, "before");
	assert_int_equal(swid_xml_write(&w, &t), 0);
	wr_u8(&w, 0);
	const char *s = (const char *)w.p;

	assert_non_null(strstr(
		s, "<Entity name=\"A &amp; B &lt;x@y.example&gt;\" role=\"maintainer\"/>"
		   "<Meta product=\"Debian 12\" summary=\"the &quot;GNU&quot; shell\""
		   " arch=\"amd64\" purl=\"pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&amp;"
		   "distro=debian-12\" sourcePackage=\"bash\" sourceVersion=\"5.2.15-2\"/>"
		   "</SoftwareIdentity>"));
	assert_null(strchr(s, '\n'));
	wr_reset(&w);
}

static void test_write_refuses(void **state)
{
	static const char *const bad[] = { "a\nb",         "a\tb",
					   "\x7f",         "\xc2\x85", /* NEL */
					   "\xef\xbf\xbf", "a\xff" };
	struct wr w = { 0 };

	(void)state;
	wr_str(&w, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct swid_tag t = bash;

		t.summary = span_str(bad[i]);
		assert_int_equal(swid_xml_write(&w, &t), ST_EVALUE);
		assert_true(span_eq(wr_span(&w), span_str("before")));
	}
	for (int i = 0; i < 4; i++) {
		struct swid_tag t = bash;
		struct span *must[] = { &t.name, &t.tag_id, &t.creator, &t.regid };

		must[i]->n = 0;
		assert_int_equal(swid_xml_write(&w, &t), ST_EVALUE);
	}
	w.max = 20;
	assert_int_equal(swid_xml_write(&w, &bash), ST_ELIMIT);
	wr_reset(&w);
}

static void test_text_ok(void **state)
{
	static const char *const bad[] = { "\n",           "a\tb",          "\x7f", "\xc2\x9f",
					   "\xef\xbf\xbe", "x\xef\xbf\xbf", "a\xff" };

	(void)state;
	assert_true(swid_text_ok(span_str("")));
	assert_true(swid_text_ok(span_str("a b\xc2\xa0\xc3\xa4\xef\xbf\xbd")));
	assert_false(swid_text_ok(span_of("a\0b", 3)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(swid_text_ok(span_str(bad[i])));
}

static void test_again(void **state)
{
	struct swid_tag t = bash;
	struct arena a = { 0 };
	struct swid_info info;
	struct wr w = { 0 };

	(void)state;
	t.name = span_str("a<b>&\"'\xc3\xa4");
	assert_int_equal(swid_xml_write(&w, &t), 0);
	assert_int_equal(swid_xml_read(wr_span(&w), MAX, &a, &info), 0);
	assert_true(span_eq(info.name, t.name));
	assert_true(span_eq(info.version, t.version));
	wr_truncate(&w, 0);
	assert_int_equal(swid_id_write(&w, t.regid, t.tag_id), 0);
	assert_true(span_eq(info.id, wr_span(&w)));
	assert_true(
		span_eq(info.id, span_str("lab.example__Debian_12-x86_64-bash-5.2.15-2~b2")));
	wr_reset(&w);
	arena_reset(&a);
}

/* A record of the recorded exchange says what its sub-block says. */
static void test_foreign(void **state)
{
	struct vectors set = { 0 };
	struct rd r = rd_over(vector_one(&set, "swima/inventory-swid.hex"));
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
	assert_int_equal(swid_xml_read(rec.record, MAX, &arena, &info), 0);
	assert_true(span_eq(info.id, rec.id));
	for (size_t n = 0; n < rec.record.n; n++)
		assert_int_equal(swid_xml_read(span_of(rec.record.p, n), MAX, &arena, &info),
				 ST_EVALUE);
	arena_reset(&arena);
	vectors_free(&set);
}

#define TAG(attrs, body)                                                                      \
	"<s:SoftwareIdentity xmlns:s='" SWID_NS "' " attrs ">" body "</s:SoftwareIdentity>"

static void test_read_forms(void **state)
{
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	/* the first tagCreator counts, wherever it stands; entities of others do not */
	assert_int_equal(
		read_str(TAG("tagId='t' name='n'",
			     "<Entity role='tagCreator' regid='no namespace'/>"
			     "<s:Entity role='licensor' regid='l'/>"
			     "<s:Meta><s:Entity role='tagCreator' regid='deep'/></s:Meta>"
			     "<s:Entity role='licensor tagCreator' regid='x&#x2e;y'/>"
			     "<s:Entity role='tagCreator' regid='second'/>"),
			 &a, &info),
		0);
	assert_true(span_eq(info.id, span_str("x.y__t")));
	assert_int_equal(info.version.n, 0);
	/* no regid: the default of the schema */
	assert_int_equal(
		read_str(TAG("tagId='t'", "<s:Entity role='tagCreator'/>"), &a, &info), 0);
	assert_true(span_eq(info.id, span_str("http://invalid.unavailable__t")));
	/* composed, as Net-Unicode wants it */
	assert_int_equal(
		read_str(TAG("tagId='a&#x308;'", "<s:Entity role='tagCreator' regid='r'/>"),
			 &a, &info),
		0);
	assert_true(span_eq(info.id, span_str("r__\xc3\xa4")));
	arena_reset(&a);
}

static void test_read_2009(void **state)
{
	struct vectors set = { 0 };
	struct span doc = vector_one(&set, "swid/2009.swidtag");
	size_t end = doc.n;
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	assert_int_equal(swid_xml_read(doc, MAX, &a, &info), 0);
	assert_int_equal(info.model, SWIMA_MODEL_SWID_2009);
	assert_true(span_eq(info.id, span_str("regid.1986-12.com.example__"
					      "WriterReader-10-AS1")));
	assert_true(span_eq(info.name, span_str("Writer & Reader")));
	assert_true(span_eq(info.version, span_str("10.0")));
	assert_true(span_eq(info.supplier, span_str("Example Corp.")));
	while (doc.p[end - 1] != '>')
		end--;
	for (size_t n = 0; n < end; n++)
		assert_int_equal(swid_xml_read(span_of(doc.p, n), MAX, &a, &info), ST_EVALUE);
	arena_reset(&a);
	vectors_free(&set);
}

#define OLD(body)                                                                             \
	"<software_identification_tag xmlns='" SWID_NS_2009 "'>" body                         \
	"</software_identification_tag>"
#define OLD_ID(unique, regid)                                                                 \
	"<software_id><unique_id>" unique "</unique_id><tag_creator_regid>" regid             \
	"</tag_creator_regid></software_id>"

static void test_read_2009_refuses(void **state)
{
	static const char *const bad[] = {
		OLD(""),
		OLD(OLD_ID("", "r")),
		OLD(OLD_ID("u", "")),
		OLD(OLD_ID("<u>u</u>", "r")),
		OLD("<x>" OLD_ID("u", "r") "</x>"),
		OLD("<unique_id>u</unique_id><tag_creator_regid>r</tag_creator_regid>"),
		"<s:SoftwareIdentity xmlns:s='" SWID_NS "' xmlns='" SWID_NS_2009
		"'>" OLD_ID("u", "r") "</s:SoftwareIdentity>",
		"<!DOCTYPE x [<!ENTITY e 'u'>]>" OLD(OLD_ID("&e;", "r")),
	};
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	assert_int_equal(read_str(OLD(OLD_ID("u", "r")), &a, &info), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_str(bad[i], &a, &info), ST_EVALUE);
	arena_reset(&a);
}

static void test_read_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"plain",
		"<a/>",
		"<SoftwareIdentity tagId='t'/>",
		TAG("", "<s:Entity role='tagCreator' regid='r'/>"),
		TAG("tagId='t'", ""),
		TAG("tagId='t'", "<s:Entity role='tagCreators' regid='r'/>"),
		TAG("tagId='t'", "<s:Entity role='tagCreator' regid='r'/>") "<more/>",
		TAG("tagId='t'", "<s:Entity role='tagCreator' regid='r'/>&undefined;"),
		"<!DOCTYPE x>" TAG("tagId='t'", "<s:Entity role='tagCreator' regid='r'/>"),
		"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>" TAG(
			"tagId='&e;'", "<s:Entity role='tagCreator' regid='r'/>"),
	};
	struct arena a = { 0 };
	struct swid_info info;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_str(bad[i], &a, &info), ST_EVALUE);
	arena_reset(&a);
}

static void test_read_limits(void **state)
{
	struct arena a = { 0 }, small = { .max = 1 };
	struct swid_info info;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swid_xml_read(span_str("<a/>"), 3, &a, &info), ST_ELIMIT);

	wr_str(&w, "<s:SoftwareIdentity xmlns:s='" SWID_NS "' tagId='t'>");
	for (int i = 0; i <= SWID_XML_MAX_DEPTH; i++)
		wr_str(&w, "<d>");
	assert_int_equal(swid_xml_read(wr_span(&w), MAX, &a, &info), ST_ELIMIT);

	wr_truncate(&w, 0);
	wr_str(&w, "<s:SoftwareIdentity xmlns:s='" SWID_NS "' tagId='");
	for (int i = 0; i <= SWID_XML_MAX_STRING; i++)
		wr_u8(&w, 'x');
	wr_str(&w, "'/>");
	assert_int_equal(swid_xml_read(wr_span(&w), MAX, &a, &info), ST_ELIMIT);
	assert_int_equal(read_str(TAG("tagId='t'", ""), &small, &info), ST_ENOMEM);
	wr_reset(&w);
	arena_reset(&a);
	arena_reset(&small);
}

UNIT_GROUP(swid_xml)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_small),       cmocka_unit_test(test_write_full),
		cmocka_unit_test(test_write_refuses),     cmocka_unit_test(test_again),
		cmocka_unit_test(test_foreign),           cmocka_unit_test(test_read_forms),
		cmocka_unit_test(test_read_refuses),      cmocka_unit_test(test_read_limits),
		cmocka_unit_test(test_text_ok),           cmocka_unit_test(test_read_2009),
		cmocka_unit_test(test_read_2009_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
