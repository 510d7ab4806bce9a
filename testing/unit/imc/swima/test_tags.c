/* SPDX-License-Identifier: BSD-2-Clause */
/* Tags that software ships, from the file to the record. */
#include "unit.h"

#include "unit/imc/sources/scratch.h"

#include "imc/swima/collection.h"

#include "base/err.h"
#include "wire/coswid.h"

#include <unistd.h>

#define TAG "/usr/share/product/swidtag/product.swidtag"

static const char *const sources[] = { "dpkg", "swid", NULL };
static const char *const places[] = { "/usr/share/*/swidtag", NULL };

static struct collection *collection;

static void open_as(uint8_t model)
{
	const struct collection_conf conf = {
		.source = { .root = scratch_root,
			    .max_octets = 65536,
			    .max_tag = 65536,
			    .swid = places },
		.rules = { .scheme = IDENTIFIER_COMPATIBLE,
			   .model = model,
			   .regid = "lab.example",
			   .platform = { "debian", "12", "x86_64", "amd64" } },
		.maker = "Lab",
		.sources = sources,
		.ledger = "",
		.max_records = 100,
	};
	const char *err_msg;

	assert_int_equal(collection_open(&conf, &collection), 0);
	assert_int_equal(collection_refresh(collection, &err_msg), 0);
}

static void put_tag(const char *name, const char *more)
{
	struct wr w = { 0 };

	wr_str(&w, "<SoftwareIdentity  xmlns='" SWID_NS "' tagId='t' name='");
	wr_str(&w, name);
	wr_str(&w, "'><Entity name='c' regid='r' role='tagCreator'/>");
	wr_str(&w, more);
	wr_str(&w, "</SoftwareIdentity>\n");
	scratch_put(wr_span(&w), TAG);
	wr_reset(&w);
}

static int begin(void **state)
{
	(void)state;
	scratch_clear();
	scratch_put(span_str("Package: a__b\nStatus: install ok installed\n"
			     "Architecture: amd64\nVersion: 1\n\n"
			     "Package: bash\nStatus: install ok installed\n"
			     "Architecture: amd64\nVersion: 2\n"),
		    "/var/lib/dpkg/status");
	put_tag("product", "<!-- signed -->");
	return 0;
}

static int end(void **state)
{
	(void)state;
	collection_close(collection);
	return 0;
}

static struct swima_record record(size_t i)
{
	struct swima_record rec;

	collection_record(collection, i, &rec);
	return rec;
}

static void test_untouched(void **state)
{
	static const char want[] =
		"<SoftwareIdentity  xmlns='" SWID_NS "' tagId='t' name='product'>"
		"<Entity name='c' regid='r' role='tagCreator'/><!-- signed -->"
		"</SoftwareIdentity>\n";
	struct wr w = { 0 };

	(void)state;
	open_as(SWIMA_MODEL_COSWID);
	assert_int_equal(collection_count(collection), 3);
	assert_true(span_eq(record(2).id, span_str("r__t")));
	assert_int_equal(record(2).source, 3);
	assert_int_equal(record(2).model, SWIMA_MODEL_SWID_2015);
	assert_true(span_eq(record(2).locator, span_str("file:///usr/share/product")));
	assert_int_equal(collection_describe(collection, 2, &w), 0);
	assert_true(span_eq(wr_span(&w), span_str(want)));
	wr_reset(&w);
}

/* A changed octet alters the record; before the next scan the record is not available. */
static void test_altered(void **state)
{
	uint32_t before, epoch, eid;
	const char *err_msg;
	struct wr w = { 0 };

	(void)state;
	open_as(SWIMA_MODEL_SWID_2015);
	before = record(2).record_id;
	epoch = collection_epoch(collection);
	eid = collection_last_eid(collection);
	put_tag("product", "<!-- forged -->");
	assert_int_equal(collection_describe(collection, 2, &w), ST_EBUSY);
	assert_int_equal(collection_refresh(collection, &err_msg), 0);
	assert_int_equal(record(2).record_id, before);
	assert_true(collection_epoch(collection) != epoch ||
		    collection_last_eid(collection) > eid);
	assert_int_equal(collection_describe(collection, 2, &w), 0);
	assert_int_equal(unlink(scratch_path(TAG)), 0);
	assert_int_equal(collection_refresh(collection, &err_msg), 0);
	assert_int_equal(collection_count(collection), 2);
	wr_reset(&w);
}

/* CoSWID cannot name it (RFC 9393, 2.3): it stays XML, the others do not. */
static void test_made(void **state)
{
	struct arena a = { 0 };
	struct swid_info info;
	struct wr w = { 0 };

	(void)state;
	open_as(SWIMA_MODEL_COSWID);
	assert_int_equal(record(0).model, SWIMA_MODEL_SWID_2015);
	assert_int_equal(record(1).model, SWIMA_MODEL_COSWID);
	assert_int_equal(collection_describe(collection, 0, &w), 0);
	assert_int_equal(swid_xml_read(wr_span(&w), w.len, &a, &info), 0);
	assert_true(span_eq(info.id, record(0).id));
	wr_truncate(&w, 0);
	assert_int_equal(collection_describe(collection, 1, &w), 0);
	assert_int_equal(coswid_read(wr_span(&w), w.len, &a, &info), 0);
	assert_true(span_eq(info.id, record(1).id));
	assert_true(span_eq(info.name, span_str("bash")));
	arena_reset(&a);
	wr_reset(&w);
}

UNIT_GROUP(tags)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_untouched, begin, end),
		cmocka_unit_test_setup_teardown(test_altered, begin, end),
		cmocka_unit_test_setup_teardown(test_made, begin, end),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
