/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may authenticate with a password: a file of lines `name:hash`, the hash as crypt(5)
 * has it (made by mkpasswd, openssl passwd -6 or htpasswd). */
#ifndef STANCE_MANAGER_PASSWORD_FILE_H
#define STANCE_MANAGER_PASSWORD_FILE_H

#include "base/conf.h"
#include "base/span.h"

struct password_file;

/* Reads path. ST_ECONF with e filled (file and line) when it cannot be read or a line is not
 * as it should be, or a hash is of a kind that crypt(3) does not know. */
int password_file_open(const char *path, struct password_file **f, struct conf_error *e);

/* Another owner; each calls passwd_free once. Any thread. */
struct password_file *password_file_ref(struct password_file *f);
void password_file_free(struct password_file *f);

/* 0, ST_EAUTH (no such user, other password), ST_ENOMEM. Takes as long for an unknown user as
 * for a known one. */
int password_file_verify(struct password_file *f, struct span user, struct span password);

#endif
