/* SPDX-License-Identifier: BSD-2-Clause */
/* The operating system and architecture, as identifiers and package URLs name them. */
#ifndef STANCE_IMC_SOURCES_PLATFORM_H
#define STANCE_IMC_SOURCES_PLATFORM_H

#define PLATFORM_MAX 64

struct platform {
	char id[PLATFORM_MAX];      /* os-release ID: "debian"; default "linux" */
	char version[PLATFORM_MAX]; /* os-release VERSION_ID: "12"; "" for rolling releases */
	char machine[PLATFORM_MAX]; /* machine of uname(2): "x86_64" */
	char native[PLATFORM_MAX];  /* dpkg's name for it: "amd64" */
};

/* Fills *p from ROOT/etc/os-release, or else ROOT/usr/lib/os-release, and uname(2). root is ""
 * or an absolute path. Does not fail: every field gets a value or its default. */
void platform_read(const char *root, struct platform *p);

#endif
