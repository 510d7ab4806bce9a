/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/core.h"
#include "posture/state/bitmap.h"
#include "posture/report_item.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define CLOCK_AHEAD (60 * CLOCK_SEC) /* a journal may be ahead of the clock unremarked */

/* The process's one instance, and every instance's references. */
static pthread_mutex_t instance_lock = PTHREAD_MUTEX_INITIALIZER;
static struct posture *instance;

/* --- life -------------------------------------------------------------------------------- */

static void posture_free(struct posture *p)
{
	if (p->repo)
		p->rp->close(p->repo);
	plugin_unload(&p->plugin);
	writer_free(p);
	index_free(&p->ix);
	pthread_cond_destroy(&p->wake);
	pthread_cond_destroy(&p->committed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct posture *posture_new(const struct posture_conf *c)
{
	struct posture *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (index_init(&p->ix) < 0) {
		free(p);
		return NULL;
	}
	p->conf = *c;
	p->refs = 1;
	p->last_job = &p->jobs;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	pthread_cond_init(&p->committed, NULL);
	return p;
}

static int posture_start(struct posture *p, char *err_msg, size_t err_msg_len)
{
	struct repository_state st = { 0 };
	int64_t began = clock_mono_us();
	char last[CLOCK_TEXT];
	int err;

	p->ix.sets_stay = p->rp->abi < (REPOSITORY_ABI_MAJOR << 16 | 2u);
	if ((err = p->rp->open(&p->repo, err_msg, err_msg_len)) < 0 ||
	    (err = index_load(&p->ix, p->rp, p->repo, err_msg, err_msg_len)) < 0 ||
	    (err = p->rp->state(p->repo, &st)) < 0)
		return err;
	p->committed_seq = p->ix.seq;
	p->oldest = st.oldest;
	p->began = began;
	p->heard_until = clock_wall_us();
	if (p->ix.known_at && p->ix.known_at < p->heard_until)
		p->heard_until = p->ix.known_at;
	log_name(&p->log, "repository=%s", p->rp->name);
	if (pthread_create(&p->writer, NULL, writer_main, p) != 0)
		return ST_ENOMEM;
	if (p->ix.known_at > clock_wall_us() + CLOCK_AHEAD) {
		clock_format(p->ix.known_at, last);
		log_error(
			&p->log,
			"the clock is behind the journal, whose last change is of %s: until "
			"then changes get times a microsecond apart, in their order; set the "
			"clock, or see the repository's README about a clock that was wrong",
			last);
	}
	log_info(&p->log,
		 "repository open: where=%s endpoints=%u software=%u seq=%llu ms=%lld",
		 st.where, p->ix.n_endpoints, p->ix.dictionary.n,
		 (unsigned long long)p->ix.seq, (long long)((clock_mono_us() - began) / 1000));
	return 0;
}

/* Takes pl. */
static int open_locked(const struct posture_conf *c, struct plugin *pl,
		       const struct repository_plugin *rp, struct posture **out, char *err_msg,
		       size_t err_msg_len)
{
	struct posture *p = posture_new(c);
	int err;

	if (!p) {
		plugin_unload(pl);
		return ST_ENOMEM;
	}
	p->plugin = *pl;
	p->rp = rp;
	if ((err = posture_start(p, err_msg, err_msg_len)) < 0) {
		posture_free(p);
		return err;
	}
	if (!instance)
		instance = p;
	*out = p;
	return 0;
}

int posture_open_plugin(const struct posture_conf *c, const struct repository_plugin *rp,
			struct posture **p, char *err_msg, size_t err_msg_len)
{
	struct plugin none = { 0 };
	int err;

	*p = NULL;
	*err_msg = '\0';
	pthread_mutex_lock(&instance_lock);
	err = open_locked(c, &none, rp, p, err_msg, err_msg_len);
	pthread_mutex_unlock(&instance_lock);
	return err;
}

static int load_locked(const struct posture_conf *c, struct posture **p, char *err_msg,
		       size_t err_msg_len)
{
	struct plugin pl;
	int err = plugin_load(&pl, c->plugin_dir, c->plugin, err_msg, err_msg_len);

	return err < 0 ? err : open_locked(c, &pl, pl.repository, p, err_msg, err_msg_len);
}

int posture_open(const struct posture_conf *c, struct posture **p, char *err_msg,
		 size_t err_msg_len)
{
	char text[1024] = "";
	int err;

	*p = NULL;
	pthread_mutex_lock(&instance_lock);
	err = load_locked(c, p, text, sizeof(text));
	pthread_mutex_unlock(&instance_lock);
	if (err_msg && err_msg_len)
		(void)snprintf(err_msg, err_msg_len, "%s",
			       err && !*text ? st_strerror(err) : text);
	return err;
}

struct posture *posture_instance(void)
{
	struct posture_conf c;
	char err_msg[1024] = "";
	struct posture *p = NULL;
	int err = 0;

	pthread_mutex_lock(&instance_lock);
	if ((p = instance))
		p->refs++;
	else if ((err = posture_conf_load(&c, err_msg, sizeof(err_msg))) == 0)
		err = load_locked(&c, &p, err_msg, sizeof(err_msg));
	pthread_mutex_unlock(&instance_lock);
	if (err)
		log_warn(NULL, "nothing will be stored: %s",
			 *err_msg ? err_msg : st_strerror(err));
	return p;
}

void posture_hold(struct posture *p)
{
	pthread_mutex_lock(&instance_lock);
	p->refs++;
	pthread_mutex_unlock(&instance_lock);
}

void posture_close(struct posture *p)
{
	bool last;

	if (!p)
		return;
	pthread_mutex_lock(&instance_lock);
	last = --p->refs == 0;
	if (last && instance == p)
		instance = NULL;
	pthread_mutex_unlock(&instance_lock);
	if (!last)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->writer, NULL);
	posture_free(p);
}

/* --- the queue --------------------------------------------------------------------------- */

static struct job *job_new(enum job_kind kind, void (*done)(void *ctx, int err), void *ctx)
{
	struct job *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->kind = kind;
	b->done = done;
	b->ctx = ctx;
	return b;
}

/* A report that is larger than the whole queue passes if there is no other like it, and is not
 * counted: it would wait for an empty queue for ever, and others for it. */
static bool is_full(const struct posture *p, const struct report *r)
{
	const struct posture_stats *s = &p->stats;

	if (s->queued_reports >= p->conf.queue_reports)
		return true;
	if (is_large(p, r))
		return p->large;
	return s->queued_octets > p->conf.queue_octets - r->arena.used;
}

/* True: more than this share of the queue is taken. */
static bool holds_more(const struct posture *p, uint32_t share)
{
	return p->stats.queued_reports > p->conf.queue_reports / share ||
	       p->stats.queued_octets > p->conf.queue_octets / share;
}

void posture_feel(struct posture *p)
{
	bool high = holds_more(p, p->pressed ? 4 : 2);

	if (high == p->pressed)
		return;
	p->pressed = high;
	if (p->pressure)
		p->pressure(p->pressure_ctx, high);
}

void posture_on_pressure(struct posture *p, void (*fn)(void *ctx, bool high), void *ctx)
{
	pthread_mutex_lock(&p->lock);
	p->pressure = fn;
	p->pressure_ctx = ctx;
	if (fn && p->pressed)
		fn(ctx, true);
	pthread_mutex_unlock(&p->lock);
}

static int job_put(struct posture *p, struct job *b)
{
	int err = 0;

	pthread_mutex_lock(&p->lock);
	if (p->closing) {
		err = ST_ECLOSED;
	} else if (b->report && is_full(p, b->report)) {
		p->stats.refused++;
		err = ST_EBUSY;
	} else {
		if (b->report) {
			p->stats.queued_reports++;
			if (is_large(p, b->report))
				p->large = true;
			else
				p->stats.queued_octets += b->report->arena.used;
			posture_feel(p);
		}
		b->number = ++p->submitted;
		*p->last_job = b;
		p->last_job = &b->next;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return err;
}

/* How much work it is to commit it, in events. What an inventory says is mostly known. */
static size_t report_weight(const struct report *r)
{
	size_t n = 1;

	for (const struct report_item *it = r->items; it; it = it->next)
		n += it->kind == ITEM_EVENTS ? it->n_software : 1 + it->n_software / 8;
	return n;
}

int report_submit(struct report *r, void (*done)(void *ctx, int err), void *ctx)
{
	struct job *b = NULL;
	int err = r->err;

	if (!err && !(b = job_new(JOB_REPORT, done, ctx)))
		err = ST_ENOMEM;
	if (!err) {
		b->report = r;
		b->weight = report_weight(r);
		err = job_put(r->posture, b);
	}
	if (err) {
		free(b);
		report_free(r);
	}
	return err;
}

uint64_t posture_mark(struct posture *p)
{
	uint64_t mark;

	pthread_mutex_lock(&p->lock);
	mark = p->submitted;
	pthread_mutex_unlock(&p->lock);
	return mark;
}

int posture_barrier(struct posture *p, const char *key, uint64_t since,
		    void (*done)(void *ctx, int err), void *ctx)
{
	struct job *b = job_new(JOB_BARRIER, done, ctx);
	int err;

	if (!b || (key && !(b->key = strdup(key)))) {
		free(b);
		return ST_ENOMEM;
	}
	b->since = since;
	if ((err = job_put(p, b)) < 0) {
		free(b->key);
		free(b);
	}
	return err;
}

struct call {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	int (*fn)(struct posture *p, void *ctx);
	void *ctx;
	bool done;
	int err;
};

static int call_run(struct posture *p, void *ctx)
{
	struct call *c = ctx;

	return c->fn(p, c->ctx);
}

static void call_done(void *ctx, int err)
{
	struct call *c = ctx;

	pthread_mutex_lock(&c->lock);
	c->err = err;
	c->done = true;
	pthread_cond_signal(&c->cond);
	pthread_mutex_unlock(&c->lock);
}

int posture_call(struct posture *p, int (*fn)(struct posture *p, void *ctx), void *ctx)
{
	struct call c = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, fn, ctx, 0, 0 };
	struct job *b = job_new(JOB_CALL, call_done, &c);
	int err;

	if (!b)
		return ST_ENOMEM;
	b->call = call_run;
	if ((err = job_put(p, b)) < 0) {
		free(b);
		return err;
	}
	pthread_mutex_lock(&c.lock);
	while (!c.done)
		pthread_cond_wait(&c.cond, &c.lock);
	pthread_mutex_unlock(&c.lock);
	return c.err;
}

/* --- small questions --------------------------------------------------------------------- */

int posture_known(struct posture *p, const char *key, struct endpoint_state *state)
{
	const struct endpoint *e;

	*state = (struct endpoint_state){ 0 };
	index_read_lock(p);
	if ((e = index_endpoint_by_key(&p->ix, span_str(key)))) {
		state->id = e->id;
		state->has_inventory = e->set != NULL;
		state->epoch = e->epoch;
		state->contiguous_eid = e->ledger.contiguous;
		state->highest_eid = e->ledger.highest;
		state->has_gap = ledger_has_gap(&e->ledger);
		state->incomplete = endpoint_has_fact(e, span_str(FACT_INCOMPLETE), NULL);
		state->followed = e->ledger.followed;
		state->inventory_at = e->ledger.inventory_at;
		state->software_count = endpoint_software_count(e);
		state->complete_through = e->complete_through;
		state->last_contact = e->last_contact;
	}
	index_unlock(p);
	return e ? 0 : ST_ENOENT;
}

static int digest_locked(const struct posture *p, const struct endpoint *e, uint8_t *digest)
{
	const struct dictionary_entry **entries;
	struct ids ids = { 0 };
	int err = endpoint_software(e, &ids);

	if (!err && !(entries = calloc(ids.n + 1, sizeof(*entries))))
		err = ST_ENOMEM;
	if (!err) {
		for (size_t i = 0; i < ids.n; i++)
			entries[i] = dictionary_get(&p->ix.dictionary, ids.v[i]);
		err = set_digest(entries, ids.n, digest);
		free(entries);
	}
	ids_free(&ids);
	return err;
}

int posture_digest(struct posture *p, const char *key, uint8_t digest[POSTURE_DIGEST])
{
	const struct endpoint *e;
	int err = ST_ENOENT;

	index_read_lock(p);
	if ((e = index_endpoint_by_key(&p->ix, span_str(key))) && e->set) {
		if (e->n_added + e->n_removed == 0) {
			memcpy(digest, e->set->digest, POSTURE_DIGEST);
			err = 0;
		} else {
			err = digest_locked(p, e, digest);
		}
	}
	index_unlock(p);
	return err;
}

bool posture_described(struct posture *p, struct span identifier)
{
	const struct dictionary_entry *e;
	bool known;

	index_read_lock(p);
	e = dictionary_find(&p->ix.dictionary, identifier);
	known = e && e->d.text[DESC_NAME];
	index_unlock(p);
	return known;
}

int posture_check(struct posture *p, char *err_msg, size_t err_msg_len)
{
	return p->rp->check(p->repo, err_msg, err_msg_len);
}

static int prune_call(struct posture *p, void *ctx)
{
	int64_t before = *(const int64_t *)ctx;
	uint64_t seq;
	int err = p->rp->seq_at(p->repo, before, &seq);

	if (err < 0 || !seq)
		return err;
	if ((err = p->rp->prune(p->repo, seq + 1, before)) == 0) {
		p->oldest = before;
		p->ix.first_seq = seq + 1;
		err = index_find_idle(&p->ix);
	}
	return err;
}

int posture_prune(struct posture *p, int64_t before)
{
	return posture_call(p, prune_call, &before);
}

void posture_stats(struct posture *p, struct posture_stats *s)
{
	struct repository_state st = { 0 };

	pthread_mutex_lock(&p->lock);
	*s = p->stats;
	pthread_mutex_unlock(&p->lock);
	index_read_lock(p);
	s->seq = p->ix.seq;
	s->endpoints = p->ix.n_endpoints - p->ix.forgotten.n;
	s->software = p->ix.dictionary.n;
	s->sets = p->ix.sets.n - p->ix.sets.dropped;
	index_unlock(p);
	posture_memory(p, &s->parts);
	s->memory = s->parts.dictionary + s->parts.sets + s->parts.bitmaps +
		    s->parts.endpoints + s->parts.texts;
	s->oldest = p->oldest;
	(void)snprintf(s->plugin, sizeof(s->plugin), "%s", p->rp->name);
	if (p->rp->state(p->repo, &st) == 0)
		(void)snprintf(s->repository, sizeof(s->repository), "%s", st.where);
}
