/* SPDX-License-Identifier: BSD-2-Clause */
/* The content of a report between report_new and the writer. Inside posture only. */
#ifndef STANCE_POSTURE_REPORT_ITEM_H
#define STANCE_POSTURE_REPORT_ITEM_H

#include "base/arena.h"
#include "posture/report.h"

enum item_kind {
	ITEM_FACT,        /* name, text */
	ITEM_FACTS_END,   /* name: the prefix */
	ITEM_INVENTORY,   /* head, software */
	ITEM_EVENTS,      /* events_head, software */
	ITEM_DESCRIBE,    /* software: one, described */
	ITEM_RESULT,      /* name, number, text */
	ITEM_RESULTS_END, /* name: the prefix */
	ITEM_ASSESSMENT,  /* number: change_pack */
	ITEM_NOTICE,      /* name, text */
	ITEM_FORGET       /* name: who requested it; other items of the report are ignored */
};

struct item_software {
	struct item_software *next;
	struct span identifier, locator;
	uint32_t record_id;
	const struct software *description; /* NULL: only the identifier was reported */

	/* For events only. A refused identifier is empty. */
	uint32_t eid;
	enum event_action action;
	int64_t happened_at;
};

struct report_item {
	struct report_item *next;
	enum item_kind kind;
	int64_t number;
	struct span name, text;
	struct inventory_head head;
	int64_t heard_at; /* time when report_inventory or report_events was called */
	struct events_head events;
	struct item_software *software, **last_software;
	size_t n_software;
	size_t refused;    /* identifiers */
	struct span lacks; /* reason why the inventory may be incomplete; empty: complete */
};

struct report {
	struct posture *posture;
	struct arena arena;
	int err;
	struct span key, name;
	struct report_item *items, **last;
	size_t n_items;                  /* without inventories and descriptions */
	struct report_item *open;        /* inventory without its end yet */
	struct report_item *open_events; /* events without their end yet */
};

#endif
