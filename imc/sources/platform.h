/* SPDX-License-Identifier: BSD-2-Clause */
/* Which system the software is installed on, as identifiers and package URLs name it. */
#ifndef STANCE_IMC_SOURCES_PLATFORM_H
#define STANCE_IMC_SOURCES_PLATFORM_H

#define PLATFORM_MAX 64

struct platform {
	char id[PLATFORM_MAX];      /* os-release ID: "debian"; "linux" when it does not say */
	char version[PLATFORM_MAX]; /* os-release VERSION_ID: "12"; "" for rolling releases */
	char machine[PLATFORM_MAX]; /* as uname says: "x86_64" */
	char native[PLATFORM_MAX];  /* and as dpkg says: "amd64" */
};

/* Reads ROOT/etc/os-release, else ROOT/usr/lib/os-release (root: "" or an absolute path), and
 * asks the kernel. Always fills p. */
void platform_read(const char *root, struct platform *p);

#endif
