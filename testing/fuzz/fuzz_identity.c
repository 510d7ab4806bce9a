/* SPDX-License-Identifier: BSD-2-Clause */
/* Who an endpoint says it is, and which language it likes: identity lists, as hosts hand them
 * out; certificates; Accept-Language values. */
#include "fuzz.h"
#include "base/wr.h"
#include "host/language.h"
#include "net/peer_id.h"
#include "posture/identity.h"

#include <openssl/x509.h>

/* A key stands for itself wherever it is read again. */
static void must_last(struct identity *id)
{
	struct identity again;

	FUZZ_MUST(id->key && id->name && strchr(id->key, ':'));
	FUZZ_MUST(identity_from_key(id->key, &again) == 0);
	FUZZ_MUST(strcmp(again.key, id->key) == 0);
	for (const char *p = id->key; *p; p++)
		FUZZ_MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
	identity_free(&again);
	identity_free(id);
}

static void list(struct span in)
{
	struct identity id;

	if (identity_from_ar(in, &id) == 0)
		must_last(&id);
	for (int type = 0; type <= IDENTITY_URI; type++)
		if (identity_from_value((enum identity_type)type, in, &id) == 0)
			must_last(&id);
}

static void certificate(struct span in)
{
	const unsigned char *p = in.p;
	X509 *cert = d2i_X509(NULL, &p, (long)in.n);
	struct peer_ids ids = { 0 };
	struct identity id;
	char subject[256];

	if (!cert)
		return;
	peer_ids_begin(&ids);
	if (peer_ids_add_cert(&ids, cert) == 0 &&
	    identity_from_ar(wr_span(&ids.out), &id) == 0)
		must_last(&id);
	peer_id_subject(cert, subject, sizeof(subject));
	FUZZ_MUST(strlen(subject) < sizeof(subject));
	wr_reset(&ids.out);
	X509_free(cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t half = n / 2;
	struct span value = language_value(span_of(p, n));

	list(span_of(p, n));
	certificate(span_of(p, n));
	FUZZ_MUST(value.n <= n);
	(void)language_quality(span_of(p, half), span_of(p + half, n - half));
	(void)language_tag_valid(span_of(p, n));
	return 0;
}
