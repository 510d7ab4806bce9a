/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of CoSWID that we use: RFC 9393, table 5 to 7 and section 2.3. */
#ifndef STANCE_WIRE_COSWID_LABEL_H
#define STANCE_WIRE_COSWID_LABEL_H

enum coswid_label {
	COSWID_TAG_ID = 0,
	COSWID_NAME = 1,
	COSWID_ENTITY = 2,
	COSWID_EVIDENCE = 3,
	COSWID_META = 5,
	COSWID_HASH = 7,
	COSWID_TAG_VERSION = 12,
	COSWID_VERSION = 13,
	COSWID_SCHEME = 14,
	COSWID_DIRECTORY = 16,
	COSWID_FILE = 17,
	COSWID_SIZE = 20,
	COSWID_FS_NAME = 24,
	COSWID_ROOT = 25,
	COSWID_PATH_ELEMENTS = 26,
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

#define COSWID_HASH_SHA256 1u /* IANA Named Information hash algorithms */

/* A free attribute of files (NISTIR 8060): expected to change. */
#define COSWID_KEY_MUTABLE "mutable"

/* Free attributes of software-meta, in the order of their encoded keys. */
#define COSWID_KEY_ARCH "arch"
#define COSWID_KEY_PURL "purl"
#define COSWID_KEY_SOURCE "sourcePackage"
#define COSWID_KEY_SOURCE_VERSION "sourceVersion"

#endif
