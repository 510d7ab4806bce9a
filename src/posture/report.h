/* SPDX-License-Identifier: BSD-2-Clause */
/* A report: what a validator (or a host) has learnt about one endpoint. It is queued as a
 * whole and committed as a whole, and the reports of one endpoint are committed in the order
 * in which they were submitted. The core compares it with what is known and journals only
 * what changed.
 *
 * Any thread; one report belongs to one thread at a time. Everything is copied. The report_...
 * functions return 0 or the report's first error (ST_ENOMEM, ST_ELIMIT), which sticks and
 * comes back from report_submit, so a caller may ask once, at the end.
 *
 * Text comes from endpoints: octets that are not UTF-8 and NULs are replaced by U+FFFD in
 * every text except identifiers, which must be UTF-8 without NUL (RFC 8412, 3.4.1). */
#ifndef STANCE_POSTURE_REPORT_H
#define STANCE_POSTURE_REPORT_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

struct identity;
struct posture;
struct report;

/* As in PB-Assessment-Result (RFC 5793, 4.8); RFC 5792, 4.2.9 has the same numbers. */
enum verdict {
	VERDICT_COMPLIANT = 0,
	VERDICT_MINOR = 1,
	VERDICT_MAJOR = 2,
	VERDICT_ERROR = 3,
	VERDICT_UNKNOWN = 4,
	VERDICT_N
};

/* As in PB-Access-Recommendation (RFC 5793, 4.7); 0 where none was given. */
enum access {
	ACCESS_NONE = 0,
	ACCESS_ALLOWED = 1,
	ACCESS_DENIED = 2,
	ACCESS_QUARANTINED = 3,
	ACCESS_N
};

const char *verdict_name(enum verdict v); /* "compliant" ..., never NULL */
const char *access_name(enum access a);   /* "none", "allowed", ..., never NULL */

/* The fact that lists show as an endpoint's platform, for example
 * "Debian GNU/Linux 12 (bookworm) x86_64". */
#define FACT_PLATFORM "os.platform"

/* The fact that says why an endpoint's software is not completely known, although it has told
 * of it. The posture sets it and takes it away; while it is there complete_through stays. */
#define FACT_INCOMPLETE "inventory.incomplete"

#define REPORT_TEXT_MAX 65535 /* octets of one text; longer ones are cut */

/* What one report may hold; beyond it fails with ST_ELIMIT and nothing of it is stored. */
#define REPORT_ITEMS_MAX 8192 /* facts, results, notices and answers about events */
#define REPORT_OCTETS_MAX ((size_t)256 * 1024 * 1024)

/* Where an inventory comes from (RFC 8412, 3.7). */
struct inventory_head {
	uint32_t epoch, last_eid;
	int64_t collected_at; /* endpoint's clock, microseconds; 0: not told */
};

/* One answer about events (RFC 8412, 3.7): what happened from first_eid on up to last_consulted,
 * all of it, in one epoch. */
struct events_head {
	uint32_t epoch;
	uint32_t first_eid;      /* what was asked: the earliest event it may hold */
	uint32_t last_consulted; /* first_eid - 1 or less: it holds nothing */
	uint32_t last_eid;       /* the newest event that the endpoint had */
	int64_t collected_at;    /* endpoint's clock, microseconds; 0: not told */
};

/* The numbers of RFC 8412, 5.8. */
enum event_action { EVENT_CREATED = 1, EVENT_DELETED = 2, EVENT_ALTERED = 3 };

/* One software identifier as an endpoint has it, with what is known about it. Only the
 * identifier is required. Fields that are empty leave what is known already as it is. */
struct software {
	struct span identifier;
	uint32_t model_pen; /* data model of the record (RFC 8412, 4.3) */
	uint8_t model;
	uint8_t source;     /* source identification number on that endpoint */
	uint32_t record_id; /* on that endpoint; 0: not told */
	struct span locator;
	/* The description: the same wherever this identifier is installed; see report_describe. */
	struct span name, version, arch;
	struct span type; /* purl's word for the kind of package: "deb", "rpm", "pypi" ... */
	struct span source_name, source_version; /* package it was built from */
	struct span purl, supplier;
};

struct event {
	uint32_t eid;
	int64_t happened_at;      /* endpoint's clock, microseconds; 0: not told */
	enum event_action action; /* another number: the event is known, and changes nothing */
	struct software software;
};

/* An empty report about who (copied), or NULL when out of memory. Caller: report_submit, or
 * report_free when nothing shall come of it. Borrows p until then. */
struct report *report_new(struct posture *p, const struct identity *who);
void report_free(struct report *r);

/* The fact called name is now value. An empty value is a value. */
int report_fact(struct report *r, const char *name, struct span value);

/* Facts whose name begins with prefix and which this report has not named are gone. */
int report_facts_end(struct report *r, const char *prefix);

/* A whole inventory: the head, each installed software, the end. Without the end nothing of it
 * is used. An identifier that comes several times is installed in so many instances. Refuses
 * an identifier that is empty, holds a NUL or is not UTF-8 with ST_EVALUE (and stays usable:
 * this is the endpoint's mistake); the rest is stored, and FACT_INCOMPLETE set until an
 * inventory comes of which nothing is refused.
 *
 * It is the state after its last_eid, whatever events have said: a difference becomes changes.
 * When it contradicts events that were followed without a gap up to this last_eid, a notice
 * "swima.disagreement" says by how much. */
int report_inventory(struct report *r, const struct inventory_head *head);
int report_software(struct report *r, const struct software *s);
int report_inventory_end(struct report *r);

/* The open inventory may lack software that is there, because somebody who should have told of
 * it has not: why, for people. What it lacks is not taken for removed, and FACT_INCOMPLETE is
 * set until an inventory comes that lacks nothing. */
int report_inventory_lacks(struct report *r, const char *err_msg);

/* Events: the head, each event in any order, the end. Without the end nothing of it is used.
 * Each (EID, record, action, identifier) is applied once, whoever repeats it: EIDs that were
 * committed before change nothing. EIDs between first_eid and last_consulted that no event of
 * this answer has are missing: they stay a gap until they come, or until an inventory does.
 * Several events of one EID have to be in one answer. What is beyond a gap is applied at once;
 * an endpoint's gaps are counted, and beyond EVENTS_GAPS_MAX the newest events are left out, as
 * if they had not come.
 *
 * Nothing at all is used when the endpoint has no inventory yet or the epoch is not that of the
 * inventory: ask for an inventory then (posture_known says). complete_through moves when no
 * gap is left and last_consulted is last_eid, and this the newest EID the endpoint has ever
 * told of in this epoch.
 *
 * report_event refuses an identifier like report_software; the event's EID counts as come, and
 * FACT_INCOMPLETE is set. */
#define EVENTS_GAPS_MAX 16
int report_events(struct report *r, const struct events_head *head);
int report_event(struct report *r, const struct event *ev);
int report_events_end(struct report *r);

/* What an identifier means, whoever has it installed: name, version and the rest of the
 * description. Refuses like report_software.
 *
 * All endpoints share it, so it counts, like a description in an inventory or an event, only when
 * this endpoint has the software after this report. It fills in what nobody has said yet (that
 * of software which this very report removes may, too). What differs from what is known
 * replaces it only while no other endpoint has the software. Otherwise all of this description is
 * left out, and a notice "software.description" says what was known and what was told: once
 * an identifier, a few in a report, some in a day. */
int report_describe(struct report *r, const struct software *s);

/* Rule (the validator's name, a dot, the rule's: "os.min_version") came to v for this
 * endpoint, with a reason for people. Journalled when verdict or reason change. */
int report_result(struct report *r, const char *rule, enum verdict v, struct span reason);

/* Rules that begin with prefix and that this report has not named apply no longer. */
int report_results_end(struct report *r, const char *prefix);

/* The overall result of one assessment; moves the endpoint's last contact. Always journalled.
 */
int report_assessment(struct report *r, enum verdict v, enum access a);

/* Something a person should see in the endpoint's history: two pictures that disagree, a
 * ledger that went backwards. subject is a short dotted word, text a sentence. */
int report_notice(struct report *r, const char *subject, struct span text);

/* The endpoint is no more: it leaves the present, whatever else r says. by: whose wish it is.
 * Nothing happens when it is not there. What comes with its identity later is a new endpoint. */
int report_forget(struct report *r, const char *by);

/* Gives r to the writer. 0: taken, and done (may be NULL) will be called once, on posture's
 * writer thread, with 0 when the report is durable or else the reason: be brief there, and do
 * not call posture_close from it. Otherwise r is freed and done is not called: ST_EBUSY (the
 * queue is full: try again later, or give up the session), ST_ECLOSED, or the report's own
 * error. */
int report_submit(struct report *r, void (*done)(void *ctx, int err), void *ctx);

ST_API_END

#endif
