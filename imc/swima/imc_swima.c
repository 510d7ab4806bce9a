/* SPDX-License-Identifier: BSD-2-Clause */
/* The SWIMA collector (RFC 8412): module descriptor, handlers, and the callbacks of the
 * watcher. */
#include "response.h"
#include "collection_evidence.h"
#include "subscription_delivery.h"
#include "settings.h"

#include "base/clock.h"
#include "kit/imc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIMA_RETRY_US (5 * CLOCK_SEC)  /* delay after a failed scan or retry */
#define SWIMA_MAX_DOUBLINGS 6           /* times that the delay doubles */
#define SWIMA_CHECK_US (60 * CLOCK_SEC) /* after a retry: check if everything was delivered */
#define SWIMA_MAX_TRIES 3               /* consecutive assessments in which delivery fails */

#define SWIMA_WORK_OCTETS (4 << 20) /* read in one piece of work */
#define SWIMA_WORK_FILES 512        /* checked in one piece of work */
#define SWIMA_WORK_PAUSE 4          /* pause after it, as a multiple of its duration */
#define SWIMA_WORK_MIN_US (CLOCK_SEC / 100)

/* State of the module; one per process. */
struct collector_module {
	struct kit_module *kit;
	struct settings settings;

	pthread_mutex_t lock; /* protects the fields up to watcher */
	struct collection *collection;
	struct subscription_pool pool;
	struct collector_session *sessions;

	struct watcher *watcher; /* NULL: no subscription so far */
	struct collection_walk walk;
	unsigned failures; /* consecutive failed scans */

	struct evidence
		*evidence; /* NULL: disabled. From here on used by the watcher's thread only */
	struct evidence_work work;
	bool working;       /* work is in progress */
	int64_t next_check; /* next check of all files; 0: none */
	atomic_bool stop;
};

/* State of a connection. */
struct collector_session {
	struct collector_session *next;
	uint32_t connection;
	struct subscriptions subscriptions;
	bool in_batch;   /* the host has not taken the messages of this batch yet */
	bool opening;    /* between begin and its ending */
	bool unanswered; /* nothing received since begin: our messages may be unread */
	bool sent;       /* a delivery was sent in this assessment */
	unsigned tries;
	uint32_t answers; /* in this batch; each can be as large as the inventory */
};

static struct collector_module *swima_lock(struct imc *imc)
{
	struct collector_module *m = imc_module(imc)->state;

	pthread_mutex_lock(&m->lock);
	return m;
}

static void swima_unlock(struct collector_module *m)
{
	pthread_mutex_unlock(&m->lock);
}

/* --- callbacks of the watcher --- */

static bool swima_directory(void *ctx, size_t i, char *path, size_t size)
{
	struct collector_module *m = ctx;
	const char *directory;

	if (i == 0)
		m->walk = (struct collection_walk){ 0 };
	pthread_mutex_lock(&m->lock);
	directory = collection_directory(m->collection, &m->walk);
	if (directory)
		(void)snprintf(path, size, "%s", directory);
	pthread_mutex_unlock(&m->lock);
	return directory != NULL;
}

/* The connections with a pending delivery; *n of them. The caller frees the result. */
static uint32_t *swima_pending(struct collector_module *m, size_t *n)
{
	uint32_t *ids;
	size_t all = 0;

	*n = 0;
	for (struct collector_session *s = m->sessions; s; s = s->next)
		all++;
	if (!(ids = calloc(all + 1, sizeof(*ids))))
		return NULL;
	for (struct collector_session *s = m->sessions; s; s = s->next)
		if (delivery_pending(&s->subscriptions, m->collection))
			ids[(*n)++] = s->connection;
	return ids;
}

/* Returns 0, or the delay until the next attempt, which doubles with each failure. */
static int64_t swima_refresh(struct collector_module *m)
{
	const char *err_msg;

	if (collection_refresh(m->collection, &err_msg) == 0) {
		m->failures = 0;
		return 0;
	}
	if (m->failures < SWIMA_MAX_DOUBLINGS)
		m->failures++;
	return SWIMA_RETRY_US << (m->failures - 1);
}

/* The files of software are not watched. They are checked at the interval of the scan. */
static void swima_check_evidence(struct collector_module *m)
{
	int64_t now = clock_mono_us(), scan = m->settings.watcher.scan_us;

	if (!m->evidence || !m->next_check || now < m->next_check)
		return;
	collection_evidence_begin(m->collection, true);
	m->next_check = scan ? now + scan : 0;
}

static int64_t swima_scan(void *ctx)
{
	struct collector_module *m = ctx;
	int64_t again;
	uint32_t *ids;
	size_t n;

	pthread_mutex_lock(&m->lock);
	again = swima_refresh(m);
	swima_check_evidence(m);
	ids = swima_pending(m, &n);
	pthread_mutex_unlock(&m->lock);

	for (size_t i = 0; ids && i < n; i++) {
		int err = kit_retry(m->kit, ids[i], IMC_RETRY_INFORMATIONAL_EVENT);

		if (err == ST_EDENIED)
			again = SWIMA_RETRY_US;
		else if (!err && !again)
			again = SWIMA_CHECK_US;
	}
	free(ids);
	return again;
}

/* One piece of work, followed by a longer pause. */
static int64_t swima_work(void *ctx, bool *scan)
{
	struct collector_module *m = ctx;
	int64_t began = clock_mono_us(), pause;
	enum evidence_next next = EVIDENCE_WORK;
	size_t octets;

	if (!m->working) {
		pthread_mutex_lock(&m->lock);
		next = collection_evidence_next(m->collection, &m->work);
		pthread_mutex_unlock(&m->lock);
		if (next == EVIDENCE_WORK)
			evidence_begin(m->evidence, &m->work);
		m->working = next == EVIDENCE_WORK;
	}
	if (m->working) {
		int more = evidence_step(m->evidence, SWIMA_WORK_OCTETS, SWIMA_WORK_FILES,
					 &octets);

		m->working = more > 0;
		pthread_mutex_lock(&m->lock);
		if (more == 0)
			(void)collection_evidence_take(m->collection, &m->work);
		pthread_mutex_unlock(&m->lock);
	}
	*scan = next == EVIDENCE_REFRESH;
	if (next == EVIDENCE_REFRESH || next == EVIDENCE_DONE)
		return 0;
	pause = (clock_mono_us() - began) * SWIMA_WORK_PAUSE;
	return pause > SWIMA_WORK_MIN_US ? pause : SWIMA_WORK_MIN_US;
}

/* Starts with the first subscription. Before it there is nothing to deliver, and each request
 * refreshes the collection. */
static void swima_watch(struct collector_module *m)
{
	const struct watcher_ops ops = {
		.directory = swima_directory,
		.scan = swima_scan,
		.work = m->evidence ? swima_work : NULL,
	};

	if (!m->watcher && watcher_start(&m->settings.watcher, &ops, m, &m->watcher) < 0)
		log_warn(&m->kit->log,
			 "watcher cannot be started: software changes are not reported");
}

/* --- load, unload, connections --- */

static int swima_load_evidence(struct collector_module *m)
{
	const struct evidence_conf conf = {
		.root = m->settings.root,
		.max_file = m->settings.max_evidence_file,
		.stop = &m->stop,
	};

	atomic_init(&m->stop, false);
	m->next_check = 1; /* at the first scan */
	return m->settings.collection.evidence ? evidence_open(&conf, &m->evidence) : 0;
}

static int swima_load(struct kit_module *kit)
{
	struct collector_module *m = calloc(1, sizeof(*m));
	int err;

	if (!(kit->state = m))
		return ST_ENOMEM;
	m->kit = kit;
	pthread_mutex_init(&m->lock, NULL);
	if ((err = settings_read(kit, &m->settings)) < 0)
		return err;
	m->pool.max_count = m->settings.max_subscriptions;
	m->pool.max_octets = m->settings.max_subscription_octets;
	if ((err = swima_load_evidence(m)) < 0)
		return err;
	return collection_open(&m->settings.collection, &m->collection);
}

static void swima_unload(struct kit_module *kit)
{
	struct collector_module *m = kit->state;

	if (!m)
		return;
	atomic_store(&m->stop, true);
	watcher_stop(m->watcher);
	evidence_work_reset(&m->work);
	evidence_close(m->evidence);
	collection_close(m->collection);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static int swima_open(struct imc *imc, void *session)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session;

	s->connection = imc_connection(imc);
	s->subscriptions.pool = &m->pool;
	s->next = m->sessions;
	m->sessions = s;
	swima_unlock(m);
	return 0;
}

static void swima_end(struct imc *imc, void *session)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session, **at = &m->sessions;

	while (*at && *at != s)
		at = &(*at)->next;
	if (*at)
		*at = s->next;
	subscriptions_reset(&s->subscriptions);
	swima_unlock(m);
}

/* --- assessments --- */

/* A message of a validator shows that our messages before it have arrived. */
static void swima_received(struct collector_session *s)
{
	s->unanswered = s->opening = false;
	if (!s->in_batch)
		subscriptions_settle(&s->subscriptions);
	s->in_batch = true;
}

/* Sends pending deliveries only; everything else is sent on request. If both sides start an
 * assessment at the same time, the peer discards our batch and begin is called a second
 * time. */
static int swima_begin(struct imc *imc, void *session)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session;

	if (s->unanswered)
		subscriptions_revert(&s->subscriptions);
	else
		subscriptions_settle(&s->subscriptions);
	s->unanswered = s->opening = s->in_batch = true;
	s->sent =
		delivery_send(imc, &s->subscriptions, m->collection, m->settings.max_response);
	swima_unlock(m);
	return 0;
}

static int swima_ending(struct imc *imc, void *session)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session;

	if (!s->opening) {
		swima_received(s);
		s->sent |= delivery_send(imc, &s->subscriptions, m->collection,
					 m->settings.max_response);
	}
	s->opening = s->in_batch = false;
	s->answers = 0;
	swima_unlock(m);
	return 0;
}

static void swima_unsent(struct imc *imc, void *session, int err)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session;

	(void)err;
	s->sent = false;
	subscriptions_revert(&s->subscriptions);
	swima_unlock(m);
}

/* The assessment has ended. Later changes need another one. */
static void swima_access(struct imc *imc, void *session, enum imc_access access)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session;

	(void)access;
	s->unanswered = false;
	s->tries = s->sent ? 0 : s->tries + 1;
	if (s->tries <= SWIMA_MAX_TRIES && delivery_pending(&s->subscriptions, m->collection))
		watcher_kick(m->watcher);
	swima_unlock(m);
}

/* --- requests --- */

/* A refused request has one error and no other response (RFC 8412, 3.9). */
static int swima_refuse(struct imc *imc, enum pa_error_code code, uint32_t id,
			const char *text)
{
	struct collector_module *m = imc_module(imc)->state;
	uint32_t max = imc_max_attribute(imc), ours = m->settings.max_response;
	struct pa_error e = pa_error_swima(code, id, max < ours ? max : ours, text);

	(void)imc_note(imc, "request refused: request=%u error=%s reason=\"%s\"", id,
		       pa_error_name(PEN_IETF, code), text);
	return imc_error(imc, &e);
}

/* The writer for a response, limited by the connection and by max_response. */
static struct wr *swima_attr(struct imc *imc)
{
	struct collector_module *m = imc_module(imc)->state;
	struct wr *w = imc_attr(imc);

	if (!w->max || w->max > m->settings.max_response)
		w->max = m->settings.max_response;
	return w;
}

static int swima_refuse_failed(struct imc *imc, uint32_t id, int err)
{
	if (err == ST_ELIMIT)
		return swima_refuse(imc, PA_E_SWIMA_TOO_LARGE, id,
				    "use a targeted request or ask for identifiers only");
	return swima_refuse(imc, PA_E_SWIMA, id,
			    err == ST_ENOMEM ? "out of memory"
					     : "the response cannot be built");
}

/* Sends the response; *consulted is its Last Consulted EID. *err_msg is set if the software
 * cannot be listed. */
static int swima_send_response(struct imc *imc, const struct swima_request *q,
			       uint32_t *consulted, const char **err_msg)
{
	struct collector_module *m = imc_module(imc)->state;
	uint64_t before = collection_sequence(m->collection);
	struct response_params params = { .from = q->earliest_eid };
	int err = ST_EBUSY;

	for (int tries = 0; tries < 2 && err == ST_EBUSY; tries++) {
		struct swima_request again = *q;

		if ((err = collection_refresh(m->collection, err_msg)) < 0)
			return err;
		err = response_write(swima_attr(imc), m->collection, &again, &params);
	}
	if (collection_sequence(m->collection) != before)
		watcher_kick(m->watcher); /* deliver to subscribers */
	*consulted = params.consulted;
	return err ? err : imc_send(imc);
}

/* All or nothing: the steps that can fail come first, the changes of state last. */
static int swima_respond(struct imc *imc, struct collector_session *s,
			 const struct swima_request *q)
{
	struct collector_module *m = imc_module(imc)->state;
	uint32_t validator = imc_source(imc), consulted = 0;
	struct subscription *made = NULL;
	const char *err_msg = NULL;
	int err;

	if ((err = subscriptions_prepare(&s->subscriptions, validator, q, &made)) < 0)
		return swima_refuse(imc, PA_E_SWIMA_SUBSCRIPTION, q->request_id,
				    "no room for another subscription");
	if ((err = swima_send_response(imc, q, &consulted, &err_msg)) < 0) {
		free(made);
		return err_msg ? swima_refuse(imc, PA_E_SWIMA, q->request_id, err_msg)
			       : swima_refuse_failed(imc, q->request_id, err);
	}
	subscriptions_commit(&s->subscriptions, validator, q, made);
	if (made)
		delivery_begin(made, m->collection, q, consulted);
	if (made || m->evidence)
		swima_watch(m);
	return 0;
}

static int swima_request(struct imc *imc, struct collector_session *s, const struct pa_attr *a)
{
	const struct settings *set =
		&((struct collector_module *)imc_module(imc)->state)->settings;
	struct swima_request q;
	struct rd r = a->value;
	bool harmless, active;

	if (swima_request_decode(&r, &q) < 0)
		return imc_invalid(imc, a, r.err_at);
	harmless = !(q.flags & (SWIMA_CLEAR | SWIMA_SUBSCRIBE));
	active = subscriptions_has(&s->subscriptions, imc_source(imc), q.request_id);
	if (active && !(harmless && set->reuse_request_ids))
		return swima_refuse(imc, PA_E_SWIMA_SUBSCRIPTION_REUSE, q.request_id,
				    "Request ID of an active subscription");
	if (++s->answers > set->max_responses)
		return swima_refuse(imc, PA_E_SWIMA, q.request_id,
				    "too many requests in one batch");
	if (q.count > set->max_identifiers)
		return swima_refuse(imc, PA_E_SWIMA, q.request_id,
				    "too many identifiers in one request");
	return swima_respond(imc, s, &q);
}

static int on_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct collector_module *m = swima_lock(imc);
	int err;

	swima_received(session);
	err = swima_request(imc, session, a);
	swima_unlock(m);
	return err;
}

static int on_subscription_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct collector_module *m = swima_lock(imc);
	struct collector_session *s = session;
	struct wr *w = swima_attr(imc);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_SUBSCRIPTION_RESPONSE);
	int err = subscriptions_encode(&s->subscriptions, imc_source(imc), w);

	(void)a;
	swima_received(s);
	pa_attr_end(w, begin);
	if (!err)
		err = imc_send(imc);
	swima_unlock(m);
	return err ? swima_refuse(imc, PA_E_SWIMA, 0, "subscriptions cannot be listed") : 0;
}

static int on_source_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct collector_module *m = swima_lock(imc);
	struct swima_source sources[COLLECTION_MAX_SOURCES];
	struct arena arena = { 0 };
	size_t n = collection_sources(m->collection, &arena, sources, COLLECTION_MAX_SOURCES);
	struct wr *w = swima_attr(imc);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_SOURCE_RESPONSE);
	int err = swima_sources_encode(w, sources, n);

	(void)a;
	swima_received(session);
	pa_attr_end(w, begin);
	arena_reset(&arena);
	if (!err)
		err = imc_send(imc);
	swima_unlock(m);
	return err ? swima_refuse(imc, PA_E_SWIMA, 0, "sources cannot be listed") : 0;
}

static const struct imc_handler handlers[] = {
	{ PEN_IETF, PA_SWIMA_REQUEST, on_request },
	{ PEN_IETF, PA_SUBSCRIPTION_REQUEST, on_subscription_request },
	{ PEN_IETF, PA_SOURCE_REQUEST, on_source_request },
	{ 0 },
};

const struct imc_desc imc_desc = {
	.abi = IMC_ABI,
	.size = sizeof(struct imc_desc),
	.name = "swima",
	.subtype = { PEN_IETF, PA_SUBTYPE_SWIMA },
	.session_size = sizeof(struct collector_session),
	.conf = settings_opts,
	.ranges = settings_ranges,
	.handlers = handlers,
	.load = swima_load,
	.unload = swima_unload,
	.open = swima_open,
	.end = swima_end,
	.begin = swima_begin,
	.ending = swima_ending,
	.access = swima_access,
	.segments = true,
	.unsent = swima_unsent,
};
