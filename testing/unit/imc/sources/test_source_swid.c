/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "scratch.h"
#include "vectors.h"

#include "imc/sources/source_swid.h"

#include "base/err.h"
#include "wire/coswid.h"
#include "wire/swima.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const places[] = {
	"/usr/lib/swidtag",   "/etc/swid/swidtags.d", "/usr/share/*/swidtag",
	"/usr/share/regid.*", "/opt/*/*/swidtag",     NULL,
};

static struct source_conf conf = { .root = scratch_root, .max_tag = 65536, .swid = places };
static struct source *source;
static struct listed listed;

static int begin(void **state)
{
	(void)state;
	scratch_clear();
	scratch_log();
	assert_int_equal(source_swid.open(&conf, &source), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	source_swid.close(source);
	listed_reset(&listed);
	return 0;
}

static void put_tag(const char *path, const char *tag_id)
{
	struct swid_tag t = { .name = span_str("n"),
			      .tag_id = span_str(tag_id),
			      .version = span_str("1"),
			      .creator = span_str("c"),
			      .regid = span_str("r") };
	struct wr w = { 0 };

	if (strstr(path, ".coswid"))
		assert_int_equal(coswid_write(&w, &t), 0);
	else
		assert_int_equal(swid_xml_write(&w, &t), 0);
	scratch_put(wr_span(&w), "%s", path);
	wr_reset(&w);
}

static void test_everywhere(void **state)
{
	struct vectors set = { 0 };

	(void)state;
	put_tag("/usr/lib/swidtag/a.example/a.swidtag", "a");
	put_tag("/usr/lib/swidtag/b.coswid", "b");
	put_tag("/etc/swid/swidtags.d/c.swidtag", "c");
	put_tag("/usr/share/product/swidtag/d.swidtag", "d");
	put_tag("/opt/maker/product/swidtag/e.coswid", "e");
	scratch_put(vector_one(&set, "swid/2009.swidtag"),
		    "/usr/share/regid.1986-12.com.example/f.swidtag");
	put_tag("/usr/share/product/not/swidtag/x.swidtag", "no");
	put_tag("/usr/share/product/swidtag/x.xml", "no");
	put_tag("/usr/share/product/swidtag/.x.swidtag", "no");
	put_tag("/usr/lib/swidtag/1/2/3/4/5/x.swidtag", "too deep");
	assert_int_equal(list_all(&source_swid, source, &listed), 0);
	assert_string_equal(
		listed.text,
		"/etc/swid/swidtags.d/c.swidtag n 1 r__c -\n"
		"/opt/maker/product/swidtag/e.coswid n 1 r__e /opt/maker/product\n"
		"/usr/lib/swidtag/a.example/a.swidtag n 1 r__a -\n"
		"/usr/lib/swidtag/b.coswid n 1 r__b /usr/lib\n"
		"/usr/share/product/swidtag/d.swidtag n 1 r__d /usr/share/product\n"
		"/usr/share/regid.1986-12.com.example/f.swidtag Writer & Reader "
		"10.0 regid.1986-12.com.example__WriterReader-10-AS1 -\n");
	assert_int_equal(scratch_log_count(), 0);
	vectors_free(&set);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(list_all(&source_swid, source, &listed), 0);
	assert_int_equal(listed.n, 0);
}

/* Each of these is skipped and logged once; the valid one is listed. */
static void put_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", scratch_path(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(fd);
}

static void test_hostile(void **state)
{
	static const char bomb[] =
		"<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a 'aaaaaaaaaa'>"
		"<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>"
		"<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]><x>&d;</x>";
	static const char newline[] =
		"<SoftwareIdentity xmlns='" SWID_NS "' name='n' tagId='a&#10;b'>"
		"<Entity name='c' regid='r' role='tagCreator'/></SoftwareIdentity>";
	static const char invalid[] =
		"<SoftwareIdentity xmlns='" SWID_NS "' name='\xff' tagId='t'>"
		"<Entity name='c' regid='r' role='tagCreator'/></SoftwareIdentity>";
	struct wr deep = { 0 };
	uint8_t *big = calloc(1, 10 << 20);

	(void)state;
	assert_non_null(big);
	wr_str(&deep, "<SoftwareIdentity xmlns='" SWID_NS "' name='n' tagId='t'>");
	for (int i = 0; i < 3000; i++)
		wr_str(&deep, "<d>");
	scratch_put(span_of(big, 10 << 20), "/usr/lib/swidtag/1-big.swidtag");
	scratch_put(wr_span(&deep), "/usr/lib/swidtag/2-deep.swidtag");
	scratch_put(span_str(bomb), "/usr/lib/swidtag/3-bomb.swidtag");
	scratch_put(span_str(newline), "/usr/lib/swidtag/4-newline.swidtag");
	scratch_put(span_str(invalid), "/usr/lib/swidtag/5-utf8.swidtag");
	scratch_put(span_str(""), "/usr/lib/swidtag/6-empty.swidtag");
	scratch_put(span_str(""), "/usr/lib/swidtag/7-empty.coswid");
	memset(big, 0x81, 60000);
	scratch_put(span_of(big, 60000), "/usr/lib/swidtag/8-deep.coswid");
	put_tag("/usr/lib/swidtag/9-\nname.swidtag", "t");
	put_tag("/usr/lib/swidtag/10-\xff.swidtag", "t");
	assert_int_equal(mkfifo(scratch_path("/usr/lib/swidtag/11-fifo.swidtag"), 0600), 0);
	assert_int_equal(mkdir(scratch_path("/usr/lib/swidtag/12-dir.swidtag"), 0700), 0);
	assert_int_equal(
		symlink("good.swidtag", scratch_path("/usr/lib/swidtag/13-link.swidtag")), 0);
	put_socket("/usr/lib/swidtag/14-socket.swidtag");
	put_tag("/usr/lib/swidtag/good.swidtag", "good");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(list_all(&source_swid, source, &listed), 0);
		assert_string_equal(listed.text,
				    "/usr/lib/swidtag/good.swidtag n 1 r__good /usr/lib\n");
		assert_int_equal(scratch_log_count(), 14); /* logged once */
	}
	assert_true(scratch_log_has("1-big.swidtag reason=\"too long"));
	assert_true(scratch_log_has("2-deep.swidtag reason=\"too long or nested"));
	assert_true(scratch_log_has("3-bomb.swidtag reason=\"not a tag"));
	assert_true(scratch_log_has(
		"4-newline.swidtag reason=\"control characters in its content"));
	assert_true(scratch_log_has("8-deep.coswid reason="));
	assert_true(scratch_log_has("11-fifo.swidtag reason=\"not a regular file"));
	assert_true(scratch_log_has("13-link.swidtag reason=\"a symbolic link"));
	assert_true(scratch_log_has("14-socket.swidtag reason=\"not a regular file"));
	/* a corrected file is listed */
	put_tag("/usr/lib/swidtag/6-empty.swidtag", "six");
	assert_int_equal(list_all(&source_swid, source, &listed), 0);
	assert_int_equal(listed.n, 2);
	wr_reset(&deep);
	free(big);
}

/* Links are not followed, except in the part of the path that the administrator wrote. */
static void test_links(void **state)
{
	(void)state;
	put_tag("/elsewhere/swidtag/x.swidtag", "x");
	put_tag("/usr/share/a/swidtag/a.swidtag", "a");
	assert_int_equal(symlink(scratch_path("/elsewhere"), scratch_path("/usr/share/b")), 0);
	assert_int_equal(mkdir(scratch_path("/usr/share/c"), 0700), 0);
	assert_int_equal(
		symlink("../../../elsewhere/swidtag", scratch_path("/usr/share/c/swidtag")),
		0);
	assert_int_equal(mkdir(scratch_path("/usr/lib"), 0700), 0);
	assert_int_equal(symlink("../../elsewhere/swidtag", scratch_path("/usr/lib/swidtag")),
			 0);
	assert_int_equal(list_all(&source_swid, source, &listed), 0);
	assert_string_equal(listed.text, "/usr/lib/swidtag/x.swidtag n 1 r__x /usr/lib\n"
					 "/usr/share/a/swidtag/a.swidtag n 1 r__a "
					 "/usr/share/a\n");
}

static void test_owner(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	put_tag("/usr/lib/swidtag/a.swidtag", "a");
	assert_int_equal(chown(scratch_path("/usr/lib/swidtag/a.swidtag"), 12345, 0), 0);
	assert_int_equal(list_all(&source_swid, source, &listed), 0);
	assert_int_equal(listed.n, 0);
	assert_true(scratch_log_has("owned by another user"));
}

static void test_record(void **state)
{
	const char *path = "/usr/share/product/swidtag/d.swidtag";
	struct swid_info info;
	struct arena a = { 0 };
	struct wr w = { 0 };

	(void)state;
	put_tag(path, "d");
	assert_int_equal(list_all(&source_swid, source, &listed), 0);
	assert_int_equal(listed.last.model, SWIMA_MODEL_SWID_2015);
	wr_str(&w, "before");
	assert_int_equal(source_swid.record(source, &listed.last, &w), 0);
	assert_memory_equal(w.p, "before<?xml", 11);
	assert_int_equal(swid_xml_read(wr_span_from(&w, 6), 65536, &a, &info), 0);
	assert_true(source_swid.installed(source, &listed.last) > 0);
	/* another tag, then none, then one that is too long */
	wr_truncate(&w, 0);
	put_tag(path, "e");
	assert_int_equal(source_swid.record(source, &listed.last, &w), ST_EBUSY);
	assert_int_equal(unlink(scratch_path(path)), 0);
	assert_int_equal(source_swid.record(source, &listed.last, &w), ST_EBUSY);
	assert_int_equal(w.len, 0);
	arena_reset(&a);
	wr_reset(&w);
}

static bool stamp_moves(struct source_stamp *before)
{
	struct source_stamp now;
	bool moved;

	source_swid.stamp(source, &now);
	moved = memcmp(before, &now, sizeof(now)) != 0;
	*before = now;
	return moved;
}

static void test_stamp(void **state)
{
	struct source_stamp stamp = { { 1 } };

	(void)state;
	assert_true(stamp_moves(&stamp));
	put_tag("/usr/share/product/swidtag/d.swidtag", "d");
	assert_true(stamp_moves(&stamp));
	assert_false(stamp_moves(&stamp));
	put_tag("/usr/share/product/swidtag/d.swidtag", "e"); /* same length */
	assert_true(stamp_moves(&stamp));
	put_tag("/usr/share/product/swidtag/d.txt", "e");
	assert_false(stamp_moves(&stamp));
	assert_int_equal(unlink(scratch_path("/usr/share/product/swidtag/d.swidtag")), 0);
	assert_true(stamp_moves(&stamp));
}

static bool watched(const char *path)
{
	const char *w;

	for (size_t i = 0; (w = source_swid.watch(source, i)); i++)
		if (strcmp(w, scratch_path(path)) == 0)
			return true;
	return false;
}

/* Directories with tags, and those where directories with tags could appear. */
static void test_watch(void **state)
{
	(void)state;
	put_tag("/usr/lib/swidtag/a.example/a.swidtag", "a");
	put_tag("/usr/share/product/readme", "a");
	assert_true(watched("/usr/lib/swidtag"));
	assert_true(watched("/usr/lib/swidtag/a.example"));
	assert_true(watched("/usr/share"));
	assert_true(watched("/usr/share/product"));
	assert_true(watched("")); /* for /etc, /opt */
	assert_false(watched("/usr/lib"));
	assert_int_equal(mkdir(scratch_path("/etc"), 0700), 0);
	assert_true(watched("/etc"));
}

static void test_errors(void **state)
{
	struct source_conf gone = conf;
	struct source *other = NULL;
	struct source_stamp stamp;

	(void)state;
	put_tag("/usr/lib/swidtag/a.swidtag", "a");
	put_tag("/usr/lib/swidtag/b.swidtag", "b");
	listed.fail_at = 2;
	assert_int_equal(list_all(&source_swid, source, &listed), ST_ELIMIT);
	gone.root = "/nonexistent";
	assert_int_equal(source_swid.open(&gone, &other), 0);
	assert_int_equal(list_all(&source_swid, other, &listed), ST_ENOENT);
	source_swid.stamp(other, &stamp);
	assert_null(source_swid.watch(other, 0));
	source_swid.close(other);
	source_swid.close(NULL);
}

UNIT_GROUP(source_swid)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_everywhere, begin, end),
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_hostile, begin, end),
		cmocka_unit_test_setup_teardown(test_links, begin, end),
		cmocka_unit_test_setup_teardown(test_owner, begin, end),
		cmocka_unit_test_setup_teardown(test_record, begin, end),
		cmocka_unit_test_setup_teardown(test_stamp, begin, end),
		cmocka_unit_test_setup_teardown(test_watch, begin, end),
		cmocka_unit_test_setup_teardown(test_errors, begin, end),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
