/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server says to the operating system collector, through the kit and in any order. It
 * never fails for good, and every message it sends is a PA-TNC message. */
#include "fuzz.h"
#include "kit_ops.h"

#include "base/conf.h"
#include "base/log.h"
#include "tncif/tncifimc.h"
#include "unit/kit/fake_host.h"
#include "wire/pa_attr.h"
#include "wire/pa_msg.h"

#include <stdio.h>
#include <unistd.h>

#define CONN 5UL

static char dir[] = "/tmp/stance-fuzz.XXXXXX", file[64];

static void clean(void)
{
	(void)unlink(file);
	(void)rmdir(dir);
}

/* A system without any files: what it tells does not depend on the machine. */
static void start(void)
{
	TNC_Version v = 0;
	FILE *f;

	log_set_level(LOG_L_ERROR);
	FUZZ_MUST(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/imc-os.conf", dir);
	FUZZ_MUST(f = fopen(file, "w"));
	(void)fprintf(f, "root = \"%s\"\n", dir);
	FUZZ_MUST(fclose(f) == 0);
	(void)atexit(clean);
	conf_dir_set(dir);
	FUZZ_MUST(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v) == TNC_RESULT_SUCCESS);
	FUZZ_MUST(TNC_IMC_ProvideBindFunction(FAKE_ID, fake_bind) == TNC_RESULT_SUCCESS);
}

static void notify(unsigned long state)
{
	FUZZ_MUST(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, state) == TNC_RESULT_SUCCESS);
}

static void say(struct span msg, uint8_t pick)
{
	unsigned long subtype = pick & 1 ? PA_SUBTYPE_FIREWALL : PA_SUBTYPE_OS;

	FUZZ_MUST(TNC_IMC_ReceiveMessageLong(FAKE_ID, CONN, 0, (TNC_BufferReference)msg.p,
					     msg.n, 0, subtype, pick >> 1,
					     FAKE_ID) == TNC_RESULT_SUCCESS);
}

static void step(const struct kit_step *s)
{
	switch (s->op) {
	case KIT_OP_MESSAGE:
		say(s->msg, s->pick);
		break;
	case KIT_OP_ENDING:
		FUZZ_MUST(TNC_IMC_BatchEnding(FAKE_ID, CONN) == TNC_RESULT_SUCCESS);
		break;
	case KIT_OP_BEGIN:
		notify(TNC_CONNECTION_STATE_HANDSHAKE);
		FUZZ_MUST(TNC_IMC_BeginHandshake(FAKE_ID, CONN) == TNC_RESULT_SUCCESS);
		break;
	case KIT_OP_END:
		notify(TNC_CONNECTION_STATE_ACCESS_ISOLATED);
		break;
	default:
		notify(TNC_CONNECTION_STATE_DELETE);
		notify(TNC_CONNECTION_STATE_CREATE);
		fake.max_message = s->pick & 1 ? 256 : 0;
	}
}

static void must_be_messages(void)
{
	const struct fake_message *m;

	while ((m = fake_next())) {
		struct rd r = rd_over(m->bytes);
		struct pa_attr a;
		struct pa_msg head;
		int got;

		FUZZ_MUST(pa_msg_decode(&r, &head) == 0);
		while ((got = pa_attr_next(&r, &a)) > 0)
			;
		FUZZ_MUST(got == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct rd r = rd_over(span_of(p, n));
	static bool started;
	struct kit_step s;

	fake_reset();
	if (!started)
		start();
	started = true;
	notify(TNC_CONNECTION_STATE_CREATE);
	step(&(struct kit_step){ .op = KIT_OP_BEGIN });
	if (n && p[0] > 127)
		for (int i = rd_u8(&r) & 1; i < KIT_OPS_MAX && kit_step_next(&r, &s); i++)
			step(&s);
	else
		say(span_of(p, n), 0);
	step(&(struct kit_step){ .op = KIT_OP_ENDING });
	must_be_messages();
	notify(TNC_CONNECTION_STATE_DELETE);
	return 0;
}
