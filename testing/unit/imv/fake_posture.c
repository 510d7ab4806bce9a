/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memmem */
#include "unit.h"

#include "fake_posture.h"

#include "base/err.h"
#include "base/wr.h"
#include "posture/identity.h"
#include "posture/query.h"

#include <stdio.h>

struct report {
	struct wr w, described;
	char who[256];
};

bool fake_present;
struct endpoint_state fake_state;
struct fact_row fake_fact;
const struct software_row *fake_rows;
size_t fake_n_rows;
int fake_state_err = ST_ENOENT;
char *fake_log;

static struct wr log_w;       /* submitted lines */
static struct wr described_w; /* "\nidentifier\n" */

void fake_forget(void)
{
	wr_reset(&log_w);
	wr_reset(&described_w);
	free(fake_log);
	fake_log = strdup("");
}

static void show(void)
{
	free(fake_log);
	fake_log = strndup((char *)log_w.p, log_w.len);
	assert_non_null(fake_log);
}

bool fake_has(const char *line)
{
	size_t n = strlen(line);

	for (const char *p = fake_log; p && (p = strstr(p, line)); p++)
		if ((p == fake_log || p[-1] == '\n') && p[n] == '\n')
			return true;
	return false;
}

size_t fake_count(const char *prefix)
{
	size_t n = 0;

	for (const char *p = fake_log; p && (p = strstr(p, prefix)); p++)
		n += p == fake_log || p[-1] == '\n';
	return n;
}

static void put(struct report *r, const char *word, struct span s)
{
	if (word)
		wr_str(&r->w, word);
	wr_u8(&r->w, ' ');
	wr_bytes(&r->w, s);
}

static void end(struct report *r)
{
	wr_u8(&r->w, '\n');
}

/* Stands for an opaque posture: only its address counts. */
struct posture *posture_instance(void)
{
	return fake_present ? (struct posture *)&log_w : NULL;
}

void posture_close(struct posture *p)
{
	(void)p;
}

int posture_known(struct posture *p, const char *key, struct endpoint_state *state)
{
	(void)p;
	(void)key;
	*state = fake_state_err ? (struct endpoint_state){ 0 } : fake_state;
	return fake_state_err;
}

bool posture_described(struct posture *p, struct span identifier)
{
	struct wr line = { 0 };
	bool found;

	(void)p;
	wr_u8(&line, '\n');
	wr_bytes(&line, identifier);
	wr_u8(&line, '\n');
	found = described_w.len && memmem(described_w.p, described_w.len, line.p, line.len);
	wr_reset(&line);
	return found;
}

/* What was said of an identifier comes back as its name. */
int query_inventory(struct posture *p, struct when when, uint32_t endpoint,
		    int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	int err = 0;

	(void)p;
	assert_int_equal(when.as_of, 0);
	assert_int_equal(when.known_at, 0);
	assert_int_equal(endpoint, fake_state.id);
	for (size_t i = 0; i < fake_n_rows && !err; i++)
		err = fn(ctx, &fake_rows[i]);
	return err;
}

int query_facts(struct posture *p, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx)
{
	(void)p;
	(void)when;
	(void)endpoint;
	return fake_fact.name.n ? fn(ctx, &fake_fact) : 0;
}

int query_identifier(struct posture *p, struct span identifier,
		     int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct software_row row = { .identifier = identifier, .version = SPAN_LIT("known") };
	const char *line = strstr(fake_log, "describe ");

	while (line && memcmp(line + 9, identifier.p, identifier.n) != 0)
		line = strstr(line + 1, "describe ");
	if (!line || !posture_described(p, identifier))
		return ST_ENOENT;
	row.name =
		span_of(line + 9 + identifier.n + 1, strcspn(line + 10 + identifier.n, " "));
	return fn(ctx, &row);
}

struct report *report_new(struct posture *p, const struct identity *who)
{
	struct report *r = calloc(1, sizeof(*r));

	assert_non_null(p);
	assert_non_null(r);
	snprintf(r->who, sizeof(r->who), "%s", who->name);
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	wr_reset(&r->w);
	wr_reset(&r->described);
	free(r);
}

int report_fact(struct report *r, const char *name, struct span value)
{
	put(r, "fact", span_str(name));
	put(r, NULL, value);
	end(r);
	return 0;
}

int report_inventory(struct report *r, const struct inventory_head *head)
{
	char line[64];

	snprintf(line, sizeof(line), "inventory %08x %u", head->epoch, head->last_eid);
	wr_str(&r->w, line);
	end(r);
	return 0;
}

static bool identifier_ok(struct span id)
{
	return id.n && !span_has_nul(id) && id.p[0] != 0xff;
}

int report_software(struct report *r, const struct software *s)
{
	char tail[64];

	if (!identifier_ok(s->identifier))
		return ST_EVALUE;
	put(r, "software", s->identifier);
	snprintf(tail, sizeof(tail), " %u/%u %u #%u", s->model_pen, s->model, s->source,
		 s->record_id);
	wr_str(&r->w, tail);
	end(r);
	return 0;
}

int report_inventory_lacks(struct report *r, const char *err_msg)
{
	put(r, "inventory lacks", span_str(err_msg));
	end(r);
	return 0;
}

int report_inventory_end(struct report *r)
{
	wr_str(&r->w, "inventory end");
	end(r);
	return 0;
}

int report_events(struct report *r, const struct events_head *h)
{
	char line[96];

	snprintf(line, sizeof(line), "events %08x %u-%u/%u", h->epoch, h->first_eid,
		 h->last_consulted, h->last_eid);
	wr_str(&r->w, line);
	end(r);
	return 0;
}

int report_event(struct report *r, const struct event *ev)
{
	char line[96];

	if (!identifier_ok(ev->software.identifier))
		return ST_EVALUE;
	snprintf(line, sizeof(line), "event %u %c", ev->eid,
		 ev->action == EVENT_CREATED   ? '+'
		 : ev->action == EVENT_DELETED ? '-'
		 : ev->action == EVENT_ALTERED ? '~'
					       : '?');
	put(r, line, ev->software.identifier);
	end(r);
	return 0;
}

int report_events_end(struct report *r)
{
	wr_str(&r->w, "events end");
	end(r);
	return 0;
}

int report_describe(struct report *r, const struct software *s)
{
	put(r, "describe", s->identifier);
	put(r, NULL, s->name);
	put(r, NULL, s->version);
	put(r, NULL, s->arch);
	put(r, NULL, s->type);
	put(r, NULL, s->source_name);
	put(r, NULL, s->source_version);
	end(r);
	wr_u8(&r->described, '\n');
	wr_bytes(&r->described, s->identifier);
	wr_u8(&r->described, '\n');
	return 0;
}

int report_result(struct report *r, const char *rule, enum verdict v, struct span reason)
{
	char word[16];

	snprintf(word, sizeof(word), " %d", (int)v);
	put(r, "result", span_str(rule));
	wr_str(&r->w, word);
	put(r, NULL, reason);
	end(r);
	return 0;
}

int report_facts_end(struct report *r, const char *prefix)
{
	put(r, "facts end", span_str(prefix));
	end(r);
	return 0;
}

int report_results_end(struct report *r, const char *prefix)
{
	put(r, "results end", span_str(prefix));
	end(r);
	return 0;
}

int report_notice(struct report *r, const char *subject, struct span text)
{
	put(r, "notice", span_str(subject));
	put(r, NULL, text);
	end(r);
	return 0;
}

int report_submit(struct report *r, void (*done)(void *ctx, int err), void *ctx)
{
	assert_null(done);
	(void)ctx;
	wr_bytes(&log_w, wr_span(&r->w));
	wr_str(&log_w, "submit ");
	wr_str(&log_w, r->who);
	wr_u8(&log_w, '\n');
	wr_bytes(&described_w, wr_span(&r->described));
	report_free(r);
	show();
	return 0;
}
