/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of files, and the check of files on disk. */
#include "unit.h"

#include "unit/imc/sources/scratch.h"

#include "imc/swima/evidence.h"

#include "base/err.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* --- lists --- */

static void add(struct evidence_list *l, const char *path, bool changeable)
{
	assert_int_equal(evidence_list_add(l, span_str(path), changeable), 0);
}

static void test_order(void **state)
{
	static const char *const want[] = { "/boot", "/etc/a", "/etc/b", "/etc/x/a",
					    "/usr/a" };
	struct evidence_list l = { 0 };

	(void)state;
	add(&l, "/usr/a", false);
	add(&l, "/etc/x/a", false);
	add(&l, "/etc/b", false);
	add(&l, "/etc/a", false);
	add(&l, "/boot", false);
	add(&l, "/etc/b", true); /* one entry, marked as changeable */
	evidence_list_sort(&l);
	assert_int_equal(l.n, 5);
	for (size_t i = 0; i < l.n; i++)
		assert_true(span_eq(l.files[i].path, span_str(want[i])));
	assert_true(l.files[2].changeable);
	evidence_list_reset(&l);
	evidence_list_sort(&l);
	assert_int_equal(l.n, 0);
}

static void test_not_taken(void **state)
{
	static const char *const bad[] = { "",      "/",   "a",     "a/b",   "/a/",
					   "/a//b", "//a", "/a\nb", "/\xff", "/.\x7f" };
	struct evidence_list l = { .max = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		add(&l, bad[i], false);
	assert_int_equal(l.n, 0);
	add(&l, "/a", false);
	assert_int_equal(evidence_list_add(&l, span_str("/b"), false), ST_ELIMIT);
	evidence_list_reset(&l);
	assert_int_equal(l.max, 1);
}

static void test_octets(void **state)
{
	struct evidence_list l = { 0 }, back = { 0 };
	uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
	struct sha256 *sha = sha256_new();
	struct wr w = { 0 }, again = { 0 };
	bool whole = false;

	(void)state;
	add(&l, "/a", true);
	add(&l, "/b/c", false);
	l.files[0].hashed = true;
	memset(l.files[0].sha256, 7, SHA256_SIZE);
	l.files[1].mark = (struct evidence_mark){ 1, 2, 3, UINT64_MAX, 5 };
	assert_int_equal(evidence_list_encode(&l, &w), 0);
	assert_int_equal(evidence_list_decode(wr_span(&w), &back), 0);
	assert_int_equal(evidence_list_encode(&back, &again), 0);
	assert_true(span_eq(wr_span(&w), wr_span(&again)));
	assert_int_equal(evidence_list_sum(&l, sha, a), 0);
	assert_int_equal(evidence_list_sum(&back, sha, b), 0);
	assert_memory_equal(a, b, SHA256_SIZE);

	back.files[1].mark.inode++; /* the inode does not matter, the size does */
	assert_int_equal(evidence_list_sum(&back, sha, b), 0);
	assert_memory_equal(a, b, SHA256_SIZE);
	back.files[1].mark.size++;
	assert_int_equal(evidence_list_sum(&back, sha, b), 0);
	assert_memory_not_equal(a, b, SHA256_SIZE);

	for (size_t n = 0; n < w.len; n++) { /* truncated except between the two */
		evidence_list_reset(&back);
		if (evidence_list_decode(span_of(w.p, n), &back) == 0 && n)
			whole = !whole && back.n == 1;
	}
	assert_true(whole);
	wr_bytes(&w, wr_span(&again)); /* not sorted */
	evidence_list_reset(&back);
	assert_int_equal(evidence_list_decode(wr_span(&w), &back), ST_EVALUE);
	evidence_list_reset(&back);
	evidence_list_reset(&l);
	wr_reset(&w);
	wr_reset(&again);
	sha256_free(sha);
}

/* --- checking --- */

static struct evidence_work work;
static size_t octets_read, steps;

static void wants(const char *const *paths)
{
	evidence_work_reset(&work);
	for (; *paths; paths++)
		add(&work.files, *paths, false);
	evidence_list_sort(&work.files);
}

#define WANTS(...) wants((const char *const[]){ __VA_ARGS__, NULL })

static void look(uint64_t max_file, atomic_bool *stop, int want)
{
	const struct evidence_conf conf = { scratch_root, max_file, stop };
	struct evidence *e = NULL;
	size_t octets;
	int more;

	octets_read = steps = 0;
	assert_int_equal(evidence_open(&conf, &e), 0);
	evidence_begin(e, &work);
	do {
		more = evidence_step(e, 100000, 2, &octets);
		octets_read += octets;
		steps++;
	} while (more > 0 && steps < 1000 && !(stop && atomic_load(stop)));
	assert_int_equal(more, want);
	evidence_close(e);
}

/* The result becomes the known list. */
static void remember(struct wr *w)
{
	wr_truncate(w, 0);
	assert_int_equal(evidence_list_encode(&work.files, w), 0);
}

static void recall(const struct wr *w)
{
	assert_int_equal(evidence_list_decode(wr_span(w), &work.known), 0);
}

static void check(size_t i, const char *path, uint64_t size, const char *sum)
{
	char text[SHA256_TEXT] = "";

	assert_true(i < work.files.n);
	assert_true(span_eq(work.files.files[i].path, span_str(path)));
	assert_int_equal(work.files.files[i].mark.size, size);
	if (work.files.files[i].hashed)
		sha256_text(work.files.files[i].sha256, text);
	assert_string_equal(text, sum);
}

#define SUM_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SUM_NONE "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void test_look(void **state)
{
	(void)state;
	scratch_clear();
	scratch_put(span_str("abc"), "/usr/bin/a");
	scratch_put(span_str(""), "/usr/bin/empty");
	WANTS("/usr/bin/empty", "/usr/bin/a", "/usr/bin/gone", "/usr", "/usr/bin");
	look(1000, NULL, 0);
	assert_int_equal(work.files.n, 2);
	assert_int_equal(octets_read, 3);
	assert_true(steps > 2); /* two files each */
	check(0, "/usr/bin/a", 3, SUM_ABC);
	check(1, "/usr/bin/empty", 0, SUM_NONE);
}

/* An unchanged file is not read again; a changed one is, even with the same size. */
static void test_cache(void **state)
{
	struct timespec times[2] = { 0 };
	struct wr w = { 0 };
	struct stat st;

	(void)state;
	scratch_clear();
	scratch_put(span_str("abc"), "/a");
	scratch_put(span_str("abc"), "/b");
	WANTS("/a", "/b");
	look(1000, NULL, 0);
	assert_int_equal(octets_read, 6);
	remember(&w);
	WANTS("/b", "/c", "/a");
	recall(&w);
	look(1000, NULL, 0);
	assert_int_equal(octets_read, 0);
	check(0, "/a", 3, SUM_ABC);
	check(1, "/b", 3, SUM_ABC);

	assert_int_equal(stat(scratch_path("/a"), &st), 0);
	times[0] = st.st_atim; /* even with the old mtime, because the ctime differs */
	times[1] = st.st_mtim;
	{
		FILE *f = fopen(scratch_path("/a"), "r+");

		assert_non_null(f);
		fputs("xyz", f);
		assert_int_equal(fclose(f), 0);
	}
	assert_int_equal(utimensat(AT_FDCWD, scratch_path("/a"), times, 0), 0);
	WANTS("/a", "/b");
	recall(&w);
	look(1000, NULL, 0);
	assert_int_equal(octets_read, 3);
	check(0, "/a", 3, "3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282");
	wr_reset(&w);
}

static void test_no_files(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	(void)state;
	scratch_clear();
	scratch_put(span_str("abc"), "/real/a");
	assert_int_equal(symlink("a", scratch_path("/real/link")), 0);
	assert_int_equal(symlink("loop", scratch_path("/loop")), 0);
	assert_int_equal(symlink("real", scratch_path("/dir")), 0);
	assert_int_equal(mkfifo(scratch_path("/fifo"), 0600), 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", scratch_path("/socket"));
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	(void)mknod(scratch_path("/device"), S_IFCHR | 0600, 1 << 8 | 3); /* root only */
	WANTS("/real/link", "/loop", "/loop/x", "/fifo", "/socket", "/device", "/real",
	      "/dir/a");
	look(1000, NULL, 0); /* directories may be links, as on merged systems */
	assert_int_equal(work.files.n, 1);
	check(0, "/dir/a", 3, SUM_ABC);
	close(fd);
}

/* Links do not lead out of the root. */
static void test_inside(void **state)
{
	(void)state;
	scratch_clear();
	scratch_put(span_str("abc"), "/usr/etc/passwd");
	assert_int_equal(symlink("/usr/etc", scratch_path("/etc")), 0);
	assert_int_equal(symlink("../../../../../etc", scratch_path("/usr/out")), 0);
	WANTS("/etc/passwd", "/usr/out/passwd", "/../../etc/passwd");
	look(1000000, NULL, 0);
	assert_int_equal(work.files.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(work.files.files[i].mark.size, 3);
}

static void test_limits(void **state)
{
	static uint8_t big[300000];
	atomic_bool stop;

	(void)state;
	atomic_init(&stop, false);
	scratch_clear();
	scratch_put(span_of(big, sizeof(big)), "/big");
	scratch_put(span_of(big, sizeof(big)), "/other");
	WANTS("/big", "/other");
	look(sizeof(big) - 1, NULL, 0); /* too long to be hashed: only its size */
	check(0, "/big", sizeof(big), "");
	assert_int_equal(octets_read, 0);
	WANTS("/big", "/other");
	look(sizeof(big), NULL, 0); /* a step ends after a file above max_octets */
	assert_int_equal(octets_read, 2 * sizeof(big));
	assert_int_equal(steps, 2);
	assert_true(work.files.files[0].hashed);
	atomic_store(&stop, true);
	WANTS("/big", "/other");
	look(sizeof(big), &stop, 1); /* never finished */
	assert_int_equal(octets_read, 0);
}

static void test_unreadable(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		skip();
		return;
	}
	scratch_clear();
	scratch_put(span_str("abc"), "/secret");
	assert_int_equal(chmod(scratch_path("/secret"), 0), 0);
	WANTS("/secret");
	look(1000, NULL, 0);
	check(0, "/secret", 3, "");
}

static void test_no_root(void **state)
{
	const struct evidence_conf conf = { "/nowhere/at/all", 1, NULL };
	struct evidence *e = NULL;

	(void)state;
	assert_int_equal(evidence_open(&conf, &e), ST_ENOENT);
	evidence_close(NULL);
}

static int drop(void **state)
{
	evidence_work_reset(&work);
	return scratch_drop(state);
}

UNIT_GROUP(evidence)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),      cmocka_unit_test(test_not_taken),
		cmocka_unit_test(test_octets),     cmocka_unit_test(test_look),
		cmocka_unit_test(test_cache),      cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_inside),     cmocka_unit_test(test_limits),
		cmocka_unit_test(test_unreadable), cmocka_unit_test(test_no_root),
	};

	return cmocka_run_group_tests(tests, scratch_make, drop);
}
