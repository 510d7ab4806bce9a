/* SPDX-License-Identifier: BSD-2-Clause */
/* The two files of foreign_host: the broker that modules see, and the program around it. */
#ifndef STANCE_TESTING_FOREIGN_HOST_H
#define STANCE_TESTING_FOREIGN_HOST_H

#include "tncif/tncifimc.h"
#include "tncif/tncifimv.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

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

/* The binding gives functions no context, so there is one of it. */
struct foreign_host {
	struct module modules[MODULES_MAX];
	size_t n_modules;
	TNC_UInt32 next_id;
	struct queue to_server, to_client;
	struct module *sender; /* who may send now */
	bool in_handshake;
	bool retry_wanted; /* under retry_lock */
	pthread_mutex_t retry_lock;

	/* options */
	int without_long, without_attributes, hex;
	const char *language, *identity;
	unsigned long max_message;
};

extern struct foreign_host host;

void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Answers a name, for a TNCS or a TNCC. */
TNC_Result tncc_bind(TNC_UInt32 id, char *name, void **out);
TNC_Result tncs_bind(TNC_UInt32 id, char *name, void **out);

#endif
