/* SPDX-License-Identifier: BSD-2-Clause */
/* Posture: the process's one store of what is known about endpoints. Reports go in
 * (report.h), questions are answered (query.h), followers are told what was committed.
 *
 * One writer thread takes all queued reports at once, compares them with the current state,
 * and gives the changes to the repository plugin in one transaction. Only when that is durable
 * does anybody see them: queries, `done` callbacks, followers. When the repository refuses
 * (disk full), nothing has happened: the reports fail with its error and the next ones are
 * tried afresh. */
#ifndef STANCE_POSTURE_POSTURE_H
#define STANCE_POSTURE_POSTURE_H

#include "base/api.h"
#include "base/span.h"

#include <confuse.h>

ST_API_BEGIN

struct change;
struct posture;

struct posture_conf {
	char plugin[64];        /* repository plugin: "sqlite" loads repository-sqlite.so */
	char plugin_dir[1024];  /* where plugins live */
	uint32_t queue_reports; /* reports waiting for the writer, at most */
	uint32_t
		queue_octets; /* octets they hold, at most; one report larger than that waits beside */
	uint32_t forget_after;   /* days of silence until an endpoint is forgotten; 0: never */
	uint32_t retention_days; /* journal older than this is dropped; 0: kept for ever */

	/* A report that would go beyond these fails with ST_ELIMIT, alone. */
	uint32_t max_software;         /* identifiers in the dictionary */
	uint32_t new_software_per_day; /* that one endpoint may add to it in 24 hours */
	uint32_t changes_per_day;      /* journal lines of one endpoint in 24 hours; may be
					  exceeded by one report */
	uint32_t facts_octets;         /* facts and results that one endpoint may have */
};

/* The defaults: the SQLite plugin from the compiled-in plugin directory. */
void posture_conf_init(struct posture_conf *c);

/* The section `repository` of stance.conf, for the table of whoever reads that file:
 *	CFG_SEC("repository", posture_opts(), CFGF_NONE)
 * Static storage. Ranges of its integers: posture_ranges(). */
cfg_opt_t *posture_opts(void);
struct conf_range;
const struct conf_range *posture_ranges(void);
void posture_conf_read(cfg_t *section, struct posture_conf *c);

/* Loads the plugin, opens its repository and rebuilds the state in memory. The plugin reads
 * its own settings from conf_dir(). On failure (ST_ECONF, ST_EPLUGIN, ST_EDB, ST_EIO, ...)
 * *p is NULL and why, if not NULL, holds a sentence that says what and where. The first one
 * open becomes the process's instance. Caller: posture_close. */
int posture_open(const struct posture_conf *c, struct posture **p, char *err_msg,
		 size_t err_msg_len);

/* The process's instance, with one more reference (caller: posture_close). When none is open,
 * opens it as conf_dir()/stance.conf says; NULL, and one log line, when that file is missing
 * or it cannot be opened: a module then works without storing. */
struct posture *posture_instance(void);

/* Gives back a reference. The last one commits what is queued and closes the repository. p may
 * be NULL. Not from a callback of posture's own threads. */
void posture_close(struct posture *p);

/* fn(ctx, true) when more than half of what the queue may hold is in it: whoever hands reports
 * in should begin nothing new. fn(ctx, false) once less than a quarter is left. On any thread,
 * in the order in which it happens, inside posture's lock: be brief, and do not call posture.
 * One at a time; fn NULL: no longer, and when this returns fn is not running. */
void posture_on_pressure(struct posture *p, void (*fn)(void *ctx, bool high), void *ctx);

/* Whoever has connections to endpoints is told of those that are missed. On any thread, inside
 * posture's lock: be brief, and do not call posture. */
struct posture_absence {
	/* Nothing was heard of this endpoint for half of forget_after: if it is connected, ask
	 * it for an assessment. Said again and again until it has one, or is forgotten. */
	void (*silent)(void *ctx, const char *key);
	/* It was forgotten, and that is committed. What connections know of it is of no use any
	 * more: they should end, so that who is there after all comes as a new endpoint. */
	void (*forgotten)(void *ctx, const char *key);
};

/* One at a time; ops NULL: no longer, and when this returns none of them is running. */
void posture_on_absence(struct posture *p, const struct posture_absence *ops, void *ctx);

/* A moment in the order of what has been submitted, for posture_barrier. */
uint64_t posture_mark(struct posture *p);

/* done(ctx, err) on the writer thread when everything submitted before has been tried: err is
 * 0, or what kept a report from being committed that was submitted after the mark `since` (0:
 * ever). It takes nothing away: whoever asks with that mark learns the same. key (an
 * identity's) narrows the question to the reports of one endpoint, which is what a session
 * wants before it answers that endpoint; NULL asks about all of them. When very many endpoints
 * lose reports, some are told of others'. 0, or ST_ECLOSED or ST_ENOMEM, and done is not
 * called. */
int posture_barrier(struct posture *p, const char *key, uint64_t since,
		    void (*done)(void *ctx, int err), void *ctx);

/* What a validator wants to know before it asks an endpoint; from memory, never from a disk.
 */
struct endpoint_state {
	uint32_t id;
	bool has_inventory;
	uint32_t epoch; /* of its ledger, as of the last inventory committed */
	uint32_t
		contiguous_eid; /* every event up to this one is committed: ask from the next */
	uint32_t highest_eid;   /* the newest that the endpoint has told of */
	bool has_gap;           /* contiguous_eid < highest_eid: something is missing */
	bool incomplete;        /* FACT_INCOMPLETE is set: only a whole inventory helps */
	bool followed;          /* events have been committed in this epoch */
	int64_t inventory_at;   /* when the last whole inventory was heard of */
	uint32_t software_count;
	int64_t complete_through; /* 0: never complete */
	int64_t last_contact;
};

/* 0, or ST_ENOENT for an endpoint that has never been seen (*state is zeroed). */
int posture_known(struct posture *p, const char *key, struct endpoint_state *state);

#define POSTURE_DIGEST 32

/* SHA-256 over the endpoint's sorted identifiers, each behind its length in four octets: the
 * same on every manager. From memory, but it hashes: not for every message. */
int posture_digest(struct posture *p, const char *key, uint8_t digest[POSTURE_DIGEST]);

/* True when the identifier's name is known, so that no record needs to be fetched for it. */
bool posture_described(struct posture *p, struct span identifier);

/* Followers: whoever wants every committed change, in order, once. */
struct follower;

/* Calls fn(ctx, change) for each change after from_seq (0: all) on a thread of the follower's
 * own, as far behind the writer as fn needs. fn returns 0 when it has dealt with the change
 * (and remembers change->seq, durably if it cares); otherwise the same change comes again
 * after a pause. Caller: posture_unfollow, which returns when fn runs no more; until then the
 * follower holds a reference to p. */
int posture_follow(struct posture *p, uint64_t from_seq,
		   int (*fn)(void *ctx, const struct change *c), void *ctx,
		   struct follower **f);
void posture_unfollow(struct follower *f);

/* The endpoint with this key is no more: it leaves the present and stays in the past, under a
 * key that says so. by: whose wish it is, for the journal. Whoever comes with the key later is
 * a new endpoint. Waits until it is committed: 0, ST_ENOENT, or what kept it from being so. */
int posture_forget(struct posture *p, const char *key, const char *by);

/* The repository's own check of its integrity: 0, or ST_EDB with the finding in why. Slow. */
int posture_check(struct posture *p, char *err_msg, size_t err_msg_len);

/* Drops the journal before the moment `before` (microseconds). The present state stays; the
 * past can be asked for back to there. */
int posture_prune(struct posture *p, int64_t before);

/* Octets that the state in memory takes, about. */
struct posture_memory {
	uint64_t dictionary; /* software */
	uint64_t sets;       /* inventories */
	uint64_t bitmaps;    /* who has what */
	uint64_t endpoints;
	uint64_t texts; /* facts, results, descriptions: each different one once */
};

void posture_memory(struct posture *p, struct posture_memory *m);

struct posture_stats {
	uint64_t seq; /* last committed */
	uint64_t endpoints, software, sets;
	uint64_t reports, failed, refused; /* committed; lost to a failed commit; queue full */
	uint64_t batches, changes;         /* transactions, journal lines */
	uint64_t queued_reports, queued_octets;
	uint64_t memory;   /* octets of the state in memory, about */
	int64_t commit_us; /* the last transaction took */
	int last_error;    /* of the last transaction; 0: it was committed */
	int64_t oldest;    /* the past can be asked for from here on; 0: from the beginning */
	char plugin[64];   /* name of the repository plugin */
	char repository[1024];       /* where it keeps things */
	struct posture_memory parts; /* of memory */
};

void posture_stats(struct posture *p, struct posture_stats *s);

ST_API_END

#endif
