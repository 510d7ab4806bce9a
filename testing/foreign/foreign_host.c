/* SPDX-License-Identifier: BSD-2-Clause */
/* A TNC client and a TNC server in one process that know nothing but the standard binding: no
 * PB-TNC, no network, none of our host code. Messages of the collectors go to the validators
 * and back until nobody says anything more.
 *
 * What loads and works here works in other people's hosts, as far as the binding goes. */
#include "foreign/foreign_host.h"

#include <dlfcn.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct foreign_host host = {
	.next_id = 1,
	.retry_lock = PTHREAD_MUTEX_INITIALIZER,
	.language = "en",
	.identity = "endpoint.example",
	.max_message = 0xffffffff,
};

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "foreign_host: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	exit(1);
}

/* --- calling modules ----------------------------------------------------------------------- */

static void *symbol(const struct module *m, const char *verb)
{
	char name[80];

	snprintf(name, sizeof(name), "TNC_%s_%s", m->server ? "IMV" : "IMC", verb);
	return dlsym(m->dl, name);
}

static void check(const struct module *m, const char *verb, TNC_Result r)
{
	if (r != TNC_RESULT_SUCCESS)
		printf("error   %s: %s returned %lu\n", m->path, verb, r);
	if (r == TNC_RESULT_FATAL)
		fail("%s is broken", m->path);
}

/* Entry points that take (id, connection). */
static void call(struct module *m, const char *verb, bool may_send)
{
	TNC_IMC_BatchEndingPointer fn = (TNC_IMC_BatchEndingPointer)symbol(m, verb);

	if (!fn)
		return;
	host.sender = may_send ? m : NULL;
	check(m, verb, fn(m->ids[0], CONNECTION));
	host.sender = NULL;
}

static void tell(TNC_ConnectionState state)
{
	for (size_t i = 0; i < host.n_modules; i++) {
		TNC_IMC_NotifyConnectionChangePointer fn =
			(TNC_IMC_NotifyConnectionChangePointer)symbol(
				&host.modules[i], "NotifyConnectionChange");
		if (fn)
			check(&host.modules[i], "NotifyConnectionChange",
			      fn(host.modules[i].ids[0], CONNECTION, state));
	}
}

static void load(const char *path, bool server)
{
	struct module *m = &host.modules[host.n_modules];
	TNC_Version version = 0;
	TNC_IMC_InitializePointer init;
	TNC_IMC_ProvideBindFunctionPointer provide;

	if (host.n_modules == MODULES_MAX)
		fail("too many modules");
	*m = (struct module){ .server = server, .path = path, .n_ids = 1 };
	if (!(m->dl = dlopen(path, RTLD_NOW | RTLD_LOCAL)))
		fail("%s", dlerror());
	init = (TNC_IMC_InitializePointer)symbol(m, "Initialize");
	provide = (TNC_IMC_ProvideBindFunctionPointer)symbol(m, "ProvideBindFunction");
	if (!init || !provide ||
	    !symbol(m, server ? "SolicitRecommendation" : "BeginHandshake"))
		fail("%s lacks a mandatory function", path);
	m->ids[0] = host.next_id++;
	host.n_modules++;
	if (init(m->ids[0], 1, 1, &version) != TNC_RESULT_SUCCESS || version != 1)
		fail("%s does not initialise", path);
	check(m, "ProvideBindFunction",
	      provide(m->ids[0],
		      server ? (TNC_TNCC_BindFunctionPointer)tncs_bind : tncc_bind));
}

static bool wants(const struct module *m, const struct message *msg)
{
	bool addressed = !(msg->flags & TNC_MESSAGE_FLAGS_EXCLUSIVE);

	for (size_t k = 0; k < m->n_ids; k++)
		addressed |= m->ids[k] == msg->destination;
	for (size_t i = 0; i < m->n_types && addressed; i++)
		if ((m->types[i].vendor == TNC_VENDORID_ANY ||
		     m->types[i].vendor == msg->vendor) &&
		    (m->types[i].subtype == TNC_SUBTYPE_ANY ||
		     m->types[i].subtype == msg->subtype))
			return true;
	return false;
}

static void receive(struct module *m, const struct message *msg)
{
	TNC_IMC_ReceiveMessageLongPointer fn_long = NULL;
	TNC_IMC_ReceiveMessagePointer fn;

	if (!host.without_long)
		fn_long = (TNC_IMC_ReceiveMessageLongPointer)symbol(m, "ReceiveMessageLong");
	fn = (TNC_IMC_ReceiveMessagePointer)symbol(m, "ReceiveMessage");
	host.sender = m;
	if (fn_long)
		check(m, "ReceiveMessageLong",
		      fn_long(m->ids[0], CONNECTION, msg->flags, msg->body, msg->n,
			      msg->vendor, msg->subtype, msg->source, msg->destination));
	else if (fn && msg->subtype < TNC_SUBTYPE_ANY)
		check(m, "ReceiveMessage",
		      fn(m->ids[0], CONNECTION, msg->body, msg->n,
			 msg->vendor << 8 | msg->subtype));
	host.sender = NULL;
}

static void show(const struct message *msg, bool server)
{
	printf("message %s %lu -> 0x%04lx type=0x%06lx/%lu%s len=%lu", server ? "imc" : "imv",
	       msg->source, msg->destination, msg->vendor, msg->subtype,
	       msg->flags & TNC_MESSAGE_FLAGS_EXCLUSIVE ? " exclusive" : "", msg->n);
	if (host.hex)
		printf(" ");
	for (size_t i = 0; host.hex && i < msg->n; i++)
		printf("%02x", msg->body[i]);
	printf("\n");
}

/* Delivers everything in q to one side; how many messages there were. */
static size_t deliver(struct queue *q, bool server)
{
	struct message *msg = q->head, *next;
	size_t n = 0;

	*q = (struct queue){ NULL, &q->head };
	for (; msg; msg = next, n++) {
		show(msg, server);
		for (size_t i = 0; i < host.n_modules; i++)
			if (host.modules[i].server == server && wants(&host.modules[i], msg))
				receive(&host.modules[i], msg);
		next = msg->next;
		free(msg->body);
		free(msg);
	}
	for (size_t i = 0; i < host.n_modules; i++)
		if (host.modules[i].server == server)
			call(&host.modules[i], "BatchEnding", true);
	return n;
}

/* One assessment. The worst recommendation is returned. */
static TNC_UInt32 handshake(unsigned rounds)
{
	static const unsigned rank[] = { 1, 3, 2, 0 };
	static const char *const actions[] = { "allow", "no access", "isolate", "none" };
	static const char *const evaluations[] = { "compliant", "minor", "major", "error",
						   "don't know" };
	TNC_UInt32 worst = TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION;

	for (size_t i = 0; i < host.n_modules; i++)
		host.modules[i].recommended = false;
	host.in_handshake = true;
	tell(TNC_CONNECTION_STATE_HANDSHAKE);
	for (size_t i = 0; i < host.n_modules; i++)
		if (!host.modules[i].server)
			call(&host.modules[i], "BeginHandshake", true);
	while (rounds-- && deliver(&host.to_server, true) + (host.to_client.head != NULL))
		deliver(&host.to_client, false);
	for (size_t i = 0; i < host.n_modules; i++) {
		struct module *m = &host.modules[i];

		if (m->server && !m->recommended)
			call(m, "SolicitRecommendation", true);
		if (m->server && m->recommended)
			printf("result  %s: %s, %s\n", m->path, actions[m->action],
			       evaluations[m->evaluation]);
		else if (m->server)
			printf("result  %s: nothing\n", m->path);
		if (m->server && m->recommended && rank[m->action] > rank[worst])
			worst = m->action;
	}
	deliver(&host.to_client, false);
	host.in_handshake = false;
	printf("overall %s\n", actions[worst]);
	return worst;
}

static void finish(void)
{
	for (size_t i = host.n_modules; i--;) {
		TNC_IMC_TerminatePointer fn =
			(TNC_IMC_TerminatePointer)symbol(&host.modules[i], "Terminate");
		if (fn)
			check(&host.modules[i], "Terminate", fn(host.modules[i].ids[0]));
		dlclose(host.modules[i].dl);
	}
}

static void usage(void)
{
	puts("usage: foreign_host [--imc FILE]... [--imv FILE]...\n"
	     "  --without-long        offer only the functions of IF-IMC / IF-IMV 1.2\n"
	     "  --without-attributes  offer neither GetAttribute nor SetAttribute\n"
	     "  --handshakes N        that many assessments on one connection (default 1;\n"
	     "                        one more whenever a module asks, at most 8)\n"
	     "  --rounds N            round trips at most (default 64)\n"
	     "  --max-message N       octets of a message at most\n"
	     "  --language TAGS       what the user prefers (default en)\n"
	     "  --identity FQDN       of the endpoint (default endpoint.example)\n"
	     "  --hex                 show the messages\n"
	     "Modules load in the order given. Exit status: 0 allow, 3 isolate, 4 no access,\n"
	     "5 no recommendation, 1 a module is broken.");
}

static unsigned handshakes = 1, rounds = 64;

static void options(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "imc", 1, NULL, 'c' },
		{ "imv", 1, NULL, 'v' },
		{ "without-long", 0, &host.without_long, 1 },
		{ "without-attributes", 0, &host.without_attributes, 1 },
		{ "handshakes", 1, NULL, 'n' },
		{ "rounds", 1, NULL, 'r' },
		{ "max-message", 1, NULL, 'm' },
		{ "language", 1, NULL, 'L' },
		{ "identity", 1, NULL, 'i' },
		{ "hex", 0, &host.hex, 1 },
		{ "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *paths[MODULES_MAX];
	bool servers[MODULES_MAX];
	size_t n = 0;
	int c;

	while ((c = getopt_long(argc, argv, "h", opts, NULL)) != -1) {
		switch (c) {
		case 'c':
		case 'v':
			if (n == MODULES_MAX)
				fail("too many modules");
			paths[n] = optarg;
			servers[n++] = c == 'v';
			break;
		case 0:
			break;
		case 'n':
			handshakes = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			rounds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'm':
			host.max_message = strtoul(optarg, NULL, 10);
			break;
		case 'L':
			host.language = optarg;
			break;
		case 'i':
			host.identity = optarg;
			break;
		default:
			usage();
			exit(c == 'h' ? 0 : 2);
		}
	}
	for (size_t i = 0; i < n; i++)
		load(paths[i], servers[i]);
}

int main(int argc, char **argv)
{
	static const int status[] = { 0, 4, 3, 5 };
	/* recommendation -> connection state */
	static const TNC_UInt32 states[] = { TNC_CONNECTION_STATE_ACCESS_ALLOWED,
					     TNC_CONNECTION_STATE_ACCESS_NONE,
					     TNC_CONNECTION_STATE_ACCESS_ISOLATED,
					     TNC_CONNECTION_STATE_ACCESS_NONE };
	TNC_UInt32 answer = TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION;

	setvbuf(stdout, NULL, _IOLBF, 0);
	host.to_server.tail = &host.to_server.head;
	host.to_client.tail = &host.to_client.head;
	options(argc, argv);
	tell(TNC_CONNECTION_STATE_CREATE);
	for (unsigned i = 0; i < 8 && (i < handshakes || host.retry_wanted); i++) {
		host.retry_wanted = false;
		answer = handshake(rounds);
		tell(states[answer]);
	}
	tell(TNC_CONNECTION_STATE_DELETE);
	finish();
	return status[answer];
}
