/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger_mark.h"

#include "base/err.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER_MARK_SIZE 64

static ino_t ledger_inode(const char *path)
{
	struct stat st;

	return path && lstat(path, &st) == 0 ? st.st_ino : 0;
}

int ledger_mark_open(struct ledger *l, const char *path)
{
	char name[PATH_MAX + 8];

	if (!(l->path = strdup(path)))
		return ST_ENOMEM;
	l->inode = ledger_inode(path);
	(void)snprintf(name, sizeof(name), "%s.mark", path);
	l->mark = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return 0;
}

void ledger_mark_close(struct ledger *l)
{
	free(l->path);
	l->path = NULL;
	if (l->mark >= 0)
		(void)close(l->mark);
	l->mark = -1;
}

bool ledger_in_place(const struct ledger *l)
{
	return !l->path || ledger_inode(l->path) == l->inode;
}

/* The mark file has the number of the last change and the inode of the ledger. It is not
 * synced: it may be older than the ledger after a crash, but never newer. */
void ledger_mark(struct ledger *l)
{
	char text[LEDGER_MARK_SIZE];
	int n;

	if (l->mark < 0)
		return;
	n = snprintf(text, sizeof(text), "%016llx %llu %llu",
		     (unsigned long long)l->state.lineage,
		     (unsigned long long)l->state.generation, (unsigned long long)l->inode);
	(void)snprintf(text + n, sizeof(text) - (size_t)n, "%*s", (int)sizeof(text) - n - 1,
		       "");
	text[sizeof(text) - 1] = '\n';
	if (pwrite(l->mark, text, sizeof(text), 0) != sizeof(text))
		(void)!ftruncate(l->mark, 0); /* an empty mark proves nothing */
}

bool ledger_marked(struct ledger *l)
{
	unsigned long long lineage, generation, inode;
	char text[LEDGER_MARK_SIZE + 1] = "";

	if (l->mark < 0 || pread(l->mark, text, LEDGER_MARK_SIZE, 0) <= 0)
		return false;
	return sscanf(text, "%16llx %llu %llu", &lineage, &generation, &inode) == 3 &&
	       lineage == (unsigned long long)l->state.lineage && inode == l->inode &&
	       generation <= (unsigned long long)l->state.generation;
}
