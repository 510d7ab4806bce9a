/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine is: its product, version, state. Read afresh each time. */
#ifndef STANCE_IMC_OS_FACTS_H
#define STANCE_IMC_OS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OS_STRING_MAX 255 /* of a version string (RFC 5792, 4.2.4) */

struct os_product {
	uint32_t vendor;              /* PEN of the distributor, 0 unknown */
	char name[OS_STRING_MAX + 1]; /* "Debian GNU/Linux" */
	char version[64];             /* "12.11" */
	char arch[64];                /* "x86_64" */
	char kernel[128];             /* "6.1.0-37-amd64" */
	uint32_t major, minor;        /* of version */
};

/* root is "/" or where a system is mounted. Never fails: unknown is empty or 0. */
void os_product_read(const char *root, struct os_product *p);

/* When it was started, seconds since 1970; 0 unknown. */
int64_t os_boot_time(const char *root);

/* Passes packets on, IPv4 or IPv6: 1 yes, 0 no, -1 unknown. */
int os_forwarding(const char *root);

/* Ports that others can reach: sockets that listen on more than the loopback interface. */
struct os_ports {
	uint8_t tcp[65536 / 8], udp[65536 / 8];
};

static inline bool os_port_is(const uint8_t set[65536 / 8], unsigned port)
{
	return set[port / 8] >> (port % 8) & 1;
}

/* False when the system does not tell; the set is empty then. */
bool os_ports_read(const char *root, struct os_ports *ports);

/* Does one of the "user:password" pairs open an account? 1 yes, 0 no, -1 the password file
 * cannot be read. Without pairs the answer is no. Slow on purpose: crypt(3). */
int os_password_check(const char *root, const char *const *pairs, size_t n);

#endif
