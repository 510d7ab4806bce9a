/* The SWIMA validator's assessment of one endpoint: what was asked, what came, what follows. */
#ifndef STANCE_IMV_SWIMA_SESSION_H
#define STANCE_IMV_SWIMA_SESSION_H

#include "swima_peer.h"
#include "swima_policy.h"

#include "kit/imv.h"

/* Settings. */
struct swima_limits {
	uint32_t max_records;      /* in one inventory */
	uint32_t max_record;       /* octets of a record that is read */
	uint32_t max_descriptions; /* records asked for in one assessment */
	uint32_t records_per_request;
};

/* One a process. */
struct swima_module {
	struct policy *policy;
	struct swima_limits limits;
};

/* One a connection. */
struct swima_session {
	uint32_t last_request_id; /* ids are never used twice on a connection */

	/* One assessment: */
	uint32_t request_id; /* of the request for the inventory */
	struct swima_peer peers[SWIMA_MAX_PEERS];
	struct policy_state *policy;
	struct swima_head head; /* of the first inventory */
	uint32_t inventories;   /* how many collectors have told theirs */
	uint32_t records, refused, described, unreadable;
	bool decided;        /* what comes now is too late: the report has gone */
	bool broken;         /* an inventory ended early: nothing of it counts */
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
struct swima_peer *swima_session_peer(struct imv *imv, struct swima_session *s);

/* Takes in an answer to the request for the inventory: reports all of it, and remembers what
 * has to be asked for. 0, or ST_E... when the list is broken. */
int swima_take_inventory(struct imv *imv, struct swima_session *s, struct swima_peer *p,
			 struct swima_list *l);

/* Takes in an answer to a request for records: reports what they say about identifiers. */
int swima_take_records(struct imv *imv, struct swima_session *s, struct swima_peer *p,
		       struct swima_list *l);

/* Asks this collector for the next records that are wanted, if any. From its handler. */
int swima_ask_records(struct imv *imv, struct swima_session *s, struct swima_peer *p);

/* No records come any more: what is not described is judged by its identifier alone. */
void swima_give_up_records(struct swima_session *s, struct swima_peer *p);

#endif
