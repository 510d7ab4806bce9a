/* SPDX-License-Identifier: BSD-2-Clause */
/* State of the system: boot time, forwarding, default passwords, ports. root is "/" or the
 * mount point of a system. */
#ifndef STANCE_IMC_OS_OS_STATE_H
#define STANCE_IMC_OS_OS_STATE_H

#include "os_facts.h"

/* Boot time in seconds since 1970; 0: unknown. */
int64_t os_boot_time(const char *root);

/* Whether the system forwards IPv4 or IPv6 packets: 1 yes, 0 no, -1 unknown. */
int os_forwarding(const char *root);

/* Whether one of the "user:password" pairs opens an account: 1 yes; 0 no, also without pairs;
 * -1 the password file cannot be read. Slow, because of crypt(3). */
int os_password_check(const char *root, const char *const *pairs, size_t n);

/* Reads the reachable ports. False: the system does not report them, and the set is empty. */
bool os_ports_read(const char *root, struct os_ports *ports);

#endif
