/* SPDX-License-Identifier: BSD-2-Clause */
/* Private enterprise numbers: who defined a type (24 bits on the wire), and the PA subtypes of
 * the vendors we speak with (RFC 5792, 3.5; RFC 8412, 10.2; IANA). */
#ifndef STANCE_WIRE_PEN_H
#define STANCE_WIRE_PEN_H

#define PEN_IETF 0u
#define PEN_TCG 0x005597u
#define PEN_ITA 0x00902au /* strongSwan's test messages */
#define PEN_RESERVED 0xffffffu

/* Makers of systems, as Product Information names them. */
#define PEN_REDHAT 2312u
#define PEN_DEBIAN 9586u
#define PEN_GOOGLE 11129u
#define PEN_CANONICAL 28978u
#define PEN_FEDORA 30401u

#define TYPE_RESERVED 0xffffffffu /* no vendor's type or subtype */

/* PA subtypes of vendor PEN_IETF. */
enum pa_subtype {
	PA_SUBTYPE_TESTING = 0,
	PA_SUBTYPE_OS = 1,
	PA_SUBTYPE_ANTI_VIRUS = 2,
	PA_SUBTYPE_ANTI_SPYWARE = 3,
	PA_SUBTYPE_ANTI_MALWARE = 4,
	PA_SUBTYPE_FIREWALL = 5,
	PA_SUBTYPE_IDPS = 6,
	PA_SUBTYPE_VPN = 7,
	PA_SUBTYPE_NEA_CLIENT = 8,
	PA_SUBTYPE_SWIMA = 9
};

/* Of vendor PEN_TCG. */
enum pa_tcg_subtype {
	PA_SUBTYPE_TCG_PTS = 1,
	PA_SUBTYPE_TCG_SCAP = 2,
	PA_SUBTYPE_TCG_SWID = 3
};

#endif
