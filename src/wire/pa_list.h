/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of RFC 5792 that are lists: Attribute Request (4.2.1), Port Filter (4.2.6)
 * and Installed Packages (4.2.7). pa_ietf.h has the rules that all its codecs follow.
 *
 * Reading: _begin checks the attribute as a whole; each _next returns 1 and one entry, 0 at
 * the end, or ST_E.... Entries borrow the attribute. */
#ifndef STANCE_WIRE_PA_LIST_H
#define STANCE_WIRE_PA_LIST_H

#include "base/api.h"
#include "wire/pa_attr.h"

ST_API_BEGIN

/* One type of attribute, as Attribute Request lists it. */
struct pa_ref {
	uint32_t vendor, type;
};

struct pa_ref_list {
	struct rd rd;
};

/* Refuses an empty list. */
int pa_ref_list_begin(struct pa_ref_list *l, const struct pa_attr *a);

/* Refuses an entry that the RFC does not allow to request. */
int pa_ref_next(struct pa_ref_list *l, struct pa_ref *ref);

/* Appends one entry. */
int pa_ref_encode(struct wr *w, const struct pa_ref *ref);

/* One entry of Port Filter. */
struct pa_port {
	bool blocked; /* the same for all entries of one protocol */
	uint8_t protocol;
	uint16_t port;
};

#define PA_PORTS_MAX 131072

struct pa_port_list {
	struct rd rd;
};

/* Refuses a pair (protocol, port) that occurs twice, a protocol with both values of `blocked`,
 * and more than PA_PORTS_MAX entries (ST_ELIMIT). */
int pa_port_list_begin(struct pa_port_list *l, const struct pa_attr *a);

int pa_port_next(struct pa_port_list *l, struct pa_port *p);

/* Appends one entry. */
int pa_port_encode(struct wr *w, const struct pa_port *p);

/* One entry of Installed Packages. */
struct pa_package {
	struct span name, version; /* up to 255 octets each */
};

struct pa_package_list {
	uint32_t count; /* as announced */
	uint32_t left;  /* still to come */
	struct rd rd;
};

int pa_package_list_begin(struct pa_package_list *l, const struct pa_attr *a);

int pa_package_next(struct pa_package_list *l, struct pa_package *p);

/* Writing: pa_packages_begin returns `begin` for pa_packages_end; in between come n calls of
 * pa_package_encode, n at most 65535. */
size_t pa_packages_begin(struct wr *w);
int pa_package_encode(struct wr *w, const struct pa_package *p);
int pa_packages_end(struct wr *w, size_t begin, uint32_t n);

ST_API_END

#endif
