/* SPDX-License-Identifier: BSD-2-Clause */
/* A posture change: one line of the journal, the only source of truth. */
#ifndef STANCE_POSTURE_CHANGE_H
#define STANCE_POSTURE_CHANGE_H

#include "base/api.h"
#include "base/clock.h"
#include "base/span.h"

ST_API_BEGIN

/* Numbers are stored: only add. */
enum change_kind {
	CHANGE_ENDPOINT = 1,  /* first seen; key: its identity, value: its name */
	CHANGE_FACT = 2,      /* key: fact, value: now, was: before (has_was) */
	CHANGE_FACT_GONE = 3, /* key: fact, was: before */
	CHANGE_INVENTORY = 4, /* first whole inventory; key: digest of a stored set, value: how
			       * it differs from that set, number: software in all */
	CHANGE_ADDED = 5,     /* software; value: locator; number_was: see change_untimed */
	CHANGE_REMOVED = 6,   /* likewise */
	CHANGE_CONFIRMED = 7, /* the software is complete; number: through when, number_was:
			       * and before that */
	CHANGE_RESULT = 8,    /* key: rule, number: verdict, value: reason; was, number_was */
	CHANGE_RESULT_GONE = 9, /* key: rule, was, number_was */
	CHANGE_ASSESSMENT = 10, /* number: verdict | access << 8; number_was (has_was) */
	CHANGE_NOTICE = 11,     /* key: subject, value: text */
	CHANGE_ALTERED = 12,    /* software that stays: its record changed; value: locator */
	CHANGE_INSTANCES = 13, /* software that stays, or stays away, but is installed as often
				 * as number says now; number_was: before; value: locator */
	CHANGE_FORGOTTEN = 14, /* no endpoint of the present any more; key: its identity until
				* then, value: by whose wish */
	CHANGE_N
};

#define CHANGE_BIT(kind) (1u << (kind))

/* What an endpoint has follows from these three alone. */
#define CHANGE_SOFTWARE                                                                       \
	(CHANGE_BIT(CHANGE_INVENTORY) | CHANGE_BIT(CHANGE_ADDED) | CHANGE_BIT(CHANGE_REMOVED))

/* Everything that happened to software; what one event (eid) did. */
#define CHANGE_SOFTWARE_EVENTS                                                                \
	(CHANGE_SOFTWARE | CHANGE_BIT(CHANGE_ALTERED) | CHANGE_BIT(CHANGE_INSTANCES))

struct change {
	uint64_t seq; /* one sequence for the whole journal, without holes */
	enum change_kind kind;
	uint32_t endpoint;
	uint32_t software; /* dictionary; 0 where the kind has none */
	int64_t known_at;  /* manager's clock, microseconds; never less than the line before */
	int64_t happened_at;         /* endpoint's clock; 0: not told */
	uint32_t epoch, eid, record; /* RFC 8412, 3.7; 0: not told */
	int64_t number, number_was;
	bool has_was; /* there was a value before */
	struct span key, value, was;
};

const char *change_kind_name(enum change_kind kind); /* "software-added" ..., never NULL */
int change_kind_of(const char *name);                /* or ST_ENOENT */

/* When it took effect: when it happened to the software, if the endpoint told that and it is
 * not later than when the manager knew; else then. RFC 8412 tells whole seconds, and it may have
 * happened at the end of one: no moment shows what had not happened yet. */
static inline int64_t change_effective(const struct change *c)
{
	const uint32_t told = CHANGE_SOFTWARE_EVENTS & ~CHANGE_BIT(CHANGE_INVENTORY);
	bool by_endpoint = (told & CHANGE_BIT(c->kind)) && c->happened_at;
	int64_t happened = c->happened_at;

	if (happened % CLOCK_SEC == 0 && happened <= INT64_MAX - CLOCK_SEC)
		happened += CLOCK_SEC - 1;
	return by_endpoint && happened < c->known_at ? happened : c->known_at;
}

/* Nobody told when it came about: at some time after number_was, up to which the endpoint's
 * software had been complete (0: it never was; where an inventory contradicts the events before
 * it: the inventory before these), and no later than when it was known. */
static inline bool change_untimed(const struct change *c)
{
	return !c->happened_at && (c->kind == CHANGE_ADDED || c->kind == CHANGE_REMOVED);
}

/* The two halves of an assessment's number. */
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
