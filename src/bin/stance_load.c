/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "load/admin_query.h"
#include "load/certificate_cache.h"
#include "load/fleet.h"
#include "load/tls_baseline.h"
#include "load/print.h"
#include "load/inventory_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>

#define DESCRIPTORS 64 /* of a process, besides one for each endpoint */
#define FLOOR_HANDSHAKES 100
#define DPKG_STATUS "/var/lib/dpkg/status"

enum exit_code {
	EXIT_COMPLETE = 0,
	EXIT_INCOMPLETE = 1,
	EXIT_USAGE = 2,
	EXIT_DENIED = 3,
};

struct load {
	struct load_conf conf;
	struct load_pki pki;
	struct package_image image;
	struct load_endpoint_env env;
	struct processes *crew;
	char address[INET6_ADDRSTRLEN];
};

static int complain(const char *what, const char *err_msg)
{
	fprintf(stderr, "stance-load: %s: %s\n", what, err_msg);
	return EXIT_USAGE;
}

/* --- whom ----------------------------------------------------------------------------------- */

static bool is_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	return sa->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* One address is chosen here, so that it is the one that was looked at. */
static int find_target(struct load *l)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct dialler_conf *target = &l->env.target;
	struct addrinfo *all;
	int rc = getaddrinfo(l->conf.host, l->conf.port, &hints, &all);
	int status = 0;
	char port[8];

	if (rc)
		return complain(l->conf.host, gai_strerror(rc));
	(void)getnameinfo(all->ai_addr, all->ai_addrlen, l->address, sizeof(l->address), port,
			  sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	target->host = l->address;
	target->port = (uint16_t)atoi(port);
	target->timeout_s = 30;
	if (!is_loopback(all->ai_addr) && !l->conf.allow_remote) {
		complain(l->address, "is not this machine; --allow-remote if you mean it");
		status = EXIT_DENIED;
	} else if (l->conf.sources &&
		   ntohl(((struct sockaddr_in *)(void *)all->ai_addr)->sin_addr.s_addr) >>
				   24 !=
			   127) {
		status = complain(l->address, "--sources needs a target of 127.0.0.0/8");
	}
	freeaddrinfo(all);
	return status;
}

/* --- what ----------------------------------------------------------------------------------- */

static int read_image(struct load *l)
{
	struct package_image *image = &l->image;
	uint32_t max = (uint32_t)l->conf.packages;
	unsigned long n;
	FILE *status;
	char *end;
	int err;

	image->seed = l->conf.seed;
	image->drift = (uint32_t)l->conf.drift;
	if (strcmp(l->conf.image, "dpkg") != 0) {
		n = strtoul(l->conf.image, &end, 10);
		if (*end || end == l->conf.image || n > 1000000)
			return complain("--image", "is dpkg or a number");
		err = package_image_make(image, max && n > max ? max : (uint32_t)n);
		return err ? complain("image", st_strerror(err)) : 0;
	}
	if (!(status = fopen(DPKG_STATUS, "re")))
		return complain(DPKG_STATUS, strerror(errno));
	err = package_image_read_dpkg(image, status, max);
	fclose(status);
	return err ? complain(DPKG_STATUS, "no installed packages can be read from it") : 0;
}

static int open_tls(struct load *l)
{
	const struct load_conf *c = &l->conf;
	const struct tls_conf tls = { .ca = c->ca,
				      .peer_name = c->name,
				      .resumption = c->resume };
	struct tls_error e = { { 0 } };
	int err = tls_ctx_open(&tls, &l->env.tls, &e);

	if (!err && c->certificates)
		err = load_pki_directory(&l->pki, c->certificates, &e);
	else if (!err)
		err = load_pki_issuer(&l->pki, c->ca, c->ca_key, c->domain, &e);
	if (!err && c->cache)
		err = load_cache(&l->pki, c->cache,
				 (uint32_t)(c->endpoints + (uint64_t)c->hostile), &e);
	if (err)
		return complain("certificates", e.text[0] ? e.text : st_strerror(err));
	return 0;
}

/* Raises the soft limit; as many processes as it takes below the hard one. */
static int share_descriptors(struct load *l)
{
	uint64_t all = l->conf.endpoints + (uint64_t)l->conf.hostile;
	uint64_t need, n = l->conf.processes;
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return complain("open files", strerror(errno));
	if (!n && r.rlim_max > DESCRIPTORS)
		n = (all + r.rlim_max - DESCRIPTORS - 1) / (r.rlim_max - DESCRIPTORS);
	n = n > CREW_MAX ? CREW_MAX : n > l->conf.endpoints ? l->conf.endpoints : n ? n : 1;
	need = (all + n - 1) / n + DESCRIPTORS;
	if (need > r.rlim_max)
		return complain("open files", "too few are allowed; more --processes");
	if (r.rlim_cur < need) {
		r.rlim_cur = need;
		if (setrlimit(RLIMIT_NOFILE, &r) < 0)
			return complain("open files", strerror(errno));
	}
	if (!(l->crew = processes_open((unsigned)n)))
		return complain("processes", st_strerror(ST_ENOMEM));
	return 0;
}

static int prepare(struct load *l)
{
	const struct limits limits = LIMITS_DEFAULT;
	uint32_t random = 0;
	int status;

	if (!l->conf.seed) {
		(void)!getrandom(&random, sizeof(random), 0);
		l->conf.seed = (uint64_t)random + 1;
	}
	l->env.limits = limits;
	l->env.limits.handshake_s = 60; /* a storm is slow: that is what we measure */
	l->env.limits.negotiation_s = 60;
	l->env.os = !l->conf.no_os;
	l->env.software = !l->conf.no_software;
	if ((status = find_target(l)) || (status = read_image(l)) || (status = open_tls(l)))
		return status;
	if (l->conf.socket && !l->conf.manager_pid && load_manager_pid(&l->conf) <= 0)
		return complain(l->conf.socket, strerror(errno));
	if (l->conf.manager_pid && !usage_of((int)l->conf.manager_pid).known)
		return complain("--manager-pid", "there is no such process");
	return share_descriptors(l);
}

/* --- doing it ------------------------------------------------------------------------------- */

/* What there is to do for one of the processes. */
static struct load_conf part_conf(const struct load *l, unsigned part)
{
	struct load_conf c = l->conf;

	c.endpoints = processes_share(l->crew, c.endpoints, part);
	c.hostile = (int64_t)processes_share(l->crew, (uint64_t)c.hostile, part);
	c.hostile_rate /= l->crew->n;
	if (c.verify > 0)
		c.verify = (int64_t)processes_share(l->crew, (uint64_t)c.verify, part);
	c.concurrency = processes_share(l->crew, c.concurrency, part);
	c.connect_rate /= l->crew->n;
	c.changes /= l->crew->n;
	return c;
}

static int run_part(void *ctx, unsigned part)
{
	struct load *l = ctx;
	const struct load_conf conf = part_conf(l, part);
	struct net_loop loop;
	struct fleet f = {
		.conf = &conf,
		.pki = &l->pki,
		.image = &l->image,
		.crew = l->crew,
		.report = &l->crew->reports[part],
		.env = l->env,
		.first = (uint32_t)(l->conf.endpoints * part / l->crew->n),
		.hostile_first = (uint32_t)(l->conf.endpoints +
					    (uint64_t)l->conf.hostile * part / l->crew->n),
	};

	f.env.loop = &loop;
	f.env.pb = (struct pb_config){ .full_duplex = true, .limits = &f.env.limits };
	if (net_loop_init(&loop) < 0 || fleet_open(&f) < 0)
		return complain("endpoints", st_strerror(ST_ENOMEM));
	fleet_run(&f);
	(void)net_loop_reset(&loop);
	if (conf.verify >= 0)
		f.report->verify.err = inventory_check(&f, (uint32_t)conf.verify);
	fleet_close(&f);
	return EXIT_COMPLETE;
}

/* The floor is measured before and after: the machine may be busier by then. */
static int run(struct load *l)
{
	bool measure = l->conf.socket || l->conf.manager_pid;
	double before = measure ? tls_baseline_handshake_ms(&l->pki, FLOOR_HANDSHAKES) : 0;
	int status = processes_run(l->crew, run_part, l);
	struct run_report *r = processes_report(l->crew);

	if (status)
		return EXIT_INCOMPLETE;
	if (measure)
		r->tls_baseline_ms =
			(before + tls_baseline_handshake_ms(&l->pki, FLOOR_HANDSHAKES)) / 2;
	if (!l->conf.json)
		load_print(stdout, &l->conf, l->image.n, r);
	else if (load_print_json(stdout, &l->conf, l->image.n, r) < 0)
		return complain("report", st_strerror(ST_ENOMEM));
	return r->complete && run_report_verified(r) ? EXIT_COMPLETE : EXIT_INCOMPLETE;
}

int main(int argc, char **argv)
{
	struct load load = { 0 };
	int status;

	if (!load_conf_read(&load.conf, argc, argv, &status))
		return status;
	log_set_level(load.conf.verbose ? LOG_L_INFO : LOG_L_ERROR);
	if (!(status = prepare(&load)))
		status = run(&load);
	processes_close(load.crew);
	tls_ctx_free(load.env.tls);
	load_pki_close(&load.pki);
	package_image_reset(&load.image);
	return status;
}
