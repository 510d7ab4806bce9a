/* SPDX-License-Identifier: BSD-2-Clause */
#include "source_rpm.h"

#include "librpm.h"

#include "base/err.h"
#include "wire/swid_xml.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RPM_MAX_FIELD 1024

/* Octets of a key: name, epoch, version, release, architecture and their separators. */
#define RPM_MAX_KEY (4 * RPM_MAX_FIELD + 32)

/* Directory and file of the database, in order of preference. */
static const char *const rpm_dirs[] = { "usr/lib/sysimage/rpm", "var/lib/rpm" };
static const char *const rpm_databases[] = { "rpmdb.sqlite", "Packages.db", "Packages" };

struct rpm_source {
	char dir[PATH_MAX];
	struct librpm rpm;
	const struct log *log;

	/* State of the database at the last failure, and the error. The same state is not
	 * tried again, because librpm leaks memory on each failure. */
	struct source_stamp failed;
	int err;
};

/* One run over the database: all packages, or the files of the packages with one name. */
struct rpm_run {
	struct rpm_source *s;
	int (*package)(struct rpm_run *run, void *header);
	const char *name; /* NULL: all */
	source_each *each;
	source_file *file;
	struct span key; /* of the instance whose files are listed */
	void *ctx;
	size_t skipped;
};

static bool rpm_exists(const char *dir)
{
	char path[PATH_MAX + 32];

	for (size_t i = 0; i < sizeof(rpm_databases) / sizeof(rpm_databases[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, rpm_databases[i]);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* librpm expands macros in the path, so the path must not contain '%'. */
static int rpm_find(const struct source_conf *conf, struct rpm_source *s)
{
	if (strchr(conf->root, '%'))
		return ST_ECONF;
	for (size_t i = 0; i < sizeof(rpm_dirs) / sizeof(rpm_dirs[0]); i++) {
		int n = snprintf(s->dir, sizeof(s->dir), "%s/%s", conf->root, rpm_dirs[i]);

		if (n < 0 || (size_t)n >= sizeof(s->dir))
			return ST_ELIMIT;
		if (rpm_exists(s->dir))
			return 0;
	}
	return ST_ENOENT;
}

static void rpm_close(struct source *source)
{
	struct rpm_source *s = (void *)source;
	if (!s)
		return;
	librpm_close(&s->rpm);
	free(s);
}

static int rpm_open(const struct source_conf *conf, struct source **out)
{
	struct rpm_source *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return ST_ENOMEM;
	s->log = conf->log;
	if ((err = rpm_find(conf, s)) == 0 && (err = librpm_open(&s->rpm)) < 0) {
		log_error(s->log, "rpm database found, but librpm is not installed: path=%s",
			  s->dir);
		err = ST_EUNSUPPORTED;
	}
	if (err < 0) {
		rpm_close((void *)s);
		return err;
	}
	*out = (void *)s;
	return 0;
}

/* Receives what librpm would write to standard error. */
static int rpm_log(void *record, void *ctx)
{
	const struct rpm_source *s = ctx;
	const char *text = s->rpm.log_message(record);

	log_warn(s->log, "librpm: path=%s %.*s", s->dir, (int)strcspn(text, "\n"), text);
	return 0;
}

/* --- one package --- */

static struct span rpm_string(const struct rpm_source *s, void *header, int32_t tag)
{
	struct span text = span_str(s->rpm.string(header, tag));

	return text.n <= RPM_MAX_FIELD && swid_text_ok(text) ? text : (struct span){ 0 };
}

/* NAME-VERSION-RELEASE.src.rpm */
static void rpm_origin(struct span file, struct source_item *item)
{
	size_t end = file.n, dashes = 0, at;

	for (int dots = 0; dots < 2 && end; end--)
		dots += file.p[end - 1] == '.';
	for (at = end; at && dashes < 2; at--)
		dashes += file.p[at - 1] == '-';
	if (dashes < 2 || !at)
		return;
	item->origin = span_of(file.p, at);
	item->origin_version = span_of(file.p + at + 1, end - at - 1);
}

/* Returns the key NAME-EPOCH:VERSION-RELEASE.ARCH, and its middle part as item->version. */
static struct span rpm_key(const struct rpm_source *s, void *header, struct source_item *item,
			   char key[RPM_MAX_KEY])
{
	struct span version = rpm_string(s, header, RPM_VERSION);
	struct span release = rpm_string(s, header, RPM_RELEASE);
	unsigned long epoch = (unsigned long)s->rpm.number(header, RPM_EPOCH);
	char text[24] = "";
	int name, middle, n;

	if (!version.n || !release.n)
		return (struct span){ 0 };
	if (epoch)
		(void)snprintf(text, sizeof(text), "%lu:", epoch);
	name = snprintf(key, RPM_MAX_KEY, "%.*s-", (int)item->name.n,
			(const char *)item->name.p);
	middle = snprintf(key + name, RPM_MAX_KEY - (size_t)name, "%s%.*s-%.*s", text,
			  (int)version.n, (const char *)version.p, (int)release.n,
			  (const char *)release.p);
	n = snprintf(key + name + middle, RPM_MAX_KEY - (size_t)(name + middle), ".%.*s",
		     (int)item->arch.n, item->arch.n ? (const char *)item->arch.p : "");
	item->version = span_of(key + name, (size_t)middle);
	return span_of(key, (size_t)(name + middle + n));
}

static int rpm_package(struct rpm_run *run, void *header)
{
	const struct rpm_source *s = run->s;
	struct source_item item = {
		.name = rpm_string(s, header, RPM_NAME),
		.arch = rpm_string(s, header, RPM_ARCH),
		.supplier = rpm_string(s, header, RPM_VENDOR),
		.since = (int64_t)(s->rpm.number(header, RPM_INSTALLTIME) & 0xffffffff) *
			 1000000,
	};
	char key[RPM_MAX_KEY];

	/* rpm stores its public keys as packages. They are not software. */
	if (span_eq(item.name, span_str("gpg-pubkey")))
		return 0;
	if (!item.supplier.n)
		item.supplier = rpm_string(s, header, RPM_PACKAGER);
	rpm_origin(rpm_string(s, header, RPM_SOURCERPM), &item);
	item.key = rpm_key(s, header, &item, key);
	if (!item.name.n || !item.key.n) {
		run->skipped++;
		return 0;
	}
	return run->each(run->ctx, &item);
}

/* --- all packages --- */

static int rpm_run_open(struct rpm_run *run, void *ts)
{
	const struct librpm *rpm = &run->s->rpm;
	void *iterator, *header;
	int err = 0;

	(void)rpm->ts_flags(ts, RPM_CHECK_NOTHING);
	if (rpm->ts_open(ts, O_RDONLY) != 0)
		return ST_EIO;
	iterator = rpm->ts_iterate(ts, run->name ? RPM_INDEX_NAME : RPM_INDEX_PACKAGES,
				   run->name, 0);
	while (!err && (header = rpm->next(iterator)))
		err = run->package(run, header);
	(void)rpm->iterator_free(iterator);
	return err;
}

static void rpm_stamp(struct source *source, struct source_stamp *stamp)
{
	struct rpm_source *s = (void *)source;
	static const char *const files[] = { "rpmdb.sqlite", "rpmdb.sqlite-wal", "Packages.db",
					     "Packages" };
	char path[PATH_MAX + 32];
	struct stat st;

	*stamp = (struct source_stamp){ 0 };
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", s->dir, files[i]);
		if (stat(path, &st) < 0)
			continue;
		stamp->v[4 * i] = (uint64_t)st.st_ino;
		stamp->v[4 * i + 1] = (uint64_t)st.st_size;
		stamp->v[4 * i + 2] = (uint64_t)st.st_mtim.tv_sec;
		stamp->v[4 * i + 3] = (uint64_t)st.st_mtim.tv_nsec;
	}
}

/* The path of the database and the error callback are process-wide state of librpm. */
static int rpm_run(struct rpm_run *run)
{
	struct rpm_source *s = run->s;
	void *ts;
	int err;

	(void)s->rpm.log_mask(RPM_LOG_ERRORS);
	if (s->rpm.macro(NULL, "_dbpath", NULL, s->dir, RPM_MACRO_LEVEL) != 0)
		return ST_EIO;
	if (!(ts = s->rpm.ts_create()))
		return ST_ENOMEM;
	(void)s->rpm.log_callback(rpm_log, s);
	err = rpm_run_open(run, ts);
	(void)s->rpm.ts_free(ts);
	(void)s->rpm.log_callback(NULL, NULL);
	return err;
}

static int rpm_list(struct source *source, source_each *each, void *ctx)
{
	struct rpm_source *s = (void *)source;
	struct rpm_run run = { .s = s, .package = rpm_package, .each = each, .ctx = ctx };
	struct source_stamp now;

	if (!rpm_exists(s->dir)) /* librpm would report an empty database */
		return ST_ENOENT;
	rpm_stamp((void *)s, &now);
	if (s->err == ST_EIO && memcmp(&now, &s->failed, sizeof(now)) == 0)
		return s->err;
	s->failed = now;
	s->err = rpm_run(&run);
	if (run.skipped)
		log_warn(s->log, "rpm database has unreadable packages: count=%zu",
			 run.skipped);
	return s->err;
}

/* --- files --- */

static int rpm_files_of(struct rpm_run *run, void *header)
{
	const struct librpm *rpm = &run->s->rpm;
	struct source_item item = { .name = rpm_string(run->s, header, RPM_NAME),
				    .arch = rpm_string(run->s, header, RPM_ARCH) };
	char key[RPM_MAX_KEY];
	void *files;
	int err = 0;

	if (!span_eq(rpm_key(run->s, header, &item, key), run->key))
		return 0;
	if (!(files = rpm->files_new(NULL, header, RPM_BASENAMES, 0)))
		return 0;
	for (int i = 0, n = rpm->files_count(files); i < n && !err; i++) {
		uint32_t flags = rpm->files_flags(files, i);
		char *path = flags & RPM_FILE_GHOST ? NULL : rpm->files_name(files, i);

		if (path)
			err = run->file(run->ctx, span_str(path), flags & RPM_FILE_CONFIG);
		free(path);
	}
	(void)rpm->files_free(files);
	return err;
}

static int rpm_files(struct source *source, const struct source_item *item, source_file *each,
		     void *ctx)
{
	struct rpm_source *s = (void *)source;
	char name[RPM_MAX_FIELD + 1];
	struct rpm_run run = { .s = s,
			       .package = rpm_files_of,
			       .name = name,
			       .file = each,
			       .key = item->key,
			       .ctx = ctx };

	if (s->err || !rpm_exists(s->dir) || item->name.n > RPM_MAX_FIELD)
		return ST_ENOENT;
	(void)snprintf(name, sizeof(name), "%.*s", (int)item->name.n,
		       (const char *)item->name.p);
	return rpm_run(&run);
}

static const char *rpm_watch(struct source *source, size_t i)
{
	struct rpm_source *s = (void *)source;
	return i == 0 ? s->dir : NULL;
}

const struct source_class source_rpm = {
	.name = "rpm",
	.number = 2,
	.purl_type = "rpm",
	.open = rpm_open,
	.list = rpm_list,
	.files = rpm_files,
	.stamp = rpm_stamp,
	.watch = rpm_watch,
	.close = rpm_close,
};
