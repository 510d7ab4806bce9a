/* What a report holds between report_new and the writer. Inside posture only. */
#ifndef STANCE_POSTURE_REPORT_ITEM_H
#define STANCE_POSTURE_REPORT_ITEM_H

#include "base/arena.h"
#include "posture/report.h"

enum item_kind {
	ITEM_FACT,        /* name, text */
	ITEM_FACTS_END,   /* name: the prefix */
	ITEM_INVENTORY,   /* head, software */
	ITEM_DESCRIBE,    /* software: one, described */
	ITEM_RESULT,      /* name, number, text */
	ITEM_RESULTS_END, /* name: the prefix */
	ITEM_ASSESSMENT,  /* number: change_pack */
	ITEM_NOTICE       /* name, text */
};

struct item_software {
	struct item_software *next;
	struct span identifier, locator;
	uint32_t record_id;
	const struct software *description; /* NULL: the identifier is all there is */
};

struct report_item {
	struct report_item *next;
	enum item_kind kind;
	int64_t number;
	struct span name, text;
	struct inventory_head head;
	int64_t heard_at; /* when its inventory began */
	struct item_software *software, **last_software;
	size_t n_software;
};

struct report {
	struct posture *posture;
	struct arena arena;
	int err;
	struct span key, name;
	struct report_item *items, **last;
	size_t n_items; /* of those that item_add makes */
	struct report_item *open; /* inventory without its end yet */
};

#endif
