/* Private enterprise numbers: who defined a type. 24 bits on the wire. */
#ifndef STANCE_WIRE_PEN_H
#define STANCE_WIRE_PEN_H

#define PEN_IETF 0u
#define PEN_TCG 0x005597u
#define PEN_ITA 0x00902au /* strongSwan's test messages */
#define PEN_RESERVED 0xffffffu

#define TYPE_RESERVED 0xffffffffu /* no vendor's type or subtype */

#endif
