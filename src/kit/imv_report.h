/* SPDX-License-Identifier: BSD-2-Clause */
/* What a validator reports about an endpoint, and what is known of it.
 *
 * A report is copied and submitted as a whole, at the latest before the recommendation. In a
 * host without posture, and for an endpoint without an identity, reporting functions do
 * nothing and return 0. */
#ifndef STANCE_KIT_IMV_REPORT_H
#define STANCE_KIT_IMV_REPORT_H

#include "base/api.h"
#include "base/span.h"
#include "posture/identity.h"
#include "posture/posture.h"
#include "posture/report.h"

ST_LOCAL_BEGIN

struct imv;

/* The process's posture, and the identity of the endpoint; NULL: none. */
struct posture *imv_posture(const struct imv *imv);
const struct identity *imv_identity(struct imv *imv);

/* Fact `name` ("os.version") has this value now. */
int imv_fact(struct imv *imv, const char *name, struct span value);

/* The result of one rule of the policy ("os.forwarding"). reason: text for people; may be
 * empty. */
int imv_result(struct imv *imv, const char *rule, enum verdict v, struct span reason);

/* The report under construction, for everything else that posture/report.h offers
 * (inventories, events, descriptions). NULL when nothing is stored. The kit submits it. */
struct report *imv_report(struct imv *imv);

/* Submits the report now; the next call begins a new one. For validators that report more than
 * one state in an assessment. ST_EBUSY: the posture is overloaded, the report is lost, and the
 * kit gives no recommendation in this assessment. */
int imv_submit(struct imv *imv);

/* The endpoint's state as far as it is committed (posture_known). ST_ENOENT: unknown endpoint,
 * or nothing is stored. */
int imv_known(struct imv *imv, struct endpoint_state *state);

/* The committed value of a fact, cut to cap - 1 octets and NUL-terminated. ST_ENOENT: no such
 * fact. Reads all facts of the endpoint: call it once for a connection, not for each
 * message. */
int imv_known_fact(struct imv *imv, const char *name, char *value, size_t cap);

ST_LOCAL_END

#endif
