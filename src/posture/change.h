/* SPDX-License-Identifier: BSD-2-Clause */
/* A posture change: one line of the journal, the only source of truth. */
#ifndef STANCE_POSTURE_CHANGE_H
#define STANCE_POSTURE_CHANGE_H

#include "base/api.h"
#include "base/clock.h"
#include "base/span.h"

ST_API_BEGIN

/* The numbers are stored in repositories. */
enum change_kind {
	CHANGE_ENDPOINT = 1,  /* a new endpoint; key: its identity, value: its name */
	CHANGE_FACT = 2,      /* key: fact, value: now, was: before (has_was) */
	CHANGE_FACT_GONE = 3, /* key: fact, was: before */
	CHANGE_INVENTORY = 4, /* first whole inventory; key: digest of a stored set, value:
			       * difference to that set, number: count of software */
	CHANGE_ADDED = 5,     /* software; value: locator; number_was: see change_untimed */
	CHANGE_REMOVED = 6,   /* likewise */
	CHANGE_CONFIRMED = 7, /* the software is complete; number: complete_through,
			       * number_was: its value before */
	CHANGE_RESULT = 8,    /* key: rule, number: verdict, value: reason; was, number_was */
	CHANGE_RESULT_GONE = 9, /* key: rule, was, number_was */
	CHANGE_ASSESSMENT = 10, /* number: verdict | access << 8; number_was (has_was) */
	CHANGE_NOTICE = 11,     /* key: subject, value: text */
	CHANGE_ALTERED = 12,    /* software whose record changed; value: locator */
	CHANGE_INSTANCES =
		13, /* software whose number of instances changed without becoming, or
				 * having been, 0; number, number_was; value: locator */
	CHANGE_FORGOTTEN = 14, /* the endpoint left the present; key: its identity until then,
				* value: the author */
	CHANGE_N
};

#define CHANGE_BIT(kind) (1u << (kind))

/* The kinds from which the software of an endpoint follows. */
#define CHANGE_SOFTWARE                                                                       \
	(CHANGE_BIT(CHANGE_INVENTORY) | CHANGE_BIT(CHANGE_ADDED) | CHANGE_BIT(CHANGE_REMOVED))

/* All kinds about software, which events cause. */
#define CHANGE_SOFTWARE_EVENTS                                                                \
	(CHANGE_SOFTWARE | CHANGE_BIT(CHANGE_ALTERED) | CHANGE_BIT(CHANGE_INSTANCES))

struct change {
	uint64_t seq; /* one sequence for the journal, without holes */
	enum change_kind kind;
	uint32_t endpoint;
	uint32_t software;   /* dictionary; 0 where the kind has none */
	int64_t known_at;    /* commit, manager's clock, microseconds; never decreases */
	int64_t happened_at; /* endpoint's clock; 0: unknown */
	uint32_t epoch, eid, record; /* RFC 8412, 3.7; 0: unknown */
	int64_t number, number_was;
	bool has_was; /* there was a value before */
	struct span key, value, was;
};

const char *change_kind_name(enum change_kind kind); /* "software-added" ..., never NULL */
int change_kind_of(const char *name);                /* or ST_ENOENT */

/* The moment at which the change took effect: the time of its event, if it has one and that is
 * before its commit; otherwise its commit. RFC 8412 has whole seconds, so a time counts as the
 * end of its second: no earlier moment shows the change. */
static inline int64_t change_effective(const struct change *c)
{
	const uint32_t told = CHANGE_SOFTWARE_EVENTS & ~CHANGE_BIT(CHANGE_INVENTORY);
	bool by_endpoint = (told & CHANGE_BIT(c->kind)) && c->happened_at;
	int64_t happened = c->happened_at;

	if (happened % CLOCK_SEC == 0 && happened <= INT64_MAX - CLOCK_SEC)
		happened += CLOCK_SEC - 1;
	return by_endpoint && happened < c->known_at ? happened : c->known_at;
}

/* True for a change that an inventory showed and whose time no event reported. It happened
 * after number_was and no later than known_at. number_was is the moment up to which the
 * software was complete (0: never), or the inventory before, if this one contradicts the
 * events in between. */
static inline bool change_untimed(const struct change *c)
{
	return !c->happened_at && (c->kind == CHANGE_ADDED || c->kind == CHANGE_REMOVED);
}

/* `number` of CHANGE_ASSESSMENT: verdict and access. */
static inline int64_t change_pack(unsigned verdict, unsigned access)
{
	return (int64_t)(verdict | access << 8);
}

static inline unsigned change_verdict(int64_t number)
{
	return (unsigned)number & 0xff;
}

static inline unsigned change_access(int64_t number)
{
	return (unsigned)(number >> 8) & 0xff;
}

ST_API_END

#endif
