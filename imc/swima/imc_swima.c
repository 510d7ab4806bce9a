/* The SWIMA collector (RFC 8412): what software is installed here. */
#include "answer.h"
#include "collection.h"
#include "subscription.h"

#include "base/limits.h"
#include "kit/imc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* clang-format off */

/* ISO 2015 puts tags beside the product, 2009 into a directory named after who made them. In
 * quotes, since libConfuse takes what follows a slash and a star for a comment. */
#define SWIMA_SWID_DIRECTORIES "{" \
	"\"/usr/lib/swidtag\", \"/etc/swid/swidtags.d\", " \
	"\"/usr/share/*/swidtag\", \"/usr/share/regid.*\", " \
	"\"/usr/local/share/*/swidtag\", \"/usr/local/share/regid.*\", " \
	"\"/opt/*/swidtag\", \"/opt/*/*/swidtag\"}"
#define SWIMA_PIP_DIRECTORIES "{" \
	"\"/usr/local/lib/python3*/dist-packages\", " \
	"\"/usr/local/lib/python3*/site-packages\"}"
#define SWIMA_NPM_DIRECTORIES "{" \
	"\"/usr/local/lib/node_modules\", \"/usr/lib/node_modules\"}"

static cfg_opt_t swima_opts[] = {
	/* where software is looked for */
	CFG_STR_LIST("sources", "{dpkg, rpm, swid}", CFGF_NONE),
	CFG_STR_LIST("swid_directories", SWIMA_SWID_DIRECTORIES, CFGF_NONE),
	CFG_STR_LIST("pip_directories", SWIMA_PIP_DIRECTORIES, CFGF_NONE),
	CFG_STR_LIST("npm_directories", SWIMA_NPM_DIRECTORIES, CFGF_NONE),
	CFG_STR("root", "/", CFGF_NONE),               /* the system that is looked at */
	CFG_STR("regid", "stance.invalid", CFGF_NONE), /* who makes the tags */
	CFG_STR("maker", "Stance", CFGF_NONE),         /* and the name of that */
	CFG_STR("identifiers", "unique", CFGF_NONE),   /* or "compatible" */
	CFG_STR("records", "xml", CFGF_NONE),          /* or "coswid" */
	CFG_STR("ledger", "imc-swima.db", CFGF_NONE),  /* in the state directory; "": none */
	CFG_BOOL("reuse_request_ids", cfg_false, CFGF_NONE),
	CFG_INT("max_subscriptions", 256, CFGF_NONE),
	CFG_INT("max_subscription_octets", 1048576, CFGF_NONE),
	CFG_INT("max_identifiers", 65536, CFGF_NONE),
	CFG_INT("max_records", 262144, CFGF_NONE),
	CFG_INT("max_answer", 67108864, CFGF_NONE),
	CFG_INT("max_database", 268435456, CFGF_NONE),
	CFG_INT("max_tag", 1048576, CFGF_NONE),
	CFG_END(),
};
/* clang-format on */

static const struct conf_range swima_ranges[] = {
	{ "max_subscriptions", 0, 65536 },
	{ "max_subscription_octets", 0, 1 << 30 },
	{ "max_identifiers", 1, SWIMA_MAX_COUNT },
	{ "max_records", 1, SWIMA_MAX_COUNT },
	{ "max_answer", 1024, 1 << 30 },
	{ "max_database", 1024, 1 << 30 },
	{ "max_tag", 1024, 1 << 28 },
	{ 0 },
};

#define SWIMA_MAX_DIRECTORIES 256 /* in one list */

/* One a process. */
struct swima_module {
	struct collection *collection;
	struct subscription_pool pool;
	uint32_t max_identifiers, max_answer;
	bool reuse_request_ids;
	char root[PATH_MAX], ledger[PATH_MAX];
	const char *sources[COLLECTION_MAX_SOURCES + 1];
	const char *swid[SWIMA_MAX_DIRECTORIES + 1];
	const char *pip[SWIMA_MAX_DIRECTORIES + 1];
	const char *npm[SWIMA_MAX_DIRECTORIES + 1];
};

/* One a connection. */
struct swima_session {
	struct subscriptions subscriptions;
};

static int swima_bad(struct kit_module *m, const char *key, const char *value)
{
	log_error(&m->log, "setting not understood: %s=%s", key, value);
	return ST_ECONF;
}

/* The regid becomes the front of every identifier: printable, and without the mark that ends
 * it there. */
static bool swima_regid_ok(const char *regid)
{
	size_t n = strlen(regid);

	for (size_t i = 0; i < n; i++)
		if (regid[i] <= ' ' || regid[i] >= 0x7f)
			return false;
	return n > 0 && n <= 255 && !strstr(regid, "__") && regid[n - 1] != '_';
}

static int swima_paths(struct kit_module *m, struct swima_module *s)
{
	const char *root = cfg_getstr(m->conf, "root");
	const char *ledger = cfg_getstr(m->conf, "ledger");
	size_t n = strlen(root);

	if (root[0] != '/' || n >= sizeof(s->root) - 256)
		return swima_bad(m, "root", root);
	while (n && root[n - 1] == '/')
		n--;
	(void)snprintf(s->root, sizeof(s->root), "%.*s", (int)n, root);
	if (!*ledger)
		return 0;
	n = (size_t)snprintf(s->ledger, sizeof(s->ledger), "%s%s%s",
			     *ledger == '/' ? "" : state_dir(), *ledger == '/' ? "" : "/",
			     ledger);
	return n < sizeof(s->ledger) - 8 ? 0 : swima_bad(m, "ledger", ledger);
}

/* A list of absolute paths. */
static int swima_directories(struct kit_module *m, const char *key, const char **list)
{
	unsigned int n = cfg_size(m->conf, key);

	if (n > SWIMA_MAX_DIRECTORIES)
		return swima_bad(m, key, "too many");
	for (unsigned int i = 0; i < n; i++) {
		list[i] = cfg_getnstr(m->conf, key, i);
		if (list[i][0] != '/')
			return swima_bad(m, key, list[i]);
	}
	return 0;
}

static int swima_rules(struct kit_module *m, struct identifier_rules *r)
{
	const char *scheme = cfg_getstr(m->conf, "identifiers");
	const char *records = cfg_getstr(m->conf, "records");

	r->regid = cfg_getstr(m->conf, "regid");
	if (!swima_regid_ok(r->regid))
		return swima_bad(m, "regid", r->regid);
	if (strcmp(scheme, "compatible") == 0)
		r->scheme = IDENTIFIER_COMPATIBLE;
	else if (strcmp(scheme, "unique") == 0)
		r->scheme = IDENTIFIER_UNIQUE;
	else
		return swima_bad(m, "identifiers", scheme);
	if (strcmp(records, "coswid") == 0)
		r->model = SWIMA_MODEL_COSWID;
	else if (strcmp(records, "xml") == 0)
		r->model = SWIMA_MODEL_SWID_2015;
	else
		return swima_bad(m, "records", records);
	return 0;
}

static int swima_open_collection(struct kit_module *m, struct swima_module *s)
{
	size_t n = cfg_size(m->conf, "sources");
	struct collection_conf conf = {
		.source = { .root = s->root,
			    .max_octets = (size_t)cfg_getint(m->conf, "max_database"),
			    .max_tag = (size_t)cfg_getint(m->conf, "max_tag"),
			    .log = &m->log,
			    .swid = s->swid,
			    .pip = s->pip,
			    .npm = s->npm },
		.maker = cfg_getstr(m->conf, "maker"),
		.sources = s->sources,
		.ledger = s->ledger,
		.max_records = (size_t)cfg_getint(m->conf, "max_records"),
	};
	int err;

	if (n > COLLECTION_MAX_SOURCES)
		return swima_bad(m, "sources", "too many");
	for (size_t i = 0; i < n; i++)
		s->sources[i] = cfg_getnstr(m->conf, "sources", (unsigned int)i);
	if ((err = swima_directories(m, "swid_directories", s->swid)) < 0 ||
	    (err = swima_directories(m, "pip_directories", s->pip)) < 0 ||
	    (err = swima_directories(m, "npm_directories", s->npm)) < 0 ||
	    (err = swima_rules(m, &conf.rules)) < 0)
		return err;
	platform_read(s->root, &conf.rules.platform);
	return collection_open(&conf, &s->collection);
}

static int swima_load(struct kit_module *m)
{
	struct swima_module *s = calloc(1, sizeof(*s));
	int err;

	if (!(m->state = s))
		return ST_ENOMEM;
	s->pool.max_count = (size_t)cfg_getint(m->conf, "max_subscriptions");
	s->pool.max_octets = (size_t)cfg_getint(m->conf, "max_subscription_octets");
	s->max_identifiers = (uint32_t)cfg_getint(m->conf, "max_identifiers");
	s->max_answer = (uint32_t)cfg_getint(m->conf, "max_answer");
	s->reuse_request_ids = cfg_getbool(m->conf, "reuse_request_ids");
	if ((err = swima_paths(m, s)) < 0)
		return err;
	return swima_open_collection(m, s);
}

static void swima_unload(struct kit_module *m)
{
	struct swima_module *s = m->state;

	if (s)
		collection_close(s->collection);
	free(s);
}

static int swima_open(struct imc *imc, void *session)
{
	struct swima_session *s = session;
	struct swima_module *m = imc_module(imc)->state;

	s->subscriptions.pool = &m->pool;
	return 0;
}

static void swima_end(struct imc *imc, void *session)
{
	struct swima_session *s = session;

	(void)imc;
	subscriptions_reset(&s->subscriptions);
}

static int swima_begin(struct imc *imc, void *session)
{
	(void)imc;
	(void)session;
	return 0; /* an inventory is for those who ask */
}

/* One error is the whole answer (RFC 8412, 3.9). */
static int swima_refuse(struct imc *imc, enum pa_error_code code, uint32_t id,
			const char *text)
{
	struct swima_module *m = imc_module(imc)->state;
	uint32_t max = imc_max_attribute(imc);
	struct pa_error e =
		pa_error_swima(code, id, max < m->max_answer ? max : m->max_answer, text);

	(void)imc_note(imc, "request refused: request=%u error=%s reason=%s", id,
		       pa_error_name(PEN_IETF, code), text);
	return imc_error(imc, &e);
}

/* The writer for an answer, with the smaller of the connection's ceiling and ours. */
static struct wr *swima_attr(struct imc *imc)
{
	struct swima_module *m = imc_module(imc)->state;
	struct wr *w = imc_attr(imc);

	if (!w->max || w->max > m->max_answer)
		w->max = m->max_answer;
	return w;
}

static int swima_refuse_answer(struct imc *imc, uint32_t id, int err)
{
	if (err == ST_ELIMIT)
		return swima_refuse(imc, PA_E_SWIMA_TOO_LARGE, id,
				    "use a targeted request or ask for identifiers only");
	return swima_refuse(imc, PA_E_SWIMA, id,
			    err == ST_ENOMEM ? "out of memory" : "the answer cannot be built");
}

/* Everything or nothing: what can fail comes first, what changes us last. */
static int swima_answer(struct imc *imc, struct swima_session *s, struct swima_request *q)
{
	struct swima_module *m = imc_module(imc)->state;
	uint32_t id = q->request_id, who = imc_source(imc);
	struct subscription *made = NULL;
	const char *why = NULL;
	int err;

	if ((err = subscriptions_prepare(&s->subscriptions, who, q, &made)) < 0)
		return swima_refuse(imc, PA_E_SWIMA_SUBSCRIPTION, id,
				    "no room for another subscription");
	if ((err = collection_refresh(m->collection, &why)) < 0) {
		free(made);
		return swima_refuse(imc, PA_E_SWIMA, id, why);
	}
	if ((err = answer_write(swima_attr(imc), m->collection, q)) == 0)
		err = imc_send(imc);
	if (err < 0) {
		free(made);
		return swima_refuse_answer(imc, id, err);
	}
	subscriptions_commit(&s->subscriptions, who, q, made);
	return 0;
}

static int on_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct swima_module *m = imc_module(imc)->state;
	struct swima_session *s = session;
	struct swima_request q;
	struct rd r = a->value;
	bool harmless, active;

	if (swima_request_decode(&r, &q) < 0)
		return imc_invalid(imc, a, r.err_at);
	harmless = !(q.flags & (SWIMA_CLEAR | SWIMA_SUBSCRIBE));
	active = subscriptions_has(&s->subscriptions, imc_source(imc), q.request_id);
	if (active && !(harmless && m->reuse_request_ids))
		return swima_refuse(imc, PA_E_SWIMA_SUBSCRIPTION_REUSE, q.request_id,
				    "this is the id of an active subscription");
	if (q.count > m->max_identifiers)
		return swima_refuse(imc, PA_E_SWIMA, q.request_id,
				    "more identifiers than this collector takes at once");
	return swima_answer(imc, s, &q);
}

static int on_subscription_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct swima_session *s = session;
	struct wr *w = swima_attr(imc);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_SUBSCRIPTION_RESPONSE);
	int err = subscriptions_encode(&s->subscriptions, imc_source(imc), w);

	(void)a;
	pa_attr_end(w, begin);
	if (!err)
		err = imc_send(imc);
	return err ? swima_refuse(imc, PA_E_SWIMA, 0, "subscriptions cannot be listed") : 0;
}

static int on_source_request(struct imc *imc, void *session, const struct pa_attr *a)
{
	struct swima_module *m = imc_module(imc)->state;
	struct swima_source sources[COLLECTION_MAX_SOURCES];
	struct arena arena = { 0 };
	size_t n = collection_sources(m->collection, &arena, sources, COLLECTION_MAX_SOURCES);
	struct wr *w = swima_attr(imc);
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_SOURCE_RESPONSE);
	int err = swima_sources_encode(w, sources, n);

	(void)session;
	(void)a;
	pa_attr_end(w, begin);
	arena_reset(&arena);
	if (!err)
		err = imc_send(imc);
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
	.session_size = sizeof(struct swima_session),
	.conf = swima_opts,
	.ranges = swima_ranges,
	.handlers = handlers,
	.load = swima_load,
	.unload = swima_unload,
	.open = swima_open,
	.end = swima_end,
	.begin = swima_begin,
	.segments = true,
};
