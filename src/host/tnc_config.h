/* SPDX-License-Identifier: BSD-2-Clause */
/* The tnc_config file: which collectors and validators a host loads. Line-oriented text:
 *
 *	# comment
 *	IMC "Name" /absolute/path/imc-name.so
 *	IMV "Name" /absolute/path/imv-name.so
 *
 * Read leniently, because every implementation writes it a little differently: any run of
 * blanks and tabs between the parts, CR before the line end, other keywords (JAVA-IMC ...) are
 * skipped. A line that is malformed or repeats a name or a library is skipped too, with one
 * log line that names file and line. */
#ifndef STANCE_HOST_TNC_CONFIG_H
#define STANCE_HOST_TNC_CONFIG_H

#include <stddef.h>

enum tnc_kind { TNC_KIND_IMC, TNC_KIND_IMV };

struct tnc_entry {
	enum tnc_kind kind;
	char *name;
	char *path;
	unsigned line;
};

struct tnc_config {
	struct tnc_entry *entries;
	size_t n;
	size_t n_bad; /* lines skipped because something is wrong with them */
};

#define TNC_CONFIG_ENTRIES_MAX 256
#define TNC_CONFIG_NAME_MAX 128

/* Reads path into *c (caller: tnc_config_free). ST_ENOENT when there is no such file,
 * ST_EDENIED when another user could have written it (tnc_file_trusted), ST_EIO, ST_ENOMEM;
 * *c is empty then. Bad lines are not an error; c->n_bad counts them. */
int tnc_config_read(const char *path, struct tnc_config *c);
void tnc_config_free(struct tnc_config *c);

/* Whether the code or configuration in path can only have been written by root or by the
 * user we run as: a regular file of one of the two, writable by neither group nor others. 0,
 * ST_ENOENT, ST_EIO, or ST_EDENIED with the reason in *why (static text). */
int tnc_file_trusted(const char *path, const char **err_msg);

#endif
