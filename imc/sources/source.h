/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources of software: package databases and tag files. A kind of source is one file with a
 * const descriptor (struct source_class) and one row in source.c. Users of a source depend
 * only on this header. */
#ifndef STANCE_IMC_SOURCES_SOURCE_H
#define STANCE_IMC_SOURCES_SOURCE_H

#include "base/arena.h"
#include "base/log.h"
#include "base/span.h"
#include "base/wr.h"

/* One installed instance. Strings are UTF-8 without control characters; empty means
 * unknown. */
struct source_item {
	struct span key; /* unique in its source; survives upgrades: "bash:amd64" */
	struct span name, version, arch;
	struct span origin;         /* the source package it was built from */
	struct span origin_version; /* of origin; vulnerability lists use these two */
	struct span supplier;       /* author or packager */
	struct span directory;      /* absolute path of its executables */
	int64_t since; /* installation time in microseconds since 1970; 0: call installed */

	/* Only for software with a tag of its own. For all other software these are empty, and
	 * the collector makes identifier and record from the fields above. */
	struct span identifier; /* Software Identifier from the tag, in NFC */
	struct span digest;     /* hash of the tag's content */
	uint8_t model;          /* SWIMA_MODEL_...: the data model of the tag */
};

/* Receives one instance, borrowed until it returns. 0, or ST_E...: ends the list and becomes
 * its result. A source reports each key once; of duplicates the first counts. */
typedef int source_each(void *ctx, const struct source_item *item);

/* Receives one file of an instance, borrowed until it returns. path is absolute, below the
 * root; changeable marks configuration files. 0, or ST_E...: ends the list and becomes its
 * result. */
typedef int source_file(void *ctx, struct span path, bool changeable);

/* Configuration of all sources; borrowed until close. Lists end with NULL; NULL is an empty
 * list. */
struct source_conf {
	const char *root; /* "" or an absolute path: root directory of the system to inspect */
	size_t max_octets; /* limit for one database file */
	size_t max_tag;    /* limit for one tag or package description */
	const struct log *log;

	/* Directory patterns of the source of that name: absolute paths below root. */
	const char *const *swid, *const *pip, *const *npm;
};

/* Changes whenever the list may have changed. Compared octet by octet. */
struct source_stamp {
	uint64_t v[16];
};

struct source; /* handle of an open source; only its class knows the type behind it */

struct source_class {
	const char *name;      /* in configuration, ledger and log: "dpkg" */
	uint8_t number;        /* Source Identification Number (RFC 8412); never reused */
	const char *purl_type; /* type of the package URLs ("deb"); NULL: no package URLs */
	const char
		*language; /* same value for packages of a programming language, else NULL */

	/* Opens the source. ST_ENOENT: this system does not have it. An open source stays in
	 * use: if its data disappears later, list fails. */
	int (*open)(const struct source_conf *conf, struct source **s);

	/* Lists all instances. All or nothing: what cannot be read now is an error, so that it
	 * is not taken for absent. */
	int (*list)(struct source *s, source_each *each, void *ctx);

	/* Appends the tag of an instance that has item->identifier, exactly as it was when it
	 * was listed. ST_EBUSY: the tag has changed or is gone; list again. NULL: no instance
	 * has a tag of its own. */
	int (*record)(struct source *s, const struct source_item *item, struct wr *w);

	/* Lists the known files of an instance without a tag of its own, in any order. They
	 * may include directories, links and files that do not exist. ST_ENOENT: the source
	 * does not know them. NULL: never known. */
	int (*files)(struct source *s, const struct source_item *item, source_file *each,
		     void *ctx);

	/* Installation time of an instance without item->since, in microseconds since 1970; 0:
	 * unknown. May be NULL. */
	int64_t (*installed)(struct source *s, const struct source_item *item);

	/* Fills *stamp. Cheap: a few stat calls. */
	void (*stamp)(struct source *s, struct source_stamp *stamp);

	/* Returns the i-th directory whose entries change with the software; NULL: no more. */
	const char *(*watch)(struct source *s, size_t i);

	/* Appends the location of the source, for Source Metadata. NULL: use the first
	 * watch. */
	void (*describe)(struct source *s, struct wr *w);

	void (*close)(struct source *s);
};

/* All kinds of source, ended by NULL. */
extern const struct source_class *const source_classes[];

/* Returns the kind with this name, or NULL. */
const struct source_class *source_find(const char *name);

#endif
