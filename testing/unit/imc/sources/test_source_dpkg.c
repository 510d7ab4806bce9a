/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imc/sources/source_dpkg.h"

#include "base/err.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURE TESTING_DIR "/fixtures/dpkg/"

static struct source *source;

static int open_root(const char *root, size_t max)
{
	struct source_conf conf = { .root = root, .max_octets = max };

	source = NULL;
	return source_dpkg.open(&conf, &source);
}

/* "name:arch=version" lines, in the order of the list. */
struct got {
	char text[1 << 20];
	size_t n, count;
	int fail_at;
};

static int collect(void *ctx, const struct source_item *item)
{
	struct got *g = ctx;

	if (g->fail_at && (int)g->count + 1 == g->fail_at)
		return ST_ELIMIT;
	g->count++;
	g->n += (size_t)snprintf(g->text + g->n, sizeof(g->text) - g->n, "%.*s=%.*s\n",
				 (int)item->key.n, (const char *)item->key.p,
				 (int)item->version.n, (const char *)item->version.p);
	assert_true(g->n < sizeof(g->text));
	return 0;
}

static void test_list(void **state)
{
	struct got g = { 0 };

	(void)state;
	assert_int_equal(open_root(FIXTURE "small", 1 << 20), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), 0);
	assert_string_equal(g.text, "bash:amd64=5.2.15-2+b2\n"
				    "libc6:amd64=2.36-9+deb12u9\n"
				    "libc6:i386=2.36-9+deb12u9\n"
				    "man-db:amd64=2.11.2-2\n"
				    "dbus:amd64=1.14.10-1~deb12u1\n"
				    "vim-common:all=2:9.0.1378-2\n"
				    "unpacked:amd64=1.0\n"
				    "configured:amd64=1.0\n");
	source_dpkg.close(source);
}

/* Later journal entries override earlier ones, by number; incomplete ones are ignored. */
static void test_journal(void **state)
{
	struct got g = { 0 };

	(void)state;
	assert_int_equal(open_root(FIXTURE "journal", 1 << 20), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), 0);
	assert_string_equal(g.text, "stays:amd64=1.0\nupgraded:amd64=2.0\nfresh:all=0.1\n");
	source_dpkg.close(source);
}

static void test_callback_error(void **state)
{
	struct got g = { .fail_at = 3 };

	(void)state;
	assert_int_equal(open_root(FIXTURE "small", 1 << 20), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), ST_ELIMIT);
	assert_int_equal(g.count, 2);
	source_dpkg.close(source);
}

static void test_absent(void **state)
{
	(void)state;
	assert_int_equal(open_root(FIXTURE "nowhere", 1 << 20), ST_ENOENT);
	assert_null(source);
}

static void test_too_big(void **state)
{
	struct got g = { 0 };

	(void)state;
	assert_int_equal(open_root(FIXTURE "small", 100), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), ST_ELIMIT);
	assert_int_equal(g.count, 0);
	source_dpkg.close(source);
}

/* A system that the test changes. */
static char root[] = "/tmp/test_source_dpkg.XXXXXX";

static void put(const char *name, const char *text)
{
	char path[512], tmp[520];
	FILE *f;

	snprintf(path, sizeof(path), "%s/var/lib/dpkg/%s", root, name);
	snprintf(tmp, sizeof(tmp), "%s-new", path);
	f = fopen(tmp, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(tmp, path), 0);
}

static int make_root(void **state)
{
	static const char *const dirs[] = { "/var", "/var/lib", "/var/lib/dpkg",
					    "/var/lib/dpkg/updates", "/var/lib/dpkg/info" };
	char path[512];

	(void)state;
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", root, dirs[i]);
		if (mkdir(path, 0700) < 0)
			return -1;
	}
	return 0;
}

static int drop_root(void **state)
{
	char cmd[600];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", root);
	return system(cmd);
}

static void test_stamp(void **state)
{
	struct source_stamp a, b;

	(void)state;
	put("status", "Package: a\nStatus: install ok installed\nArchitecture: all\n"
		      "Version: 1\n");
	assert_int_equal(open_root(root, 1 << 20), 0);
	source_dpkg.stamp(source, &a);
	source_dpkg.stamp(source, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	put("status", "Package: a\nStatus: install ok installed\nArchitecture: all\n"
		      "Version: 2\n"); /* same length */
	source_dpkg.stamp(source, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	a = b;
	put("updates/0000", "");
	source_dpkg.stamp(source, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	source_dpkg.close(source);
}

static void test_installed(void **state)
{
	struct source_item item = { .key = SPAN_LIT("lib:amd64"), .name = SPAN_LIT("lib") };
	int64_t plain, same;

	(void)state;
	assert_int_equal(open_root(root, 1 << 20), 0);
	assert_int_equal(source_dpkg.installed(source, &item), 0);
	put("info/lib.list", "/.\n");
	plain = source_dpkg.installed(source, &item);
	assert_true(plain > INT64_C(1500000000) * 1000000);
	put("info/lib:amd64.list", "/.\n");
	same = source_dpkg.installed(source, &item);
	assert_true(same >= plain);
	item.key = item.name = span_str("../../../../etc/passwd");
	assert_int_equal(source_dpkg.installed(source, &item), 0);
	source_dpkg.close(source);
}

static void test_status_is_no_file(void **state)
{
	struct got g = { 0 };
	char path[512];

	(void)state;
	assert_int_equal(open_root(root, 1 << 20), 0);
	snprintf(path, sizeof(path), "%s/var/lib/dpkg/status", root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), ST_ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), ST_EIO); /* it gives up */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(source_dpkg.list(source, collect, &g), ST_EIO);
	source_dpkg.close(source);
}

static void test_watch(void **state)
{
	size_t n = 0;

	(void)state;
	assert_int_equal(open_root(FIXTURE "small", 1 << 20), 0);
	while (source_dpkg.watch(source, n))
		n++;
	assert_int_equal(n, 2);
	assert_string_equal(source_dpkg.watch(source, 0), FIXTURE "small/var/lib/dpkg");
	source_dpkg.close(source);
}

/* On this machine the list equals that of dpkg-query. */
static void test_real(void **state)
{
	static const char query[] = "dpkg-query -W -f='${db:Status-Status} "
				    "${Package}:${Architecture}=${Version}\\n'"
				    " 2>/dev/null | sed -n 's/^installed //p'";
	struct got *g = calloc(1, sizeof(*g));
	size_t want = 0;
	char line[1024];
	FILE *p;

	(void)state;
	assert_non_null(g);
	if (open_root("", 256 << 20) < 0) {
		free(g);
		skip();
	}
	assert_int_equal(source_dpkg.list(source, collect, g), 0);
	p = popen(query, "r");
	assert_non_null(p);
	while (fgets(line, sizeof(line), p)) {
		want++;
		assert_non_null(strstr(g->text, line));
	}
	(void)pclose(p);
	if (want) /* else the database exists, but not the program */
		assert_int_equal(g->count, want);
	source_dpkg.close(source);
	free(g);
}

UNIT_GROUP(source_dpkg)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_callback_error),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_too_big),
		cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_status_is_no_file),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, make_root, drop_root);
}
