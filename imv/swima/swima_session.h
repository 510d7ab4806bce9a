/* SPDX-License-Identifier: BSD-2-Clause */
/* The SWIMA validator's assessment of one endpoint: what was asked, what came, what
 * follows. */
#ifndef STANCE_IMV_SWIMA_SESSION_H
#define STANCE_IMV_SWIMA_SESSION_H

#include "pending_events.h"
#include "collector.h"
#include "swima_policy.h"
#include "sync_table.h"

#include "kit/imv.h"

/* Settings. */
struct swima_limits {
	uint32_t max_records;      /* in one inventory */
	uint32_t max_record;       /* octets of a record that is read */
	uint32_t max_descriptions; /* records asked for in one assessment */
	uint32_t records_per_request;
	uint32_t max_events;    /* in one answer */
	bool events;            /* ask for events where an inventory is known */
	bool subscribe;         /* and to be told of new ones */
	bool expect_collectors; /* as many as have told inventories before */
	uint32_t reconcile_hours, reconcile_assessments; /* 0: never for this reason */
};

/* One a process. */
struct swima_module {
	struct policy *policy;
	struct swima_limits limits;
};

/* What this connection has told about the endpoint's ledger, whether or not it is
 * committed. */
struct event_sync {
	bool known;
	uint32_t collector; /* whose ledger it is */
	uint32_t epoch;
	uint32_t consulted;    /* heard up to this EID, */
	uint32_t last_eid;     /* of so many */
	uint32_t subscription; /* its Subscription ID; 0: there is none */
	bool refused;          /* subscribing was */
	bool no_events;        /* asking for events is of no use */
	uint32_t assessments;  /* since an inventory */
	uint32_t answers;      /* so far */
	uint32_t collectors;   /* told inventories at once, at most, now or earlier */
	uint32_t noted; /* collectors that the posture knows of; 0 or 1: it does not say */
	bool recalled;  /* the posture has been asked for them */
	bool silent;    /* nobody spoke in the last assessment */
	bool tidied;    /* facts that are not told any more are gone */
	struct pending_events pending;
};

/* Event synchronisation in one assessment (event_sync.h). */
struct sync_round {
	enum sync_state state;
	bool heard;       /* events have come */
	bool reconcile;   /* an inventory is due to verify the events */
	bool noticed;     /* a notice says why the ledger is not followed */
	uint32_t id;      /* of the open request for events; 0: none */
	uint32_t from;    /* its Earliest EID */
	bool subscribes;  /* it asks for a subscription */
	uint32_t last_id; /* the last request that was answered */
	uint32_t due;     /* batch by whose end the request should be answered */
	uint32_t batches; /* ended so far */
	uint32_t hole;    /* a missing EID; 0: none */
	bool hole_asked;  /* it was requested */
	uint32_t asked;   /* requests for events so far */
};

/* One a connection. */
struct swima_session {
	uint32_t last_request_id; /* ids are never used twice on a connection */
	struct event_sync sync;

	/* One assessment: */
	struct endpoint_state known; /* as the posture had it when it began */
	struct sync_round round;
	uint32_t request_id; /* of the request for the inventory; 0: none was made */
	struct collector *by_collector[SWIMA_MAX_COLLECTORS]; /* NULL behind the last one */
	struct policy_state *policy;
	struct swima_head head; /* of the first inventory */
	uint32_t inventories;   /* how many collectors have told theirs */
	uint32_t records, events, refused, described, unreadable;
	bool decided;        /* what comes now is too late: the report has gone */
	bool overfull;       /* there are more collectors than SWIMA_MAX_COLLECTORS */
	bool broken;         /* an inventory ended early: nothing of it counts */
	bool open;           /* the report's inventory has no end yet */
	struct wr complaint; /* why a collector did not answer, for people */
	struct wr sources;   /* what the collectors say their sources are */
};

static inline struct swima_module *swima_module(const struct imv *imv)
{
	return imv_module(imv)->state;
}

/* Forgets the last assessment. */
void swima_session_reset(struct swima_session *s);

/* The collector that the message being handled is from; NULL: there are too many. */
struct collector *swima_session_collector(struct imv *imv, struct swima_session *s);

/* Asks every collector for its inventory, by identifier. */
int swima_ask_inventory(struct imv *imv, struct swima_session *s);

/* Takes in an answer to the request for the inventory: reports all of it, and remembers what
 * has to be asked for. 0, or ST_E... when the list is broken. */
int swima_take_inventory(struct imv *imv, struct swima_session *s, struct collector *p,
			 struct swima_list *l);

/* Takes in an answer to a request for records: reports what they say about identifiers. */
int swima_take_records(struct imv *imv, struct swima_session *s, struct collector *p,
		       struct swima_list *l);

/* Asks this collector for the next records that are wanted, if any. From its handler. */
int swima_ask_records(struct imv *imv, struct swima_session *s, struct collector *p);

/* No records come any more: what is not described is judged by its identifier alone. */
void swima_give_up_records(struct swima_session *s, struct collector *p);

/* The inventory in the report is whole: what comes now does not belong to it. */
void swima_end_inventory(struct imv *imv, struct swima_session *s);

/* Reports the description of software that a record contains. */
void swima_describe(struct imv *imv, struct swima_session *s, const struct swima_record *rec);

/* True if the rules or the posture need the record: the software's name is not known, or the
 * record that it came from has changed. */
bool swima_wants_record(struct imv *imv, const struct swima_record *rec, bool altered);

struct software swima_software(const struct swima_record *rec);

/* The rules see software with what is known of it. */
void swima_see_known(struct imv *imv, struct swima_session *s, struct span identifier);

#endif
