/* SPDX-License-Identifier: BSD-2-Clause */
/* Types of the facts about a system. os_product.h and os_state.h read them; nothing is
 * cached. */
#ifndef STANCE_IMC_OS_FACTS_H
#define STANCE_IMC_OS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OS_STRING_MAX 255 /* octets of a version string (RFC 5792, 4.2.4) */

/* Ports that other hosts can reach: sockets that listen on more than the loopback
 * interface. */
struct os_ports {
	uint8_t tcp[65536 / 8], udp[65536 / 8];
};

static inline bool os_port_is(const uint8_t set[65536 / 8], unsigned port)
{
	return set[port / 8] >> (port % 8) & 1;
}

#endif
