/* SPDX-License-Identifier: BSD-2-Clause */
/* All limits on what a peer can make this program do or hold. The configuration fills a struct
 * limits; LIMITS_DEFAULT are the defaults. */
#ifndef STANCE_BASE_LIMITS_H
#define STANCE_BASE_LIMITS_H

#include <stdint.h>

struct limits {
	uint32_t setup_message;   /* octets of a PT-TLS message before Data Transport */
	uint32_t batch;           /* octets of a PB-TNC batch we accept */
	uint32_t batch_out;       /* octets of a PB-TNC batch we send */
	uint32_t attribute;       /* octets of a reassembled PA-TNC attribute */
	uint32_t segment;         /* octets of one segment that we request */
	uint32_t identifiers;     /* software identifiers in one targeted request */
	uint32_t records;         /* software records of one endpoint */
	uint32_t messages;        /* PB-TNC messages in one batch */
	uint32_t rounds;          /* round trips in one assessment */
	uint32_t unknown;         /* unknown PT-TLS messages on one session */
	uint32_t sasl_rounds;     /* SASL messages of one run */
	uint32_t sasl_runs;       /* SASL runs on one session */
	uint32_t handshake_s;     /* seconds for the TLS handshake */
	uint32_t negotiation_s;   /* seconds for PT-TLS version and SASL */
	uint32_t assessment_s;    /* seconds from the first batch to the result */
	uint32_t idle_s;          /* seconds without a message before the session ends */
	uint32_t close_s;         /* seconds for an orderly close */
	uint32_t sessions;        /* sessions at once */
	uint32_t sessions_per_ip; /* sessions at once from one address */
	uint32_t output;          /* octets queued towards one peer */
	uint32_t assessments;     /* assessments under way at once */
	uint32_t waiting_s;       /* seconds that an assessment may wait for a slot */
	uint32_t
		sessions_per_identity; /* sessions at once of one endpoint; the newest are kept */
	uint32_t assessments_per_minute; /* of one endpoint */
	uint32_t
		penalized_handshakes_per_second; /* handshakes with penalized addresses; 0: no penalties */
	uint32_t memory; /* octets buffered by all sessions, in and out */
};

/* clang-format off */
#define LIMITS_DEFAULT {                \
	.setup_message = 64 * 1024,     \
	.batch = 16 * 1024 * 1024,      \
	.batch_out = 2097120,           \
	.attribute = 64 * 1024 * 1024,  \
	.segment = 1024 * 1024,         \
	.identifiers = 65536,           \
	.records = 262144,              \
	.messages = 4096,               \
	.rounds = 4096,                 \
	.unknown = 16,                  \
	.sasl_rounds = 16,              \
	.sasl_runs = 3,                 \
	.handshake_s = 10,              \
	.negotiation_s = 30,            \
	.assessment_s = 120,            \
	.idle_s = 0,                    \
	.close_s = 5,                   \
	.sessions = 65536,              \
	.sessions_per_ip = 1024,        \
	.output = 64 * 1024 * 1024,     \
	.assessments = 256,             \
	.waiting_s = 600,               \
	.sessions_per_identity = 2,     \
	.assessments_per_minute = 60,   \
	.penalized_handshakes_per_second = 32,      \
	.memory = 1024 * 1024 * 1024,   \
}
/* clang-format on */

#endif
