#include "net/net_loop.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

int net_loop_init(struct net_loop *l)
{
	memset(l, 0, sizeof(*l));
	l->rx = malloc(NET_RX_OCTETS);
	l->plain = malloc(NET_PLAIN_OCTETS);
	if (!l->rx || !l->plain) {
		free(l->rx);
		free(l->plain);
		return ST_ENOMEM;
	}
	if (uv_loop_init(&l->uv) < 0) {
		free(l->rx);
		free(l->plain);
		return ST_EIO;
	}
	l->uv.data = l;
	return 0;
}

int net_loop_reset(struct net_loop *l)
{
	if (uv_loop_close(&l->uv) < 0)
		return ST_EBUSY;
	free(l->rx);
	free(l->plain);
	memset(l, 0, sizeof(*l));
	return 0;
}
