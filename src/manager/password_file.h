/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of users and passwords for SASL PLAIN. A line is `name:hash`, with a hash in a
 * format of crypt(5), as made by mkpasswd, `openssl passwd -6` or htpasswd. Empty lines and
 * lines that begin with # are ignored. */
#ifndef STANCE_MANAGER_PASSWORD_FILE_H
#define STANCE_MANAGER_PASSWORD_FILE_H

#include "base/conf.h"
#include "base/span.h"

struct password_file;

/* Reads path. ST_ECONF with e filled (file and line): the file cannot be read, a line is
 * malformed, or crypt(3) does not support a hash. ST_ENOMEM. Caller: password_file_free. */
int password_file_open(const char *path, struct password_file **f, struct conf_error *e);

/* Takes a reference; each is released by password_file_free. Any thread. f may be NULL. */
struct password_file *password_file_ref(struct password_file *f);
void password_file_free(struct password_file *f);

/* 0, ST_EAUTH (unknown user or wrong password) or ST_ENOMEM. An unknown user takes as long as
 * a known one. Any thread. */
int password_file_verify(struct password_file *f, struct span user, struct span password);

#endif
