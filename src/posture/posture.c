/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/core.h"
#include "posture/commit/queue.h"
#include "posture/commit/retention.h"
#include "posture/commit/writer.h"
#include "posture/state/index_load.h"
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
	if (p->read.repo)
		p->read.rp->close(p->read.repo);
	plugin_unload(&p->plugin);
	writer_free(p);
	index_free(&p->read.ix);
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
	if (index_init(&p->read.ix) < 0) {
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

	p->read.ix.sets_stay = p->read.rp->abi < (REPOSITORY_ABI_MAJOR << 16 | 2u);
	if ((err = p->read.rp->open(&p->read.repo, err_msg, err_msg_len)) < 0 ||
	    (err = index_load(&p->read.ix, p->read.rp, p->read.repo, err_msg, err_msg_len)) <
		    0 ||
	    (err = p->read.rp->state(p->read.repo, &st)) < 0)
		return err;
	p->committed_seq = p->read.ix.seq;
	p->read.oldest = st.oldest;
	p->began = began;
	p->listening_since = clock_wall_us();
	if (p->read.ix.known_at && p->read.ix.known_at < p->listening_since)
		p->listening_since = p->read.ix.known_at;
	log_name(&p->log, "repository=%s", p->read.rp->name);
	if (pthread_create(&p->writer, NULL, writer_main, p) != 0)
		return ST_ENOMEM;
	if (p->read.ix.known_at > clock_wall_us() + CLOCK_AHEAD) {
		clock_format(p->read.ix.known_at, last);
		log_error(
			&p->log,
			"the clock is behind the journal, whose last change is of %s: until "
			"then changes get times a microsecond apart, in their order; set the "
			"clock, or see the repository's README about a clock that was wrong",
			last);
	}
	log_info(&p->log,
		 "repository open: where=%s endpoints=%u software=%u seq=%llu ms=%lld",
		 st.where, p->read.ix.n_endpoints, p->read.ix.dictionary.n,
		 (unsigned long long)p->read.ix.seq,
		 (long long)((clock_mono_us() - began) / 1000));
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
	p->read.rp = rp;
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

/* --- reports and their writer ------------------------------------------------------------- */

void posture_on_pressure(struct posture *p, void (*fn)(void *ctx, bool high), void *ctx)
{
	pthread_mutex_lock(&p->lock);
	p->on_pressure = fn;
	p->pressure_ctx = ctx;
	if (fn && p->under_pressure)
		fn(ctx, true);
	pthread_mutex_unlock(&p->lock);
}

void posture_on_absence(struct posture *p, const struct posture_absence *ops, void *ctx)
{
	pthread_mutex_lock(&p->lock);
	p->absence = ops;
	p->absence_ctx = ctx;
	pthread_mutex_unlock(&p->lock);
}

uint64_t posture_mark(struct posture *p)
{
	return queue_mark(p);
}

int posture_barrier(struct posture *p, const char *key, uint64_t since,
		    void (*done)(void *ctx, int err), void *ctx)
{
	return queue_barrier(p, key, since, done, ctx);
}

int posture_forget(struct posture *p, const char *key, const char *by)
{
	return retention_forget(p, key, by);
}

/* --- small questions --------------------------------------------------------------------- */

int posture_known(struct posture *p, const char *key, struct endpoint_state *state)
{
	const struct endpoint *e;

	*state = (struct endpoint_state){ 0 };
	index_read_lock(&p->read);
	if ((e = index_endpoint_by_key(&p->read.ix, span_str(key)))) {
		state->id = e->id;
		state->has_inventory = e->set != NULL;
		state->epoch = e->epoch;
		state->contiguous_eid = e->ledger.contiguous;
		state->highest_eid = e->ledger.highest;
		state->has_gap = event_coverage_has_gap(&e->ledger);
		state->incomplete = endpoint_has_fact(e, span_str(FACT_INCOMPLETE), NULL);
		state->followed = e->ledger.followed;
		state->inventory_at = e->ledger.inventory_at;
		state->software_count = endpoint_software_count(e);
		state->complete_through = e->complete_through;
		state->last_contact = e->last_contact;
	}
	index_unlock(&p->read);
	return e ? 0 : ST_ENOENT;
}

static int digest_locked(const struct posture *p, const struct endpoint *e, uint8_t *digest)
{
	const struct dictionary_entry **entries;
	struct id_list ids = { 0 };
	int err = endpoint_software(e, &ids);

	if (!err && !(entries = calloc(ids.n + 1, sizeof(*entries))))
		err = ST_ENOMEM;
	if (!err) {
		for (size_t i = 0; i < ids.n; i++)
			entries[i] = dictionary_get(&p->read.ix.dictionary, ids.v[i]);
		err = software_set_digest(entries, ids.n, digest);
		free(entries);
	}
	id_list_free(&ids);
	return err;
}

int posture_digest(struct posture *p, const char *key, uint8_t digest[POSTURE_DIGEST])
{
	const struct endpoint *e;
	int err = ST_ENOENT;

	index_read_lock(&p->read);
	if ((e = index_endpoint_by_key(&p->read.ix, span_str(key))) && e->set) {
		if (e->n_added + e->n_removed == 0) {
			memcpy(digest, e->set->digest, POSTURE_DIGEST);
			err = 0;
		} else {
			err = digest_locked(p, e, digest);
		}
	}
	index_unlock(&p->read);
	return err;
}

bool posture_described(struct posture *p, struct span identifier)
{
	const struct dictionary_entry *e;
	bool known;

	index_read_lock(&p->read);
	e = dictionary_find(&p->read.ix.dictionary, identifier);
	known = e && e->d.text[DESC_NAME];
	index_unlock(&p->read);
	return known;
}

int posture_check(struct posture *p, char *err_msg, size_t err_msg_len)
{
	return p->read.rp->check(p->read.repo, err_msg, err_msg_len);
}

static int prune_call(struct posture *p, void *ctx)
{
	int64_t before = *(const int64_t *)ctx;
	uint64_t seq;
	int err = p->read.rp->seq_at(p->read.repo, before, &seq);

	if (err < 0 || !seq)
		return err;
	if ((err = p->read.rp->prune(p->read.repo, seq + 1, before)) == 0) {
		p->read.oldest = before;
		p->read.ix.first_seq = seq + 1;
		err = index_find_idle(&p->read.ix);
	}
	return err;
}

int posture_prune(struct posture *p, int64_t before)
{
	return queue_call(p, prune_call, &before);
}

void posture_stats(struct posture *p, struct posture_stats *s)
{
	struct repository_state st = { 0 };

	pthread_mutex_lock(&p->lock);
	*s = p->stats;
	pthread_mutex_unlock(&p->lock);
	index_read_lock(&p->read);
	s->seq = p->read.ix.seq;
	s->endpoints = p->read.ix.n_endpoints - p->read.ix.forgotten.n;
	s->software = p->read.ix.dictionary.n;
	s->sets = p->read.ix.sets.n - p->read.ix.sets.dropped;
	index_unlock(&p->read);
	posture_memory(p, &s->parts);
	s->memory = s->parts.dictionary + s->parts.sets + s->parts.bitmaps +
		    s->parts.endpoints + s->parts.texts;
	s->oldest = p->read.oldest;
	(void)snprintf(s->plugin, sizeof(s->plugin), "%s", p->read.rp->name);
	if (p->read.rp->state(p->read.repo, &st) == 0)
		(void)snprintf(s->repository, sizeof(s->repository), "%s", st.where);
}
