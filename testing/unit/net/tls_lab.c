/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_lab.h"

static void end_read(struct end *e, struct wr *from)
{
	struct span in = wr_span(from);
	uint8_t buf[1024];
	int n;

	while (!e->err && (n = tls_read(e->tls, &in, buf, sizeof(buf))) != 0) {
		if (n < 0) {
			e->err = n;
		} else {
			memcpy(e->got + e->n, buf, (size_t)n);
			e->n += (size_t)n;
		}
	}
	wr_reset(from);
}

void shuttle(struct end *server, struct end *client)
{
	struct wr none = { 0 };

	end_read(client, &none);
	for (int i = 0; i < 20; i++) {
		end_read(server, tls_output(client->tls));
		end_read(client, tls_output(server->tls));
	}
}
