/* The rows of the table live beside what answers them: each command's file declares its views
 * here, commands.c joins them. What the handlers share is here too. */
#ifndef STANCE_ADMIN_COMMANDS_H
#define STANCE_ADMIN_COMMANDS_H

#include "admin/call.h"
#include "posture/query.h"

extern const struct command_view endpoints_views[]; /* endpoint.c */
extern const struct command_view endpoint_views[];
extern const struct command_view software_views[]; /* software.c */
extern const struct command_view changes_views[];  /* changes.c */
extern const struct command_view status_views[];   /* status.c */

struct ask;

/* Gives one journal line in the columns of `changes` (changes.c). */
int changes_row(struct admin_call *call, const struct change_row *row);
extern const struct command_column changes_columns[];

/* Fills q from the arguments of `changes`; ST_EVALUE and ST_ENOENT: the end is said. */
int changes_narrow(struct admin_call *call, const struct ask *a, struct change_query *q);

/* Answers `changes --follow` (follow.c). */
int follow_run(struct admin_call *call);

/* The moment a question is about. */
struct ask {
	struct posture *posture;
	int64_t as_of; /* 0: now */
	bool future;   /* it was asked about a moment that has not come: now is the answer */
};

/* Reads what every question has. ST_ESTATE, with the end said, when there is no repository. */
int ask_begin(struct admin_call *call, struct ask *a);

/* Turns what a query returned into the answer's end where words help; returns what the handler
 * returns. */
int ask_end(struct admin_call *call, const struct ask *a, int err);

/* The one endpoint that text means: 0, ST_ENOENT or ST_EVALUE (it means several) with the end
 * said, or what the query returned. */
int ask_endpoint(struct admin_call *call, const struct ask *a, const char *text, uint32_t *id);

/* Null when nothing is known. */
static inline struct cell cell_known(struct span s)
{
	return s.n ? cell_text(s) : cell_null();
}

#endif
