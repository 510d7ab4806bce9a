/* A TNC client and a TNC server in one process that know nothing but the standard binding: no
 * PB-TNC, no network, none of our host code. Messages of the collectors go to the validators
 * and back until nobody says anything more.
 *
 * What loads and works here works in other people's hosts, as far as the binding goes. */
#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"

#include <dlfcn.h>
#include <getopt.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULES_MAX 16
#define TYPES_MAX 64
#define IDS_MAX 8
#define CONNECTION 7UL

struct type {
	TNC_VendorID vendor;
	TNC_MessageSubtype subtype;
};

struct module {
	bool server; /* a validator */
	const char *path;
	void *dl;
	TNC_UInt32 ids[IDS_MAX]; /* the first is the primary one */
	size_t n_ids;
	struct type types[TYPES_MAX];
	size_t n_types;
	bool recommended;
	TNC_UInt32 action, evaluation;
};

struct message {
	struct message *next;
	TNC_UInt32 flags, vendor, subtype, source, destination, n;
	unsigned char *body;
};

struct queue {
	struct message *head, **tail;
};

static struct module modules[MODULES_MAX];
static size_t n_modules;
static TNC_UInt32 next_id = 1;
static struct queue to_server, to_client;
static struct module *sender; /* who may send now */
static bool retry_wanted, in_handshake;
static pthread_mutex_t retry_lock = PTHREAD_MUTEX_INITIALIZER;
static int without_long, without_attributes, hex;
static const char *language = "en";
static const char *identity = "endpoint.example";
static unsigned long max_message = 0xffffffff;

static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "foreign_host: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	exit(1);
}

static struct module *owner(bool server, TNC_UInt32 id)
{
	for (size_t i = 0; i < n_modules; i++)
		for (size_t k = 0; k < modules[i].n_ids; k++)
			if (modules[i].server == server && modules[i].ids[k] == id)
				return &modules[i];
	return NULL;
}

/* --- the broker's functions, for both sides ------------------------------------------------ */

static TNC_Result report(bool server, TNC_UInt32 id, TNC_VendorID *vendors,
			 TNC_MessageSubtype *subtypes, TNC_UInt32 n, bool packed)
{
	struct module *m = owner(server, id);

	if (!m || n > TYPES_MAX || (n && (!vendors || (!packed && !subtypes))))
		return TNC_RESULT_INVALID_PARAMETER;
	m->n_types = n;
	for (size_t i = 0; i < n; i++) {
		m->types[i].vendor = packed ? vendors[i] >> 8 : vendors[i];
		m->types[i].subtype = packed ? vendors[i] & 0xff : subtypes[i];
		printf("types   %s: 0x%06lx/%lu\n", m->path, m->types[i].vendor,
		       m->types[i].subtype);
	}
	return TNC_RESULT_SUCCESS;
}

static TNC_Result enqueue(bool server, TNC_UInt32 id, TNC_UInt32 conn, struct message how,
			  TNC_BufferReference body)
{
	struct module *m = owner(server, id);
	struct queue *q = server ? &to_client : &to_server;
	struct message *msg;

	if (!m || (how.n && !body) || how.vendor == TNC_VENDORID_ANY ||
	    how.subtype == TNC_SUBTYPE_ANY || how.flags & ~TNC_MESSAGE_FLAGS_EXCLUSIVE)
		return TNC_RESULT_INVALID_PARAMETER;
	if (conn != CONNECTION)
		return TNC_RESULT_INVALID_PARAMETER;
	if (m != sender)
		return TNC_RESULT_ILLEGAL_OPERATION;
	if (how.n > max_message)
		return TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE;
	if (!(msg = malloc(sizeof(*msg))) || !(msg->body = malloc(how.n + 1)))
		fail("out of memory");
	how.body = msg->body;
	how.source = id;
	*msg = how;
	if (how.n)
		memcpy(msg->body, body, how.n);
	*q->tail = msg;
	q->tail = &msg->next;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result get_string(const char *s, size_t n, TNC_UInt32 cap, TNC_BufferReference buf,
			     TNC_UInt32 *len)
{
	*len = n;
	if (buf && n <= cap)
		memcpy(buf, s, n);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result get_u32(TNC_UInt32 v, TNC_UInt32 cap, TNC_BufferReference buf,
			  TNC_UInt32 *len)
{
	unsigned char b[4] = { (unsigned char)(v >> 24), (unsigned char)(v >> 16),
			       (unsigned char)(v >> 8), (unsigned char)v };

	return get_string((char *)b, 4, cap, buf, len);
}

/* One machine name proved by a certificate (IF-IMV 1.4). */
static TNC_Result get_identities(TNC_UInt32 cap, TNC_BufferReference buf, TNC_UInt32 *len)
{
	unsigned char b[512] = { 0, 0, 0, 1, 0, 0, 0x55, 0x97, 0, 0, 0, 3 };
	static const unsigned char tail[] = { 0, 0, 0x55, 0x97, 0, 0, 0, 1,
					      0, 0, 0x55, 0x97, 0, 0, 0, 1 };
	size_t n = strlen(identity);

	if (n > 255)
		return TNC_RESULT_OTHER;
	b[15] = (unsigned char)n;
	memcpy(b + 16, identity, n);
	memcpy(b + 16 + n, tail, sizeof(tail));
	return get_string((char *)b, 32 + n, cap, buf, len);
}

static TNC_Result get_attribute(bool server, TNC_UInt32 id, TNC_AttributeID a, TNC_UInt32 cap,
				TNC_BufferReference buf, TNC_UInt32 *len)
{
	struct module *m = owner(server, id);

	if (!m || !len)
		return TNC_RESULT_INVALID_PARAMETER;
	switch (a) {
	case TNC_ATTRIBUTEID_PREFERRED_LANGUAGE:
		if (!server)
			return TNC_RESULT_INVALID_PARAMETER;
		return get_string(language, strlen(language), cap, buf, len);
	case TNC_ATTRIBUTEID_MAX_ROUND_TRIPS:
		return get_u32(0xffffffff, cap, buf, len);
	case TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE:
		return get_u32(max_message, cap, buf, len);
	case TNC_ATTRIBUTEID_HAS_LONG_TYPES:
	case TNC_ATTRIBUTEID_HAS_EXCLUSIVE:
		return get_string(without_long ? "\0" : "\1", 1, cap, buf, len);
	case TNC_ATTRIBUTEID_HAS_SOH:
		return get_string("\0", 1, cap, buf, len);
	case TNC_ATTRIBUTEID_IFTNCCS_PROTOCOL:
		return get_string("IF-TNCCS", 9, cap, buf, len);
	case TNC_ATTRIBUTEID_IFTNCCS_VERSION:
	case TNC_ATTRIBUTEID_IFT_VERSION:
		return get_string("2.0", 4, cap, buf, len);
	case TNC_ATTRIBUTEID_IFT_PROTOCOL:
		return get_string("IF-T for TLS", 13, cap, buf, len);
	case TNC_ATTRIBUTEID_AR_IDENTITIES:
		return server ? get_identities(cap, buf, len) : TNC_RESULT_INVALID_PARAMETER;
	default:
		return TNC_RESULT_INVALID_PARAMETER;
	}
}

static TNC_Result set_attribute(bool server, TNC_UInt32 id, TNC_AttributeID a, TNC_UInt32 n,
				TNC_BufferReference buf)
{
	struct module *m = owner(server, id);

	if (!m || !buf)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!server ||
	    (a != TNC_ATTRIBUTEID_REASON_STRING && a != TNC_ATTRIBUTEID_REASON_LANGUAGE))
		return TNC_RESULT_INVALID_PARAMETER;
	printf("%s  %s: %.*s\n", a == TNC_ATTRIBUTEID_REASON_STRING ? "reason" : "in lang",
	       m->path, (int)n, (const char *)buf);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result reserve(bool server, TNC_UInt32 id, TNC_UInt32 *out)
{
	struct module *m = owner(server, id);

	if (!m || !out)
		return TNC_RESULT_INVALID_PARAMETER;
	if (m->n_ids == IDS_MAX)
		return TNC_RESULT_OTHER;
	*out = m->ids[m->n_ids++] = next_id++;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result want_retry(bool server, TNC_UInt32 id, TNC_UInt32 conn,
			     TNC_RetryReason reason)
{
	if (conn != CONNECTION && conn != TNC_CONNECTIONID_ANY)
		return TNC_RESULT_INVALID_PARAMETER;
	pthread_mutex_lock(&retry_lock);
	printf("retry   wanted by %s %lu, reason %lu\n", server ? "imv" : "imc", id, reason);
	retry_wanted = true;
	pthread_mutex_unlock(&retry_lock);
	return TNC_RESULT_SUCCESS;
}

static TNC_Result recommend(TNC_IMVID id, TNC_ConnectionID conn, TNC_UInt32 action,
			    TNC_UInt32 evaluation)
{
	struct module *m = owner(true, id);

	if (!m || conn != CONNECTION || action > 3 || evaluation > 4)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!in_handshake)
		return TNC_RESULT_ILLEGAL_OPERATION;
	m->recommended = true;
	m->action = action;
	m->evaluation = evaluation;
	return TNC_RESULT_SUCCESS;
}

/* --- the same under the names of either side ----------------------------------------------- */

static TNC_Result bind_name(TNC_UInt32 id, char *name, void **out, bool server);

/* clang-format off */
#define SIDE(S, IS_SERVER)                                                                       \
static TNC_Result S##_types(TNC_UInt32 id, TNC_MessageTypeList t, TNC_UInt32 n)                  \
{ return report(IS_SERVER, id, t, NULL, n, true); }                                              \
static TNC_Result S##_types_long(TNC_UInt32 id, TNC_VendorIDList v, TNC_MessageSubtypeList s,    \
	TNC_UInt32 n)                                                                            \
{ return report(IS_SERVER, id, v, s, n, false); }                                                \
static TNC_Result S##_send(TNC_UInt32 id, TNC_UInt32 conn, TNC_BufferReference b, TNC_UInt32 n,  \
	TNC_MessageType t)                                                                       \
{                                                                                                \
	struct message m = { .vendor = t >> 8, .subtype = t & 0xff, .destination = 0xffff, .n = n }; \
	return enqueue(IS_SERVER, id, conn, m, b);                                               \
}                                                                                                \
static TNC_Result S##_send_long(TNC_UInt32 id, TNC_UInt32 conn, TNC_UInt32 flags,                \
	TNC_BufferReference b, TNC_UInt32 n, TNC_VendorID v, TNC_MessageSubtype s, TNC_UInt32 to) \
{                                                                                                \
	struct message m = { .flags = flags, .vendor = v, .subtype = s, .destination = to, .n = n }; \
	return enqueue(IS_SERVER, id, conn, m, b);                                               \
}                                                                                                \
static TNC_Result S##_retry(TNC_UInt32 id, TNC_UInt32 conn, TNC_RetryReason r)                   \
{ return want_retry(IS_SERVER, id, conn, r); }                                                   \
static TNC_Result S##_get(TNC_UInt32 id, TNC_UInt32 conn, TNC_AttributeID a, TNC_UInt32 cap,     \
	TNC_BufferReference b, TNC_UInt32 *len)                                                  \
{ (void)conn; return get_attribute(IS_SERVER, id, a, cap, b, len); }                             \
static TNC_Result S##_set(TNC_UInt32 id, TNC_UInt32 conn, TNC_AttributeID a, TNC_UInt32 n,       \
	TNC_BufferReference b)                                                                   \
{ (void)conn; return set_attribute(IS_SERVER, id, a, n, b); }                                    \
static TNC_Result S##_reserve(TNC_UInt32 id, TNC_UInt32 *out)                                    \
{ return reserve(IS_SERVER, id, out); }                                                          \
static TNC_Result S##_bind(TNC_UInt32 id, char *name, void **out)                                \
{ return bind_name(id, name, out, IS_SERVER); }

SIDE(tncc, false)
SIDE(tncs, true)

static const struct {
	const char *name;
	void *fn[2]; /* TNCC, TNCS */
	bool longs, attributes;
} functions[] = {
	{ "ReportMessageTypes", { tncc_types, tncs_types }, false, false },
	{ "ReportMessageTypesLong", { tncc_types_long, tncs_types_long }, true, false },
	{ "SendMessage", { tncc_send, tncs_send }, false, false },
	{ "SendMessageLong", { tncc_send_long, tncs_send_long }, true, false },
	{ "RequestHandshakeRetry", { tncc_retry, tncs_retry }, false, false },
	{ "GetAttribute", { tncc_get, tncs_get }, false, true },
	{ "SetAttribute", { tncc_set, tncs_set }, false, true },
	{ "ReserveAdditionalIMCID", { tncc_reserve, NULL }, true, false },
	{ "ReserveAdditionalIMVID", { NULL, tncs_reserve }, true, false },
	{ "ProvideRecommendation", { NULL, recommend }, false, false },
	{ "BindFunction", { tncc_bind, tncs_bind }, false, false },
};
/* clang-format on */

static TNC_Result bind_name(TNC_UInt32 id, char *name, void **out, bool server)
{
	const char *prefix = server ? "TNC_TNCS_" : "TNC_TNCC_";

	if (!owner(server, id) || !name || !out)
		return TNC_RESULT_INVALID_PARAMETER;
	*out = NULL;
	if (strncmp(name, prefix, 9) != 0)
		return TNC_RESULT_INVALID_PARAMETER;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(name + 9, functions[i].name) != 0 || !functions[i].fn[server])
			continue;
		if ((without_long && functions[i].longs) ||
		    (without_attributes && functions[i].attributes))
			break;
		*out = functions[i].fn[server];
		return TNC_RESULT_SUCCESS;
	}
	return TNC_RESULT_INVALID_PARAMETER;
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
	sender = may_send ? m : NULL;
	check(m, verb, fn(m->ids[0], CONNECTION));
	sender = NULL;
}

static void tell(TNC_ConnectionState state)
{
	for (size_t i = 0; i < n_modules; i++) {
		TNC_IMC_NotifyConnectionChangePointer fn =
			(TNC_IMC_NotifyConnectionChangePointer)symbol(
				&modules[i], "NotifyConnectionChange");
		if (fn)
			check(&modules[i], "NotifyConnectionChange",
			      fn(modules[i].ids[0], CONNECTION, state));
	}
}

static void load(const char *path, bool server)
{
	struct module *m = &modules[n_modules];
	TNC_Version version = 0;
	TNC_IMC_InitializePointer init;
	TNC_IMC_ProvideBindFunctionPointer provide;

	if (n_modules == MODULES_MAX)
		fail("too many modules");
	*m = (struct module){ .server = server, .path = path, .n_ids = 1 };
	if (!(m->dl = dlopen(path, RTLD_NOW | RTLD_LOCAL)))
		fail("%s", dlerror());
	init = (TNC_IMC_InitializePointer)symbol(m, "Initialize");
	provide = (TNC_IMC_ProvideBindFunctionPointer)symbol(m, "ProvideBindFunction");
	if (!init || !provide ||
	    !symbol(m, server ? "SolicitRecommendation" : "BeginHandshake"))
		fail("%s lacks a mandatory function", path);
	m->ids[0] = next_id++;
	n_modules++;
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

	if (!without_long)
		fn_long = (TNC_IMC_ReceiveMessageLongPointer)symbol(m, "ReceiveMessageLong");
	fn = (TNC_IMC_ReceiveMessagePointer)symbol(m, "ReceiveMessage");
	sender = m;
	if (fn_long)
		check(m, "ReceiveMessageLong",
		      fn_long(m->ids[0], CONNECTION, msg->flags, msg->body, msg->n,
			      msg->vendor, msg->subtype, msg->source, msg->destination));
	else if (fn && msg->subtype < TNC_SUBTYPE_ANY)
		check(m, "ReceiveMessage",
		      fn(m->ids[0], CONNECTION, msg->body, msg->n,
			 msg->vendor << 8 | msg->subtype));
	sender = NULL;
}

static void show(const struct message *msg, bool server)
{
	printf("message %s %lu -> 0x%04lx type=0x%06lx/%lu%s len=%lu", server ? "imc" : "imv",
	       msg->source, msg->destination, msg->vendor, msg->subtype,
	       msg->flags & TNC_MESSAGE_FLAGS_EXCLUSIVE ? " exclusive" : "", msg->n);
	if (hex)
		printf(" ");
	for (size_t i = 0; hex && i < msg->n; i++)
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
		for (size_t i = 0; i < n_modules; i++)
			if (modules[i].server == server && wants(&modules[i], msg))
				receive(&modules[i], msg);
		next = msg->next;
		free(msg->body);
		free(msg);
	}
	for (size_t i = 0; i < n_modules; i++)
		if (modules[i].server == server)
			call(&modules[i], "BatchEnding", true);
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

	for (size_t i = 0; i < n_modules; i++)
		modules[i].recommended = false;
	in_handshake = true;
	tell(TNC_CONNECTION_STATE_HANDSHAKE);
	for (size_t i = 0; i < n_modules; i++)
		if (!modules[i].server)
			call(&modules[i], "BeginHandshake", true);
	while (rounds-- && deliver(&to_server, true) + (to_client.head != NULL))
		deliver(&to_client, false);
	for (size_t i = 0; i < n_modules; i++) {
		struct module *m = &modules[i];

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
	deliver(&to_client, false);
	in_handshake = false;
	printf("overall %s\n", actions[worst]);
	return worst;
}

static void finish(void)
{
	for (size_t i = n_modules; i--;) {
		TNC_IMC_TerminatePointer fn =
			(TNC_IMC_TerminatePointer)symbol(&modules[i], "Terminate");
		if (fn)
			check(&modules[i], "Terminate", fn(modules[i].ids[0]));
		dlclose(modules[i].dl);
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
		{ "without-long", 0, &without_long, 1 },
		{ "without-attributes", 0, &without_attributes, 1 },
		{ "handshakes", 1, NULL, 'n' },
		{ "rounds", 1, NULL, 'r' },
		{ "max-message", 1, NULL, 'm' },
		{ "language", 1, NULL, 'L' },
		{ "identity", 1, NULL, 'i' },
		{ "hex", 0, &hex, 1 },
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
			max_message = strtoul(optarg, NULL, 10);
			break;
		case 'L':
			language = optarg;
			break;
		case 'i':
			identity = optarg;
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
	to_server.tail = &to_server.head;
	to_client.tail = &to_client.head;
	options(argc, argv);
	tell(TNC_CONNECTION_STATE_CREATE);
	for (unsigned i = 0; i < 8 && (i < handshakes || retry_wanted); i++) {
		retry_wanted = false;
		answer = handshake(rounds);
		tell(states[answer]);
	}
	tell(TNC_CONNECTION_STATE_DELETE);
	finish();
	return status[answer];
}
