/* SPDX-License-Identifier: BSD-2-Clause */
/* What can go wrong, as one small set of numbers. Functions that can fail return 0 or one of
 * these; a function that also returns a count returns it as a value >= 0. */
#ifndef STANCE_BASE_ERR_H
#define STANCE_BASE_ERR_H

#include "base/api.h"

ST_API_BEGIN

enum st_err {
	ST_ESHORT = -1,       /* bytes end before the field does */
	ST_EVALUE = -2,       /* a field holds what its RFC forbids */
	ST_ELENGTH = -3,      /* a length disagrees with what it measures */
	ST_EVERSION = -4,     /* a version we do not speak */
	ST_ESTATE = -5,       /* right words, wrong moment */
	ST_EUNSUPPORTED = -6, /* must be understood (NOSKIP) and is not */
	ST_ELIMIT = -7,       /* over a configured ceiling */
	ST_ENOMEM = -8,
	ST_EIO = -9,      /* the operating system said no; errno tells */
	ST_ECLOSED = -10, /* the other end is gone */
	ST_ETIMEOUT = -11,
	ST_EAUTH = -12, /* who it is could not be proved */
	ST_EDENIED = -13,
	ST_ECONF = -14, /* configuration; the text says file and line */
	ST_ENOENT = -15,
	ST_EEXIST = -16,
	ST_EBUSY = -17,
	ST_EDB = -18,    /* the repository refused or is damaged */
	ST_EPLUGIN = -19 /* a module or plugin broke its contract */
};

/* A few words for people, never NULL; static storage. */
const char *st_strerror(int err);

ST_API_END

#endif
