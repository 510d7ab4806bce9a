/* The numbers of CoSWID that we use: RFC 9393, table 5 to 7 and section 2.3. */
#ifndef STANCE_WIRE_COSWID_LABEL_H
#define STANCE_WIRE_COSWID_LABEL_H

enum coswid_label {
	COSWID_TAG_ID = 0,
	COSWID_NAME = 1,
	COSWID_ENTITY = 2,
	COSWID_META = 5,
	COSWID_TAG_VERSION = 12,
	COSWID_VERSION = 13,
	COSWID_SCHEME = 14,
	COSWID_ENTITY_NAME = 31,
	COSWID_REG_ID = 32,
	COSWID_ROLE = 33,
	COSWID_PRODUCT = 52,
	COSWID_SUMMARY = 55
};

/* CBOR tags. */
#define COSWID_CBOR_SWID 1398229316u
#define COSWID_CBOR_SIGN1 18u
#define COSWID_CBOR_SIGN 98u
#define COSWID_CBOR_URI 32u

/* Role 1 made the tag; 2 to 6 have to do with the software. */
#define COSWID_ROLE_TAG_CREATOR 1u
#define COSWID_ROLE_SOFTWARE_CREATOR 2u
#define COSWID_ROLE_MAINTAINER 6u

/* Free attributes of software-meta, in the order of their encoded keys. */
#define COSWID_KEY_ARCH "arch"
#define COSWID_KEY_PURL "purl"
#define COSWID_KEY_SOURCE "sourcePackage"
#define COSWID_KEY_SOURCE_VERSION "sourceVersion"

#endif
