/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_test.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the log ------------------------------------------------------------------------------- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wr log_text;

static void log_keep(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	pthread_mutex_lock(&log_lock);
	wr_str(&log_text, line);
	wr_u8(&log_text, '\n');
	pthread_mutex_unlock(&log_lock);
}

void test_log_begin(void)
{
	wr_reset(&log_text);
	log_set_sink(log_keep, NULL);
}

void test_log_end(void)
{
	log_set_sink(NULL, NULL);
	wr_reset(&log_text);
}

size_t test_log_count(const char *text)
{
	size_t n = 0;

	pthread_mutex_lock(&log_lock);
	wr_u8(&log_text, '\0');
	for (const char *p = (char *)log_text.p; (p = strstr(p, text)); n++)
		p += strcspn(p, "\n"); /* once a line */
	wr_truncate(&log_text, log_text.len - 1);
	pthread_mutex_unlock(&log_lock);
	return n;
}

/* --- modules ------------------------------------------------------------------------------- */

static const char *library(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/.libs/%s.so", BUILD_DIR, name);
	(void)chmod(path, 0755); /* whatever the umask of the build was */
	return path;
}

struct puppet *puppet_get(const char *name)
{
	void *dl = dlopen(library(name), RTLD_NOW);
	struct puppet *p = dl ? dlsym(dl, "puppet") : NULL;
	bool server;

	assert_non_null(p);
	server = p->server;
	memset(p, 0, sizeof(*p));
	p->server = server;
	return p;
}

const char *test_config(const char *name, ...)
{
	static char path[64];
	va_list ap;
	FILE *f;
	int fd;

	if (path[0])
		unlink(path);
	path[0] = '\0';
	if (!name)
		return NULL;
	strcpy(path, "/tmp/test-tnc-config-XXXXXX");
	assert_true((fd = mkstemp(path)) >= 0);
	assert_non_null(f = fdopen(fd, "w"));
	va_start(ap, name);
	for (; name; name = va_arg(ap, const char *))
		fprintf(f, "%s \"%s\" %s\n", strstr(name, "imv") ? "IMV" : "IMC", name,
			library(name));
	va_end(ap);
	fclose(f);
	return path;
}

struct imv_host *test_imv_host(const char *config, enum recommend_policy policy)
{
	struct imv_host_conf conf = { config, policy };
	struct imv_host *host = NULL;

	assert_int_equal(imv_host_open(&conf, &host), 0);
	return host;
}

struct imc_host *test_imc_host(const char *config)
{
	struct imc_host_conf conf = { config };
	struct imc_host *host = NULL;

	assert_int_equal(imc_host_open(&conf, &host), 0);
	return host;
}

/* --- both ends ----------------------------------------------------------------------------- */

static void pipe_put(struct pipe *p, struct span batch)
{
	assert_true(p->tail - p->head < LINK_BATCHES);
	wr_reset(&p->batch[p->tail % LINK_BATCHES]);
	wr_bytes(&p->batch[p->tail++ % LINK_BATCHES], batch);
}

static void send_c(void *ctx, struct span batch)
{
	pipe_put(&((struct link *)ctx)->to_server, batch);
}

static void send_v(void *ctx, struct span batch)
{
	pipe_put(&((struct link *)ctx)->to_client, batch);
}

static void wake_c(void *ctx)
{
	__atomic_add_fetch(&((struct link *)ctx)->wakes_c, 1, __ATOMIC_SEQ_CST);
}

static void wake_v(void *ctx)
{
	__atomic_add_fetch(&((struct link *)ctx)->wakes_v, 1, __ATOMIC_SEQ_CST);
}

static void closed_c(void *ctx, int err, const char *err_msg)
{
	struct link *l = ctx;

	assert_non_null(err_msg);
	assert_false(l->closed_c);
	l->closed_c = true;
	l->err_c = err;
}

static void closed_v(void *ctx, int err, const char *err_msg)
{
	struct link *l = ctx;

	assert_non_null(err_msg);
	assert_false(l->closed_v);
	l->closed_v = true;
	l->err_v = err;
}

static void result_c(void *ctx, const struct imc_result *r)
{
	struct link *l = ctx;

	l->results_c++;
	l->again += r->again;
	l->access = r->access;
	l->evaluation = r->evaluation;
	l->n_reasons = r->n_reasons;
	l->reason[0] = l->reason_lang[0] = '\0';
	if (r->n_reasons) {
		snprintf(l->reason, sizeof(l->reason), "%.*s", (int)r->reasons[0].text.n,
			 (const char *)r->reasons[0].text.p);
		snprintf(l->reason_lang, sizeof(l->reason_lang), "%.*s",
			 (int)r->reasons[0].lang.n,
			 r->reasons[0].lang.n ? (const char *)r->reasons[0].lang.p : "");
	}
	if (l->close_in_result) {
		imc_peer_close(l->c);
		l->c = NULL;
	}
}

static void result_v(void *ctx, const struct recommendation *r)
{
	struct link *l = ctx;

	l->results_v++;
	l->decided = *r;
}

static void settle_v(void *ctx)
{
	struct link *l = ctx;

	assert_int_equal(l->results_v > l->results_c, true); /* result comes first */
	if (l->close_in_settle) {
		imv_peer_close(l->v);
		l->v = NULL;
	} else if (l->hold_settle)
		l->settling = true;
	else
		imv_peer_settled(l->v, 0);
}

struct peer_info link_info(struct link *l)
{
	return (struct peer_info){ .limits = &l->limits, .full_duplex = true };
}

void link_open_with(struct link *l, struct imc_host *ch, struct imv_host *vh,
		    const struct peer_info *client, const struct peer_info *server)
{
	static const struct imc_peer_ops c_ops = { send_c, result_c, wake_c, closed_c };
	static const struct imv_peer_ops v_ops = { send_v, result_v, settle_v, wake_v,
						   closed_v };

	if (ch)
		assert_int_equal(imc_peer_open(ch, client, &c_ops, l, &l->c), 0);
	if (vh)
		assert_int_equal(imv_peer_open(vh, server, &v_ops, l, &l->v), 0);
}

void link_open(struct link *l, struct imc_host *ch, struct imv_host *vh)
{
	struct peer_info info;

	memset(l, 0, sizeof(*l));
	l->limits = (struct limits)LIMITS_DEFAULT;
	info = link_info(l);
	link_open_with(l, ch, vh, &info, &info);
}

bool link_step_to_server(struct link *l)
{
	struct pipe *p = &l->to_server;

	if (p->head == p->tail || !l->v)
		return false;
	l->batches++;
	imv_peer_receive(l->v, wr_span(&p->batch[p->head++ % LINK_BATCHES]));
	return true;
}

bool link_step_to_client(struct link *l)
{
	struct pipe *p = &l->to_client;

	if (p->head == p->tail || !l->c)
		return false;
	l->batches++;
	imc_peer_receive(l->c, wr_span(&p->batch[p->head++ % LINK_BATCHES]));
	return true;
}

void link_pump(struct link *l)
{
	bool moved = true;

	while (moved) {
		moved = link_step_to_server(l);
		moved |= link_step_to_client(l);
		if (__atomic_exchange_n(&l->wakes_c, 0, __ATOMIC_SEQ_CST)) {
			imc_peer_wake(l->c);
			moved = true;
		}
		if (__atomic_exchange_n(&l->wakes_v, 0, __ATOMIC_SEQ_CST)) {
			imv_peer_wake(l->v);
			moved = true;
		}
		assert_true(l->batches < 10000);
	}
}

void link_close(struct link *l)
{
	imc_peer_close(l->c);
	imv_peer_close(l->v);
	for (size_t i = 0; i < LINK_BATCHES; i++) {
		wr_reset(&l->to_server.batch[i]);
		wr_reset(&l->to_client.batch[i]);
	}
	l->c = NULL;
	l->v = NULL;
}
