/* SPDX-License-Identifier: BSD-2-Clause */
/* Posture: what the process knows about endpoints.
 *
 * Reports go in (report.h), queries answer questions (query.h), followers receive what was
 * committed (follower.h).
 *
 *   - One writer thread takes the queued reports, compares them with the present, and gives
 *     the changes to the repository plugin in one transaction.
 *   - Queries, `done` callbacks and followers see a change only when it is durable.
 *   - When the repository refuses a transaction (disk full), its reports fail with that error,
 *     nothing has changed, and the next reports are tried. */
#ifndef STANCE_POSTURE_POSTURE_H
#define STANCE_POSTURE_POSTURE_H

#include "base/api.h"
#include "base/span.h"
#include "posture/follower.h"
#include "posture/posture_conf.h"
#include "posture/posture_memory.h"

ST_API_BEGIN

struct posture;
struct repository_plugin;

/* Loads the repository plugin, opens the repository and builds the present in memory. The
 * plugin reads its own settings from conf_dir(). The first posture that is open becomes the
 * process's instance. On failure (ST_ECONF, ST_EPLUGIN, ST_EDB, ST_EIO, ...) *p is NULL and
 * err_msg, if not NULL, holds the reason with file or path. Caller: posture_close. */
int posture_open(const struct posture_conf *c, struct posture **p, char *err_msg,
		 size_t err_msg_len);

/* The same with a plugin that is linked into the program. err_msg is not NULL. */
int posture_open_plugin(const struct posture_conf *c, const struct repository_plugin *rp,
			struct posture **p, char *err_msg, size_t err_msg_len);

/* The process's instance, with one more reference (caller: posture_close). If there is none,
 * opens it with the settings of conf_dir()/stance.conf. NULL, with one log line, when that
 * file is missing or opening fails: a module then works without storing. */
struct posture *posture_instance(void);

/* Adds a reference. */
void posture_hold(struct posture *p);

/* Drops a reference. The last one commits what is queued and closes the repository. p may be
 * NULL. Not to be called from a callback of posture's own threads. */
void posture_close(struct posture *p);

/* Back-pressure. fn(ctx, true) when the queue is more than half full: callers should begin no
 * new work. fn(ctx, false) when it is less than a quarter full again. fn runs on any thread,
 * inside posture's lock: it is brief and does not call posture. There is one fn; NULL removes
 * it, and when that call returns fn is not running. */
void posture_on_pressure(struct posture *p, void (*fn)(void *ctx, bool high), void *ctx);

/* Callbacks for the owner of connections to endpoints. They run on any thread, inside
 * posture's lock: they are brief and do not call posture. */
struct posture_absence {
	/* The endpoint has been silent for half of forget_after. If it is connected, it should
	 * be assessed. Repeated until it reports or is forgotten. */
	void (*silent)(void *ctx, const char *key);

	/* The endpoint was forgotten, and that is committed. Its connections should end, so
	 * that an endpoint that still exists returns as a new one. */
	void (*forgotten)(void *ctx, const char *key);
};

/* There is one ops; NULL removes it, and when that call returns no callback is running. */
void posture_on_absence(struct posture *p, const struct posture_absence *ops, void *ctx);

/* A position in the order of submitted reports, for posture_barrier. */
uint64_t posture_mark(struct posture *p);

/* Calls done(ctx, err) on the writer thread once every report submitted before has been tried.
 *
 *   - err: 0, or the error of a report after the mark `since` (0: of any report) that was
 *     lost.
 *   - key: only reports of the endpoint with this identity key count; NULL: all reports. When
 *     very many endpoints lose reports, the error may be that of another endpoint.
 *   - Asking again with the same mark gives the same answer.
 *
 * Returns 0, or ST_ECLOSED or ST_ENOMEM; done is then not called. */
int posture_barrier(struct posture *p, const char *key, uint64_t since,
		    void (*done)(void *ctx, int err), void *ctx);

/* What a validator needs to know before it sends requests to an endpoint. */
struct endpoint_state {
	uint32_t id;
	bool has_inventory;
	uint32_t epoch;          /* EID Epoch of the last committed inventory */
	uint32_t contiguous_eid; /* all events up to this one are committed */
	uint32_t highest_eid;    /* newest event that the endpoint reported */
	bool has_gap;            /* contiguous_eid < highest_eid: an event is missing */
	bool incomplete;         /* FACT_INCOMPLETE is set: only a whole inventory helps */
	bool followed;           /* events of this epoch have been committed */
	int64_t inventory_at;    /* arrival of the last whole inventory */
	uint32_t software_count;
	int64_t complete_through; /* 0: never complete */
	int64_t last_contact;
};

/* 0, or ST_ENOENT for an endpoint that was never seen (*state is zeroed). Reads memory
 * only. */
int posture_known(struct posture *p, const char *key, struct endpoint_state *state);

#define POSTURE_DIGEST 32

/* SHA-256 over the endpoint's sorted identifiers, each after its length in four octets: equal
 * on every manager. Reads memory only, but hashes all identifiers. */
int posture_digest(struct posture *p, const char *key, uint8_t digest[POSTURE_DIGEST]);

/* True when the name of the identifier is known: its record does not have to be fetched. */
bool posture_described(struct posture *p, struct span identifier);

/* Removes the endpoint with this key from the present; its past stays, under another key. by:
 * the author, for the journal. A later report with the key creates a new endpoint. Waits for
 * the commit: 0, ST_ENOENT, or the error that prevented it. */
int posture_forget(struct posture *p, const char *key, const char *by);

/* Runs the repository's integrity check: 0, or ST_EDB with the finding in err_msg. Slow. */
int posture_check(struct posture *p, char *err_msg, size_t err_msg_len);

/* Drops the journal before the moment `before` (microseconds). The present stays; questions
 * about the past reach back to `before`. */
int posture_prune(struct posture *p, int64_t before);

struct posture_stats {
	uint64_t seq; /* last committed change */
	uint64_t endpoints, software, sets;
	uint64_t reports;          /* committed */
	uint64_t failed, refused;  /* lost with a failed commit; refused by a full queue */
	uint64_t batches, changes; /* transactions, journal lines */
	uint64_t queued_reports, queued_octets;
	uint64_t memory;   /* octets of the present in memory, approximately */
	int64_t commit_us; /* duration of the last transaction */
	int last_error;    /* of the last transaction; 0: it was committed */
	int64_t oldest;  /* questions about the past reach back to here; 0: to the beginning */
	char plugin[64]; /* name of the repository plugin */
	char repository[1024];       /* its file or database */
	struct posture_memory parts; /* of memory */
};

void posture_stats(struct posture *p, struct posture_stats *s);

ST_API_END

#endif
