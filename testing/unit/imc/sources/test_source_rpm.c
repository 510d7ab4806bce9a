/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "scratch.h"

#include "imc/sources/source_rpm.h"

#include "base/err.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* From LeakSanitizer, if the test is built with it. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static struct source_conf conf = { .root = scratch_root };
static struct listed listed;
static bool have_rpm; /* the programs that create packages and databases exist */

/* Runs a command in the root. */
static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *fmt, ...)
{
	char cmd[2048];
	va_list ap;
	size_t n = (size_t)snprintf(cmd, sizeof(cmd), "cd %s && ", scratch_root);

	va_start(ap, fmt);
	vsnprintf(cmd + n, sizeof(cmd) - n, fmt, ap);
	va_end(ap);
	return system(cmd);
}

/* Builds NAME-VERSION and adds it to the database only. */
static void install_files(const char *name, const char *version, const char *extra,
			  const char *files)
{
	char spec[1024];

	snprintf(spec, sizeof(spec),
		 "Name: %s\nVersion: %s\nRelease: 3\nSummary: s\nLicense: none\n"
		 "BuildArch: noarch\nVendor: Example Corp.\n%s\n%%description\nd\n%%install\n"
		 "mkdir -p %%{buildroot}/etc/x\ncd %%{buildroot}/etc/x && touch a b "
		 "c\n%%files\n%s",
		 name, version, extra, files);
	scratch_put(span_str(spec), "/build/%s.spec", name);
	assert_int_equal(run("HOME=$PWD/build rpmbuild --quiet"
			     " --define \"_topdir $PWD/build\""
			     " -bb build/%s.spec >build/log 2>&1",
			     name),
			 0);
	assert_int_equal(run("HOME=$PWD/build rpm --dbpath $PWD/var/lib/rpm --justdb --nodeps"
			     " --noscripts -U build/RPMS/noarch/%s-%s-3.noarch.rpm"
			     " >>build/log 2>&1",
			     name, version),
			 0);
}

static void install(const char *name, const char *version, const char *extra)
{
	install_files(name, version, extra, "%exclude /etc\n");
}

static int begin(void **state)
{
	if (scratch_make(state) < 0)
		return -1;
	have_rpm = system("command -v rpm rpmbuild >/dev/null 2>&1") == 0;
	return 0;
}

static void test_absent(void **state)
{
	struct source *s = NULL;

	(void)state;
	scratch_clear();
	assert_int_equal(source_rpm.open(&conf, &s), ST_ENOENT);
	assert_int_equal(run("mkdir -p var/lib/rpm"), 0);
	assert_int_equal(source_rpm.open(&conf, &s), ST_ENOENT);
	assert_null(s);
	source_rpm.close(NULL);
}

static void test_real(void **state)
{
	struct sigaction before, after;
	struct source_stamp a, b;
	struct source *s;

	(void)state;
	if (!have_rpm)
		skip();
	scratch_clear();
	assert_int_equal(run("mkdir -p var/lib/rpm"), 0);
	install("tool", "1.2", "Epoch: 4");
	install("lib-plain", "0.9", "");
	assert_int_equal(source_rpm.open(&conf, &s), 0);
	source_rpm.stamp(s, &a);
	(void)sigaction(SIGINT, NULL, &before);
	assert_int_equal(list_all(&source_rpm, s, &listed), 0);
	assert_string_equal(listed.text, "lib-plain-0.9-3.noarch lib-plain 0.9-3 - -\n"
					 "tool-4:1.2-3.noarch tool 4:1.2-3 - -\n");
	(void)sigaction(SIGINT, NULL, &after);
	assert_true(before.sa_handler == after.sa_handler); /* signal handlers are unchanged */
	source_rpm.stamp(s, &b);
	assert_memory_equal(&a, &b, sizeof(a)); /* the database is not written */
	install("tool", "1.3", "Epoch: 4");
	source_rpm.stamp(s, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_int_equal(list_all(&source_rpm, s, &listed), 0);
	assert_string_equal(listed.text, "lib-plain-0.9-3.noarch lib-plain 0.9-3 - -\n"
					 "tool-4:1.3-3.noarch tool 4:1.3-3 - -\n");
	listed.fail_at = 2;
	assert_int_equal(list_all(&source_rpm, s, &listed), ST_ELIMIT);
	assert_string_equal(source_rpm.watch(s, 0), scratch_path("/var/lib/rpm"));
	assert_null(source_rpm.watch(s, 1));
	/* a missing database is an error, not an empty list */
	assert_int_equal(run("rm -r var/lib/rpm"), 0);
	assert_int_equal(list_all(&source_rpm, s, &listed), ST_ENOENT);
	source_rpm.close(s);
	listed_reset(&listed);
}

static int check_item(void *ctx, const struct source_item *item)
{
	(void)ctx;
	assert_true(span_eq(item->origin, span_str("tool")));
	assert_true(span_eq(item->origin_version, span_str("1.2-3")));
	assert_true(span_eq(item->supplier, span_str("Example Corp.")));
	assert_true(span_eq(item->arch, span_str("noarch")));
	assert_true(item->since > INT64_C(1600000000) * 1000000);
	return 0;
}

static void test_fields(void **state)
{
	struct source *s;

	(void)state;
	if (!have_rpm)
		skip();
	scratch_clear();
	assert_int_equal(run("mkdir -p var/lib/rpm"), 0);
	install("tool", "1.2", "");
	assert_int_equal(source_rpm.open(&conf, &s), 0);
	assert_int_equal(source_rpm.list(s, check_item, NULL), 0);
	source_rpm.close(s);
}

static int check_file(void *ctx, struct span path, bool changeable)
{
	size_t *n = ctx;

	if (span_eq(path, span_str("/etc/x/a")))
		*n += changeable ? 100 : 1;
	else if (span_eq(path, span_str("/etc/x/b")))
		*n += changeable ? 10 : 1000;
	else
		*n += 10000;
	return 0;
}

static void test_files(void **state)
{
	struct source_item item = { .key = span_str("tool-1.2-3.noarch"),
				    .name = span_str("tool") };
	struct source *s;
	size_t n = 0;

	(void)state;
	if (!have_rpm)
		skip();
	scratch_clear();
	assert_int_equal(run("mkdir -p var/lib/rpm"), 0);
	install_files("tool", "1.2", "", "/etc/x/a\n%config /etc/x/b\n%ghost /etc/x/c\n");
	assert_int_equal(source_rpm.open(&conf, &s), 0);
	assert_int_equal(source_rpm.files(s, &item, check_file, &n), 0);
	assert_int_equal(n, 11);
	item.key = span_str("tool-1.3-3.noarch"); /* another version meanwhile */
	assert_int_equal(source_rpm.files(s, &item, check_file, &n), 0);
	assert_int_equal(n, 11);
	source_rpm.close(s);
}

/* A broken database is an error, with librpm's reason in the log. It is not read again until
 * it changes. */
static void test_damaged(void **state)
{
	struct source *s;
	size_t lines;

	(void)state;
	scratch_log();
	if (!have_rpm)
		skip();
	scratch_clear();
	scratch_put(span_str("this is no database, however long one looks at it"),
		    "/var/lib/rpm/rpmdb.sqlite");
	assert_int_equal(source_rpm.open(&conf, &s), 0);
	if (__lsan_disable)
		__lsan_disable(); /* librpm leaks memory */
	assert_int_equal(list_all(&source_rpm, s, &listed), ST_EIO);
	if (__lsan_enable)
		__lsan_enable();
	assert_true(scratch_log_has("file is not a database"));
	lines = scratch_log_count();
	assert_int_equal(list_all(&source_rpm, s, &listed), ST_EIO);
	assert_int_equal(scratch_log_count(), lines);
	source_rpm.close(s);
	listed_reset(&listed);
}

UNIT_GROUP(source_rpm)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent),  cmocka_unit_test(test_real),
		cmocka_unit_test(test_fields),  cmocka_unit_test(test_files),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, begin, scratch_drop);
}
