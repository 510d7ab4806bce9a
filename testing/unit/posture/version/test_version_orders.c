/* SPDX-License-Identifier: BSD-2-Clause */
/* Orders of versions against the programs that define them: dpkg, rpm and pip, if installed.
 * Compares the versions of packages on this machine, and random ones. STANCE_VERSION_PAIRS=N:
 * number of pairs instead of a sample; 0: all pairs of this machine. */
#include "unit.h"
#include "posture/version.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SEEN_MAX 8192
#define SAMPLE 6000

static uint64_t seed;
static char *seen[SEEN_MAX];
static size_t n_seen;

static unsigned rnd(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 16) % n);
}

static void read_seen(const char *command)
{
	char line[512];
	FILE *f = popen(command, "r");

	n_seen = 0;
	while (f && n_seen < SEEN_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			assert_non_null(seen[n_seen++] = strdup(line));
	}
	if (f)
		pclose(f);
}

static void forget_seen(void)
{
	while (n_seen)
		free(seen[--n_seen]);
}

/* Pieces of versions of a scheme. A combination of pieces may be invalid. */
static void random_version(const char *const *pieces, unsigned n, char out[64])
{
	unsigned parts = 1 + rnd(6);

	(void)snprintf(out, 64, "%u", rnd(12));
	for (unsigned i = 0; i < parts; i++)
		strcat(out, pieces[rnd(n)]);
}

struct scheme {
	enum version_scheme scheme;
	const char *have; /* command that succeeds if the program is installed */
	const char *seen; /* prints the versions on this machine */
	const char
		*judge; /* reads "A B" lines, prints -1, 0, 1, or x if one is not a version */
	const char *const *pieces;
	unsigned n_pieces;
};

static void write_pair(FILE *f, const char *a, const char *b)
{
	assert_true(fprintf(f, "%s %s\n", a, b) > 0);
}

static size_t write_pairs(const struct scheme *s, FILE *f)
{
	const char *env = getenv("STANCE_VERSION_PAIRS");
	size_t want = env ? strtoul(env, NULL, 10) : SAMPLE, n = 0;
	char a[64], b[64];

	if (!want)
		for (size_t i = 0; i < n_seen; i++)
			for (size_t k = i; k < n_seen; k++, n++)
				write_pair(f, seen[i], seen[k]);
	want = want ? want : 100000;
	for (size_t i = 0; n_seen && i < want / 2; i++, n++)
		write_pair(f, seen[rnd((unsigned)n_seen)], seen[rnd((unsigned)n_seen)]);
	for (size_t i = 0; i < want / 2; i++, n++) {
		random_version(s->pieces, s->n_pieces, a);
		random_version(s->pieces, s->n_pieces, b);
		write_pair(f, a, rnd(8) ? b : a);
	}
	return n;
}

static void check_pair(const struct scheme *s, const char *a, const char *b,
		       const char *verdict)
{
	int order = 0;
	int err = version_compare(s->scheme, span_str(a), span_str(b), &order);
	char got[4];

	if (err)
		(void)strcpy(got, "x");
	else
		(void)snprintf(got, sizeof(got), "%d", (order > 0) - (order < 0));
	if (strcmp(got, verdict) != 0)
		fail_msg("'%s' and '%s': %s, but the judge says %s", a, b, got, verdict);
}

static void check_scheme(const struct scheme *s)
{
	char path[] = "/tmp/stance-versions-XXXXXX", command[2048], line[1200], a[512], b[512],
	     verdict[8];
	int fd;
	FILE *f;
	size_t n, got = 0;

	(void)snprintf(command, sizeof(command), "(%s) >/dev/null 2>&1", s->have);
	if (system(command) != 0) {
		print_message("not here: %s\n", s->have);
		skip();
	}
	assert_true((fd = mkstemp(path)) >= 0);
	assert_non_null(f = fdopen(fd, "w"));
	read_seen(s->seen);
	n = write_pairs(s, f);
	print_message("seen %zu, pairs %zu\n", n_seen, n);
	forget_seen();
	assert_int_equal(fclose(f), 0);
	(void)snprintf(command, sizeof(command), "{ %s; } <%s | paste -d' ' %s -", s->judge,
		       path, path);
	assert_non_null(f = popen(command, "r"));
	for (; fgets(line, sizeof(line), f); got++) {
		assert_int_equal(sscanf(line, "%511s %511s %7s", a, b, verdict), 3);
		check_pair(s, a, b, verdict);
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(got, n);
	unlink(path);
}

static const char *const deb_pieces[] = { ".0", ".1", "~",  "~rc1",  "+b1", "-1",
					  "-0", "a",  "z",  ".10",   "+",   "-2.1",
					  ".",  "00", "~~", "+dfsg", ":1" };
static const char *const rpm_pieces[] = { ".0", ".1",  "~", "~rc1", "^git1", "-1", "_1", "a",
					  "z",  ".10", "+", ".el9", "-2.1",  "00", "^",  "Z" };
static const char *const py_pieces[] = { ".0",     ".1",   "a1",  "b",    "rc2",     ".post1",
					 ".dev0",  "+abc", "+1",  "-1",   "!1",      ".00",
					 "_alpha", "-dev", ".10", "+a-b", "preview", "r4" };

#define PIECES(p) p, sizeof(p) / sizeof(p[0])

static void test_dpkg(void **state)
{
	/* one process for all of them: dpkg's own comparison, as its Perl library has it */
	const struct scheme s = {
		VERSION_DEB,
		"perl -MDpkg::Version -e 1",
		"dpkg-query -W -f '${Version}\\n' | sort -u",
		"perl -MDpkg::Version -ne 'my ($a, $b) = split; my $x = "
		"Dpkg::Version->new($a);"
		" my $y = Dpkg::Version->new($b); print $x->is_valid() && $y->is_valid() ? "
		"version_compare($a, $b) : \"x\", \"\\n\"'",
		PIECES(deb_pieces),
	};

	(void)state;
	check_scheme(&s);
}

/* And with the dpkg program, for fewer pairs: one or two processes for each. */
static void test_dpkg_program(void **state)
{
	static const char *const env = "STANCE_VERSION_PAIRS";
	const struct scheme s = {
		VERSION_DEB,
		"dpkg --compare-versions 1 lt 2",
		"dpkg-query -W -f '${Version}\\n' | sort -u",
		"while read -r a b; do dpkg --compare-versions \"$a\" lt \"$b\" 2>/dev/null "
		"&& "
		"echo -1 || { dpkg --compare-versions \"$a\" eq \"$b\" 2>/dev/null && echo 0 "
		"|| "
		"echo 1; }; done",
		deb_pieces,
		9, /* what is valid in any order */
	};
	const char *was = getenv(env);
	char *keep = was ? strdup(was) : NULL;

	(void)state;
	setenv(env, keep ? "4000" : "200", 1);
	check_scheme(&s);
	if (keep)
		setenv(env, keep, 1);
	else
		unsetenv(env);
	free(keep);
}

static void test_rpm(void **state)
{
	const struct scheme s = {
		VERSION_RPM,
		"rpm --eval '%{lua: print(rpm.vercmp(\"1\", \"2\"))}' | grep -x -- -1",
		"rpm -qa --qf '%{EVR}\\n' 2>/dev/null | sort -u",
		/* in portions: rpm's Lua fails on long input */
		"split -l 500 --filter=\"rpm --eval \\\"%{lua: for line in "
		"io.lines('/dev/stdin') do local i = line:find(' '); "
		"print(rpm.vercmp(line:sub(1, i - 1), line:sub(i + 1)), '\\n') end}\\\"\" | "
		"grep .",
		PIECES(rpm_pieces),
	};

	(void)state;
	check_scheme(&s);
}

static void test_pip(void **state)
{
	const struct scheme s = {
		VERSION_PEP440,
		"python3 -c 'import pip._vendor.packaging.version'",
		"python3 -m pip list --format freeze 2>/dev/null | sed -n 's/.*==//p' | sort "
		"-u",
		"python3 -c 'import sys; from pip._vendor.packaging.version import Version, "
		"InvalidVersion\n"
		"for line in sys.stdin:\n"
		"    try:\n"
		"        a, b = map(Version, line.split())\n"
		"        print((a > b) - (a < b))\n"
		"    except InvalidVersion:\n"
		"        print(\"x\")'",
		PIECES(py_pieces),
	};

	(void)state;
	check_scheme(&s);
}

UNIT_GROUP(version_orders)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpkg),
		cmocka_unit_test(test_dpkg_program),
		cmocka_unit_test(test_rpm),
		cmocka_unit_test(test_pip),
	};

	seed = (uint64_t)clock_wall_us() | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
