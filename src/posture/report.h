/* SPDX-License-Identifier: BSD-2-Clause */
/* A report: what a validator or a host reports about one endpoint.
 *
 *   - A report is queued and committed as a whole; reports of one endpoint in the order of
 *     submission.
 *   - The commit compares it with what is known and journals only differences.
 *   - Everything is copied. A report is used by one thread at a time, any thread.
 *   - The report_... functions return 0 or the first error of the report (ST_ENOMEM,
 *     ST_ELIMIT). The error is kept and returned by report_submit: it suffices to check there.
 *   - In texts, octets that are not UTF-8 and NULs become U+FFFD. Identifiers have to be UTF-8
 *     without NUL (RFC 8412, 3.4.1). */
#ifndef STANCE_POSTURE_REPORT_H
#define STANCE_POSTURE_REPORT_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

struct identity;
struct posture;
struct report;

/* Numbers of PB-Assessment-Result (RFC 5793, 4.8) and Assessment Result (RFC 5792, 4.2.9). */
enum verdict {
	VERDICT_COMPLIANT = 0,
	VERDICT_MINOR = 1,
	VERDICT_MAJOR = 2,
	VERDICT_ERROR = 3,
	VERDICT_UNKNOWN = 4,
	VERDICT_N
};

/* Numbers of PB-Access-Recommendation (RFC 5793, 4.7); 0: none was given. */
enum access {
	ACCESS_NONE = 0,
	ACCESS_ALLOWED = 1,
	ACCESS_DENIED = 2,
	ACCESS_QUARANTINED = 3,
	ACCESS_N
};

const char *verdict_name(enum verdict v); /* "compliant" ..., never NULL */
const char *access_name(enum access a);   /* "none", "allowed", ..., never NULL */

/* The fact shown as the platform of an endpoint, for example "Debian GNU/Linux 12 (bookworm)
 * x86_64". */
#define FACT_PLATFORM "os.platform"

/* The fact with the reason why the last inventory of an endpoint is incomplete. Posture sets
 * and removes it; while it is set, complete_through does not advance. */
#define FACT_INCOMPLETE "inventory.incomplete"

#define REPORT_TEXT_MAX 65535 /* octets of one text; longer ones are cut */

/* Limits of one report; beyond them it fails with ST_ELIMIT and nothing of it is stored. */
#define REPORT_ITEMS_MAX 8192 /* facts, results, notices, answers with events */
#define REPORT_OCTETS_MAX ((size_t)256 * 1024 * 1024)

/* The ledger position of an inventory (RFC 8412, 3.7). */
struct inventory_head {
	uint32_t epoch, last_eid;
	int64_t collected_at; /* endpoint's clock, microseconds; 0: unknown */
};

/* An answer with events (RFC 8412, 3.7): all events of one epoch from first_eid to
 * last_consulted. */
struct events_head {
	uint32_t epoch;
	uint32_t first_eid;      /* Earliest EID of the request */
	uint32_t last_consulted; /* less than first_eid: the answer is empty */
	uint32_t last_eid;       /* newest event of the endpoint's ledger */
	int64_t collected_at;    /* endpoint's clock, microseconds; 0: unknown */
};

/* Numbers of RFC 8412, 5.8. */
enum event_action { EVENT_CREATED = 1, EVENT_DELETED = 2, EVENT_ALTERED = 3 };

/* A software identifier on an endpoint, with its description. Only the identifier is required;
 * an empty field leaves what is known unchanged. */
struct software {
	struct span identifier;
	uint32_t model_pen; /* data model of the record (RFC 8412, 4.3) */
	uint8_t model;
	uint8_t source;     /* source identification number on that endpoint */
	uint32_t record_id; /* on that endpoint; 0: unknown */
	struct span locator;
	/* The description, shared by all endpoints with this identifier (report_describe). */
	struct span name, version, arch;
	struct span type; /* package type as in package URLs: "deb", "rpm", "pypi", ... */
	struct span source_name, source_version; /* package it was built from */
	struct span purl, supplier;
};

struct event {
	uint32_t eid;
	int64_t happened_at; /* endpoint's clock, microseconds; 0: unknown */
	enum event_action
		action; /* other numbers: the event counts as known and changes nothing */
	struct software software;
};

/* A new report about the endpoint `who` (copied). NULL: out of memory. Caller: report_submit,
 * or report_free to drop it. Borrows p until then. */
struct report *report_new(struct posture *p, const struct identity *who);
void report_free(struct report *r);

/* The fact has this value now. An empty value is a value. */
int report_fact(struct report *r, const char *name, struct span value);

/* Removes facts whose name begins with prefix and which this report did not set. */
int report_facts_end(struct report *r, const char *prefix);

/* A whole inventory: head, each installed software, end. Without the end nothing of it is
 * used.
 *
 *   - An identifier that occurs n times is installed in n instances.
 *   - An identifier that is empty, contains a NUL or is not UTF-8 is refused with ST_EVALUE.
 *     The report stays usable, the rest is stored, and FACT_INCOMPLETE is set until an
 *     inventory is complete.
 *   - The inventory is the state after last_eid, whatever events reported. Differences become
 *     changes.
 *   - If it contradicts events that were followed without a gap up to last_eid, a notice
 *     "swima.disagreement" has the counts. */
int report_inventory(struct report *r, const struct inventory_head *head);
int report_software(struct report *r, const struct software *s);
int report_inventory_end(struct report *r);

/* The open inventory may lack installed software, for the reason err_msg (text for people).
 * Software that is not in it does not count as removed, and FACT_INCOMPLETE is set until an
 * inventory is complete. */
int report_inventory_lacks(struct report *r, const char *err_msg);

/* Events: head, each event in any order, end. Without the end nothing of it is used.
 *
 *   - Each event is applied once; events with a committed EID change nothing.
 *   - An EID between first_eid and last_consulted without an event is missing: a gap until it
 *     arrives or an inventory does. Events after a gap are applied at once.
 *   - All events of one EID are in one answer.
 *   - An endpoint has at most EVENTS_GAPS_MAX gaps; beyond them the newest events are dropped.
 *   - Nothing is used if the endpoint has no inventory, or one of another epoch: request an
 *     inventory (posture_known).
 *   - complete_through advances when no gap is left, last_consulted is last_eid, and the
 *     endpoint never reported a greater EID in this epoch.
 *   - report_event refuses identifiers as report_software does. The EID counts as arrived, and
 *     FACT_INCOMPLETE is set. */
#define EVENTS_GAPS_MAX 16
int report_events(struct report *r, const struct events_head *head);
int report_event(struct report *r, const struct event *ev);
int report_events_end(struct report *r);

/* Describes an identifier: name, version, supplier and so on. Refuses identifiers as
 * report_software does.
 *
 * All endpoints with the identifier share its description. So these rules hold for it, as for
 * descriptions in inventories and events:
 *
 *   - It counts only if this endpoint has the software after this report. Filling in unknown
 *     fields is also allowed for software that this report removes.
 *   - It fills in unknown fields.
 *   - It replaces known fields only while no other endpoint has the software. Otherwise the
 *     whole description is dropped, and a notice "software.description" has the known and the
 *     reported one (once for each identifier, limited for each report and day). */
int report_describe(struct report *r, const struct software *s);

/* The verdict of a rule ("os.min_version": name of the validator, dot, name of the rule) and
 * its reason, for people. Journalled when verdict or reason changes. */
int report_result(struct report *r, const char *rule, enum verdict v, struct span reason);

/* Removes results whose rule begins with prefix and which this report did not set. */
int report_results_end(struct report *r, const char *prefix);

/* The overall result of an assessment; sets the last contact of the endpoint. Always
 * journalled. */
int report_assessment(struct report *r, enum verdict v, enum access a);

/* A line for people in the history of the endpoint: a contradiction, a ledger that went back.
 * subject: a short word with a dot; text: a sentence. */
int report_notice(struct report *r, const char *subject, struct span text);

/* The endpoint leaves the present, whatever else r contains. by: the author. Without effect if
 * it is not there. A later report with its identity creates a new endpoint. */
int report_forget(struct report *r, const char *by);

/* Submits r and takes ownership of it.
 *
 *	0           queued: done (may be NULL) is called once, on the writer thread, with 0 when the report
 *	            is durable, or else its error. done is brief and does not call posture_close.
 *	ST_EBUSY    the queue is full; r is freed, done is not called
 *	ST_ECLOSED  posture is closing; likewise
 *	other       the error of the report; likewise */
int report_submit(struct report *r, void (*done)(void *ctx, int err), void *ctx);

ST_API_END

#endif
