/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "load/admin_query.h"

#include "admin/socket.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_S 120

int load_manager_pid(const struct load_conf *conf)
{
	struct ucred peer = { 0 };
	socklen_t n = sizeof(peer);
	int fd;

	if (conf->manager_pid || !conf->socket)
		return (int)conf->manager_pid;
	if (socket_connect(conf->socket, &fd) < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0)
		peer.pid = 0;
	close(fd);
	return peer.pid;
}

static char *ask_line(const char *command, const char *view, const char *name,
		      const char *flag)
{
	json_t *args = json_object(), *all;
	char *line;

	if (name)
		json_object_set_new(args,
				    strcmp(command, "endpoint") == 0 ? "name" : "endpoint",
				    json_string(name));
	if (flag)
		json_object_set_new(args, flag, json_true());
	all = json_pack("{s:i, s:s, s:o}", "stance", 1, "command", command, "args", args);
	if (view)
		json_object_set_new(all, "view", json_string(view));
	line = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return line;
}

int admin_query_open(struct admin_query *a, const char *socket, const char *command,
		     const char *view, const char *name, const char *flag)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char *line = ask_line(command, view, name, flag);
	int fd, err = line ? socket_connect(socket, &fd) : ST_ENOMEM;

	if (!err) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		(void)dprintf(fd, "%s\n", line);
		if (!(a->from = fdopen(fd, "r"))) {
			close(fd);
			err = ST_ENOMEM;
		}
	}
	free(line);
	return err;
}

void admin_query_close(struct admin_query *a)
{
	if (a->from)
		fclose(a->from);
	json_decref(a->row);
	json_decref(a->keys);
	free(a->line);
	*a = (struct admin_query){ 0 };
}

int admin_query_next(struct admin_query *a)
{
	json_t *line;
	bool over;

	while (getline(&a->line, &a->cap, a->from) > 0) {
		line = json_loads(a->line, JSON_ALLOW_NUL, NULL);
		if (json_is_array(line)) {
			json_decref(a->row);
			a->row = line;
			return 1;
		}
		if (json_object_get(line, "keys")) {
			json_decref(a->keys);
			a->keys = json_incref(json_object_get(line, "keys"));
		}
		over = json_object_get(line, "exit") != NULL;
		json_decref(line);
		if (over)
			return 0;
	}
	return ST_ECLOSED;
}

json_t *admin_query_cell(const struct admin_query *a, const char *key)
{
	json_t *name, *cell;
	size_t at;

	json_array_foreach(a->keys, at, name)
	{
		if (json_is_string(name) && strcmp(json_string_value(name), key) == 0) {
			cell = json_array_get(a->row, at);
			return json_is_null(cell) ? NULL : cell;
		}
	}
	return NULL;
}
