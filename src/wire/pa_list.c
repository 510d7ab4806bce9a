/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of RFC 5792 that are lists: types asked for, ports, packages. */
#include "wire/pa_ietf.h"
#include "wire/pa_recode.h"
#include "wire/text.h"

/* --- 4.2.1, Attribute Request --- */

int pa_ref_list_begin(struct pa_ref_list *l, const struct pa_attr *a)
{
	l->rd = a->value;
	if (!rd_left(&l->rd) || rd_left(&l->rd) % 8)
		rd_fail(&l->rd, a->at + 8, ST_ELENGTH);
	return l->rd.err;
}

int pa_ref_next(struct pa_ref_list *l, struct pa_ref *ref)
{
	struct rd *r = &l->rd;
	size_t at = rd_pos(r);

	if (r->err || !rd_left(r))
		return r->err;
	rd_u8(r);
	ref->vendor = rd_u24(r);
	ref->type = rd_u32(r);

	const struct pa_type *t = pa_type_find(ref->vendor, ref->type);

	if ((t && !t->requestable) || ref->vendor == PEN_RESERVED ||
	    ref->type == TYPE_RESERVED)
		rd_fail(r, at, ST_EVALUE);
	return r->err ? r->err : 1;
}

int pa_ref_encode(struct wr *w, const struct pa_ref *ref)
{
	wr_u8(w, 0);
	wr_u24(w, ref->vendor);
	wr_u32(w, ref->type);
	return w->err;
}

PA_RECODE(pa_ref_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	struct pa_ref_list l;
	struct pa_ref ref;

	pa_ref_list_begin(&l, &a);
	while (pa_ref_next(&l, &ref) > 0)
		if (w)
			pa_ref_encode(w, &ref);
	return pa_recode_end(r, &l.rd, w);
}

/* --- 4.2.6, Port Filter --- */

#define PORT_FLAG_BLOCKED 0x01
#define N_PROTOCOLS 256

static struct pa_port port_read(struct rd *r)
{
	struct pa_port p;

	p.blocked = rd_u8(r) & PORT_FLAG_BLOCKED;
	p.protocol = rd_u8(r);
	p.port = rd_u16(r);
	return p;
}

/* Counts the entries of each protocol; all of one must agree on `blocked`. */
static void ports_agree(struct rd *r, uint32_t count[N_PROTOCOLS])
{
	bool blocked[N_PROTOCOLS];

	while (!r->err && rd_left(r)) {
		size_t at = rd_pos(r);
		struct pa_port p = port_read(r);

		if (count[p.protocol]++ && blocked[p.protocol] != p.blocked)
			rd_fail(r, at, ST_EVALUE);
		blocked[p.protocol] = p.blocked;
	}
}

/* No port of this protocol may come twice. */
static void ports_once(struct rd *r, unsigned protocol)
{
	uint8_t seen[65536 / 8] = { 0 };

	while (!r->err && rd_left(r)) {
		size_t at = rd_pos(r);
		struct pa_port p = port_read(r);
		uint8_t bit = (uint8_t)(1u << p.port % 8);

		if (p.protocol != protocol)
			continue;
		if (seen[p.port / 8] & bit)
			rd_fail(r, at, ST_EVALUE);
		seen[p.port / 8] |= bit;
	}
}

int pa_port_list_begin(struct pa_port_list *l, const struct pa_attr *a)
{
	uint32_t count[N_PROTOCOLS] = { 0 };
	struct rd *r = &l->rd;

	*r = a->value;
	if (!rd_left(r) || rd_left(r) % 4)
		rd_fail(r, a->at + 8, ST_ELENGTH);
	if (rd_left(r) / 4 > PA_PORTS_MAX)
		rd_fail(r, a->at + 8, ST_ELIMIT);

	struct rd walk = *r;

	ports_agree(&walk, count);
	for (unsigned i = 0; i < N_PROTOCOLS && !walk.err; i++) {
		walk = *r;
		if (count[i] > 1)
			ports_once(&walk, i);
	}
	if (walk.err)
		rd_fail(r, walk.err_at, walk.err);
	return r->err;
}

int pa_port_next(struct pa_port_list *l, struct pa_port *p)
{
	if (l->rd.err || !rd_left(&l->rd))
		return l->rd.err;
	*p = port_read(&l->rd);
	return l->rd.err ? l->rd.err : 1;
}

int pa_port_encode(struct wr *w, const struct pa_port *p)
{
	wr_u8(w, p->blocked ? PORT_FLAG_BLOCKED : 0);
	wr_u8(w, p->protocol);
	wr_u16(w, p->port);
	return w->err;
}

PA_RECODE(pa_port_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	struct pa_port_list l;
	struct pa_port p;

	pa_port_list_begin(&l, &a);
	while (w && pa_port_next(&l, &p) > 0)
		pa_port_encode(w, &p);
	return pa_recode_end(r, &l.rd, w);
}

/* --- 4.2.7, Installed Packages --- */

int pa_package_list_begin(struct pa_package_list *l, const struct pa_attr *a)
{
	l->rd = a->value;
	rd_u16(&l->rd);
	l->count = l->left = rd_u16(&l->rd);
	return l->rd.err;
}

int pa_package_next(struct pa_package_list *l, struct pa_package *p)
{
	struct rd *r = &l->rd;

	if (!l->left)
		rd_end(r);
	if (r->err || !l->left)
		return r->err;
	l->left--;
	p->name = text_read8(r);
	p->version = text_read8(r);
	return r->err ? r->err : 1;
}

size_t pa_packages_begin(struct wr *w)
{
	size_t begin = w->len;

	wr_u32(w, 0);
	return begin;
}

int pa_package_encode(struct wr *w, const struct pa_package *p)
{
	text_write8(w, p->name);
	text_write8(w, p->version);
	return w->err;
}

int pa_packages_end(struct wr *w, size_t begin, uint32_t n)
{
	if (n > 0xffff)
		wr_fail(w, ST_ELIMIT);
	wr_fill32(w, begin, n); /* the upper half is reserved */
	return w->err;
}

PA_RECODE(pa_package_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	size_t begin = w ? pa_packages_begin(w) : 0;
	struct pa_package_list l;
	struct pa_package p;

	pa_package_list_begin(&l, &a);
	while (pa_package_next(&l, &p) > 0)
		if (w)
			pa_package_encode(w, &p);
	if (w)
		pa_packages_end(w, begin, l.count);
	return pa_recode_end(r, &l.rd, w);
}
