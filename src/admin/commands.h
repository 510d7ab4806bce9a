/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the table live beside what answers them: each command's file declares its views
 * here, commands.c joins them. What the handlers share is here too. */
#ifndef STANCE_ADMIN_COMMANDS_H
#define STANCE_ADMIN_COMMANDS_H

#include "admin/server/response.h"
#include "posture/query.h"

/* Who only asks (stancectl, libadminasks.la) has the table without those who answer, and so without
 * the posture that these ask, and what that is linked with. */
#ifdef ADMIN_ASKS
#define ANSWERED_BY(run) NULL
#else
#define ANSWERED_BY(run) run
#endif

extern const struct command_view endpoints_views[]; /* endpoint.c */
extern const struct command_view endpoint_views[];
extern const struct command_view software_views[]; /* software.c */
extern const struct command_view changes_views[];  /* changes.c */
extern const struct command_view forget_views[];   /* forget.c */
extern const struct command_view groups_views[];   /* groups.c */
extern const struct command_view lacking_views[];  /* lacking.c */
extern const struct command_view exposure_views[]; /* exposure.c */
extern const struct command_view diff_views[];     /* diff.c */
extern const struct command_view assess_views[];   /* assess.c */
extern const struct command_view status_views[];   /* status.c */

struct ask;
struct fresh;
struct subject;

/* Gives one journal line in the columns of `changes` (changes.c). */
int changes_row(struct admin_call *call, const struct change_row *row);
extern const struct command_column changes_columns[];

/* Fills q from the arguments of `changes`; ST_EVALUE and ST_ENOENT: the end is said. */
int changes_narrow(struct admin_call *call, const struct ask *a, struct change_query *q);

/* Answers `changes --follow` (follow.c). */
int follow_run(struct admin_call *call);

/* The software events of one endpoint, for `endpoint NAME events` (events.c). */
int events_query(struct admin_call *call, const struct ask *a, const struct subject *who);
extern const struct command_column events_columns[];

/* The moment a question is about. */
struct ask {
	struct posture *posture;
	struct when when;
	int64_t now;               /* as_of as a time: that, or known_at, or the clock's */
	int64_t stale_us;          /* knowledge older than this is stale */
	const struct endpoint_filter *filter; /* whom it is about (--group, --platform); NULL: all */
	bool future; /* it was asked about a moment that has not come: now is the answer */
};

static inline bool ask_past(const struct ask *a)
{
	return a->when.as_of || a->when.known_at;
}

/* Reads what every question has. ST_ESTATE, ST_ENOENT or ST_ENOMEM, with the end said, when
 * there is no repository, no such group, or not enough memory. */
int ask_begin(struct admin_call *call, struct ask *a);

/* Reads what software is asked for: PATTERN, which may have a range of versions behind it, and
 * --version; the query is to fill *fresh. q borrows from call. ST_EVALUE with the end said, or
 * ST_ENOMEM. */
int ask_software(struct admin_call *call, const struct ask *a, struct software_query *q,
		 struct freshness *fresh);

/* Ends the answer as incomplete when unordered, how much software had a version that could not be
 * compared, is not 0, and it has not been said already that it is. Returns 0. */
int ask_unordered(struct admin_call *call, const struct fresh *f, uint64_t unordered);

/* Moves a to another moment. */
void ask_at(struct ask *a, struct when when);

/* Turns what a query returned into the answer's end where words help; returns what the handler
 * returns. */
int ask_end(struct admin_call *call, const struct ask *a, int err);

/* How far what is known about the software of some endpoints can be trusted: of those that
 * were added. Zeroed: of none. */
struct fresh {
	size_t endpoints, stale;
	int64_t complete_through; /* the oldest of them; 0: never was */
	char worst[256];          /* name of that one */
};

/* The one endpoint a question is about. */
struct subject {
	uint32_t id;
	bool has_inventory;
	struct fresh fresh;
};

/* The one endpoint that text means: 0, ST_ENOENT or ST_EVALUE (it means several) with the end
 * said, or what the query returned. */
int ask_endpoint(struct admin_call *call, const struct ask *a, const char *text,
		 struct subject *who);

/* An endpoint's software is stale when it has never been told, when events are missing, or when
 * the manager has not known all of it (complete_through) for longer than it may be. */
bool fresh_is_stale(const struct ask *a, const struct endpoint_row *row);

void fresh_add(struct fresh *f, const struct ask *a, const struct endpoint_row *row);

/* What a query has filled. */
void fresh_of(const struct freshness *all, struct fresh *f);

/* The end of an answer about software: incomplete when something is stale, else ADMIN_NO when
 * there is a `no` (a sentence without its full stop), else as the rows say. Returns 0. */
int fresh_end(struct admin_call *call, const struct fresh *f, const char *no);

static inline struct cell cell_nonzero(uint64_t n)
{
	return n ? cell_count(n) : cell_null();
}

/* Null when nothing is known. */
static inline struct cell cell_known(struct span s)
{
	return s.n ? cell_text(s) : cell_null();
}

#endif
