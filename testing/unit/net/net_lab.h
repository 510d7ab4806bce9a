/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of src/net share: certificates of every kind in a temporary folder, a log
 * that remembers, and connected sockets on loopback. */
#ifndef STANCE_TESTING_NET_LAB_H
#define STANCE_TESTING_NET_LAB_H

#include "unit.h"

#include "net/net_loop.h"
#include "net/tls.h"

/* cmocka group fixtures. Certificates: ca, manager (localhost), endpoint (host.example), and
 * foreign-ca, foreign, old, future, server-only, wild (*.example), other (other.example),
 * cn-only (CN=localhost, no alternative name), many (one name of each kind). */
int lab_setup(void **state);
int lab_teardown(void **state);

/* Likewise, for tests without certificates. */
int lab_log_open(void **state);
int lab_log_close(void **state);

/* The path of a file in that folder; static storage of a few slots. */
const char *lab_path(const char *file);

/* A context of that side with certificate NAME.crt (NULL: none), verified against ca.crt. */
struct tls_ctx *lab_tls(bool server, const char *name, const char *peer_name);

/* Lines written since the last lab_log_clear that contain text; warn and error lines among
 * them. */
void lab_log_clear(void);
unsigned lab_logged(const char *text);

/* Both ends of a TCP connection over 127.0.0.1, non-blocking. */
void lab_pair(int fd[2]);

/* Runs the loop until *flag is set; false when ms have passed. */
bool lab_run_until(struct net_loop *loop, const bool *flag, unsigned ms);
void lab_run_for(struct net_loop *loop, unsigned ms);

#endif
