/* SPDX-License-Identifier: BSD-2-Clause */
/* A posture on a SQLite repository in a directory of its own, for tests. */
#ifndef STANCE_TESTING_FIXTURE_H
#define STANCE_TESTING_FIXTURE_H

#include "unit.h"
#include "posture/identity.h"
#include "posture/posture.h"
#include "posture/query.h"

struct fixture {
	char dir[64];
	struct posture_conf conf;
	struct posture *p;
};

/* A fresh directory with a repository-sqlite.conf that has these lines in it too; nothing is
 * opened yet. */
void fixture_init(struct fixture *f, const char *settings);

/* posture_open, which must succeed. */
void fixture_open(struct fixture *f);

/* Closes what is open and removes the directory. */
void fixture_free(struct fixture *f);

/* dir/name; the buffer is the next call's too. */
const char *fixture_path(const struct fixture *f, const char *name);

/* A report about "dns:NAME". */
struct report *fixture_report(struct fixture *f, const char *name);

/* Adds software with this identifier, name and version to an open inventory. */
void fixture_software(struct report *r, const char *identifier, const char *name,
		      const char *version);

/* Submits r (NULL: nothing) and waits until everything is committed; what the barrier said. */
int fixture_commit(struct fixture *f, struct report *r);

/* known_at of the last change; 0 for an empty journal. */
int64_t fixture_last_known(struct fixture *f);

/* How many endpoints have software of this name; the id of an endpoint (0: not there). */
unsigned fixture_count(struct fixture *f, struct when when, const char *glob);
uint32_t fixture_endpoint(struct fixture *f, struct when when, const char *name,
			  struct endpoint_row *row);

/* What query_freshness says about this moment is what all rows say together, and these come in
 * the order of their names. */
void fixture_check_freshness(struct fixture *f, int64_t since);

/* Software, by a glob alone. */
#define SOFTWARE_OF(w, g) (&(struct software_query){ .when = w, .glob = g })

/* As things were at that moment by what is known now; and by what was known then. */
#define AS_OF(t) ((struct when){ t, 0 })
#define KNOWN_AT(t) ((struct when){ 0, t })

/* Octets behind a literal. */
#define S(text) span_str(text)

#endif
