/* Who has said hello and has to wait, on one loop: first come, first served, a few in each round
 * of the loop, after everything that was already under way. When very many come at once, their
 * handshakes then follow each other and each is done soon after its beginning; otherwise all
 * would be half done when the first deadline strikes, and begin again. Nobody keeps a place, so
 * peers that fall silent in the middle hold up nobody. */
#ifndef STANCE_NET_HELLO_H
#define STANCE_NET_HELLO_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define HELLOS_A_ROUND 16

/* One who waits; zeroed, with `turn` set. */
struct hello {
	struct hello *next, **back; /* back NULL: does not wait */
	void (*turn)(struct hello *h);
};

struct hello_queue {
	struct hello *first, **last;
	uv_idle_t idle; /* running while somebody waits */
	uint64_t round; /* loop time, milliseconds */
	unsigned served;
};

void hello_queue_init(struct hello_queue *q, uv_loop_t *loop);

/* Its handle is to be closed; nobody waits. */
void hello_queue_close(struct hello_queue *q);

/* True: go on at once. False: h->turn(h) comes, unless hello_leave does first. */
bool hello_enter(struct hello_queue *q, struct hello *h);

/* Also for one that does not wait. */
void hello_leave(struct hello_queue *q, struct hello *h);

#endif
