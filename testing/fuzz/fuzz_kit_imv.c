/* SPDX-License-Identifier: BSD-2-Clause */
/* What endpoints say to the SWIMA validator, through the kit and in any order: attributes,
 * segments, batches, new assessments and connections. When it is asked, it always decides, and
 * keeps nothing of a connection that is gone. */
#include "fuzz.h"
#include "kit_ops.h"

#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "tncif/tncifimv.h"
#include "unit/imv/fake_posture.h"
#include "unit/kit/fake_host.h"
#include "wire/pa_attr.h"

#define CONN 5UL

static void start(void)
{
	TNC_Version v = 0;

	log_set_level(LOG_L_ERROR);
	conf_dir_set("/nonexistent");
	fake_present = true;
	FUZZ_MUST(TNC_IMV_Initialize(FAKE_ID, 1, 1, &v) == TNC_RESULT_SUCCESS);
	FUZZ_MUST(TNC_IMV_ProvideBindFunction(FAKE_ID, fake_bind) == TNC_RESULT_SUCCESS);
}

static void notify(unsigned long state)
{
	FUZZ_MUST(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, state) == TNC_RESULT_SUCCESS);
}

static void must_decide(void)
{
	unsigned before = fake.recommendations;

	FUZZ_MUST(TNC_IMV_SolicitRecommendation(FAKE_ID, CONN) == TNC_RESULT_SUCCESS);
	FUZZ_MUST(fake.recommendations == before + 1);
	FUZZ_MUST(fake.action <= TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION);
	FUZZ_MUST(fake.evaluation <= TNC_IMV_EVALUATION_RESULT_DONT_KNOW);
}

static void say(struct span msg, uint8_t from)
{
	(void)TNC_IMV_ReceiveMessageLong(FAKE_ID, CONN, 0, (TNC_BufferReference)msg.p, msg.n,
					 0, PA_SUBTYPE_SWIMA, from, 0xffff);
}

static void step(const struct kit_step *s)
{
	switch (s->op) {
	case KIT_OP_MESSAGE:
		say(s->msg, s->pick);
		break;
	case KIT_OP_ENDING:
		FUZZ_MUST(TNC_IMV_BatchEnding(FAKE_ID, CONN) == TNC_RESULT_SUCCESS);
		break;
	case KIT_OP_BEGIN:
		notify(TNC_CONNECTION_STATE_HANDSHAKE);
		break;
	case KIT_OP_END:
		must_decide();
		notify(TNC_CONNECTION_STATE_ACCESS_ALLOWED);
		break;
	default:
		notify(TNC_CONNECTION_STATE_DELETE);
		notify(TNC_CONNECTION_STATE_CREATE);
	}
}

/* What is known of the endpoint: nothing, an inventory, one with a hole, an incomplete one. */
static void know(uint8_t what)
{
	fake_state = (struct endpoint_state){ 0 };
	fake_state_err = what & 3 ? 0 : ST_ENOENT;
	fake_state.has_inventory = what & 1;
	fake_state.epoch = 0x11223344;
	fake_state.contiguous_eid = 20;
	fake_state.highest_eid = what & 2 ? 30 : 20;
	fake_state.has_gap = what & 2;
	fake_state.incomplete = what & 4;
	fake_fact = (struct fact_row){ 0 };
	if (what & 8)
		fake_fact = (struct fact_row){ SPAN_LIT("swima.collectors"), SPAN_LIT("2") };
	fake.max_message = what & 16 ? 2048 : 0;
}

static void steps(struct span in)
{
	struct rd r = rd_over(in);
	struct kit_step s;

	know(rd_u8(&r));
	notify(TNC_CONNECTION_STATE_CREATE);
	for (int i = 0; i < KIT_OPS_MAX && kit_step_next(&r, &s); i++)
		step(&s);
}

static void one_message(struct span in)
{
	know(1);
	notify(TNC_CONNECTION_STATE_CREATE);
	notify(TNC_CONNECTION_STATE_HANDSHAKE);
	FUZZ_MUST(TNC_IMV_BatchEnding(FAKE_ID, CONN) == TNC_RESULT_SUCCESS);
	say(in, 3);
	FUZZ_MUST(TNC_IMV_BatchEnding(FAKE_ID, CONN) == TNC_RESULT_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static bool started;

	fake_reset();
	fake_forget();
	if (!started)
		start();
	started = true;
	if (n && p[0] > 127)
		steps(span_of(p, n));
	else
		one_message(span_of(p, n));
	must_decide();
	notify(TNC_CONNECTION_STATE_DELETE);
	return 0;
}
