/* SPDX-License-Identifier: BSD-2-Clause */
/* Where software is known from: package databases, tag files. A kind of source is one file
 * with a const descriptor and one row in source.c; everything else in this folder works on
 * what is declared here. */
#ifndef STANCE_IMC_SOURCES_SOURCE_H
#define STANCE_IMC_SOURCES_SOURCE_H

#include "base/arena.h"
#include "base/log.h"
#include "base/span.h"
#include "base/wr.h"

/* One installed instance. UTF-8 without control characters; empty is unknown. */
struct source_item {
	struct span
		key; /* which instance, inside its source; survives upgrades: "bash:amd64" */
	struct span name, version, arch;
	struct span origin;         /* the source package it was built from */
	struct span origin_version; /* and its version: vulnerability lists go by these two */
	struct span supplier;       /* who makes or packages it */
	struct span directory;      /* absolute path of its executables */
	int64_t since; /* when it came, in microseconds since 1970; 0: installed tells */

	/* Software that brings a tag of its own; for all other these are empty, and identifier
	 * and record are made here from what stands above. */
	struct span identifier; /* as the tag says it, in NFC */
	struct span digest;     /* changes when an octet of the tag does */
	uint8_t model;          /* SWIMA_MODEL_...: what kind of tag it is */
};

/* Receives one instance, borrowed until it returns. 0, or ST_E...: ends the list and becomes
 * its result. The same key twice is the source's mistake; the first one counts. */
typedef int source_each(void *ctx, const struct source_item *item);

/* Receives a file of an instance, by its absolute path below the root; changeable: configuration,
 * which is expected to change. Borrowed until it returns. 0, or ST_E...: ends the list and
 * becomes its result. */
typedef int source_file(void *ctx, struct span path, bool changeable);

/* What all sources are told; borrowed until close. Lists are ended by NULL; NULL is an empty
 * one. */
struct source_conf {
	const char *root;  /* "" or an absolute path: the system to look at begins here */
	size_t max_octets; /* of one database file */
	size_t max_tag;    /* of one tag or package description */
	const struct log *log;

	/* Absolute paths below root, where the kinds of that name look. */
	const char *const *swid, *const *pip, *const *npm;
};

/* Changes whenever the list may have changed. Compared octet by octet. */
struct source_stamp {
	uint64_t v[16];
};

struct source; /* a handle: what open made, of a type that only its class knows */

struct source_class {
	const char *name;      /* in configuration, ledger and log: "dpkg" */
	uint8_t number;        /* Source Identification Number: ours for ever */
	const char *purl_type; /* of package URLs ("deb"); NULL: these have none */
	const char *language; /* the same, when these are packages of a programming language */

	/* ST_ENOENT: this system has no such source. A source that is open stays in use: when
	 * what it reads is gone, list says so. */
	int (*open)(const struct source_conf *conf, struct source **s);

	/* The present state, whole or not at all: what cannot be read for now is an error, not
	 * an absence. */
	int (*list)(struct source *s, source_each *each, void *ctx);

	/* Appends the tag that an instance brought (one with item->identifier), octet for
	 * octet as it was when it was listed. ST_EBUSY: it is another one by now, or gone; list
	 * again. NULL when no instance brings one. */
	int (*record)(struct source *s, const struct source_item *item, struct wr *w);

	/* The files of an instance without a tag of its own, in any order, as far as they are
	 * known; directories, links and what is not there may be among them. ST_ENOENT: it does
	 * not say. NULL when no instance does. */
	int (*files)(struct source *s, const struct source_item *item, source_file *each,
		     void *ctx);

	/* When an instance without item->since came, in microseconds since 1970; 0: not
	 * known. May be NULL. */
	int64_t (*installed)(struct source *s, const struct source_item *item);

	/* Cheap, a few stat calls. */
	void (*stamp)(struct source *s, struct source_stamp *stamp);

	/* The i-th directory whose entries change with the software; NULL ends. */
	const char *(*watch)(struct source *s, size_t i);

	/* Appends where it looks, for Source Metadata; NULL: the first watch says it. */
	void (*describe)(struct source *s, struct wr *w);

	void (*close)(struct source *s);
};

/* All kinds there are, ended by NULL. */
extern const struct source_class *const source_classes[];

/* The kind called name, or NULL. */
const struct source_class *source_find(const char *name);

#endif
