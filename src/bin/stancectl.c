/* SPDX-License-Identifier: BSD-2-Clause */
/* stancectl: the command line of the posture manager. */
#include "config.h"

#include "admin/client/cli.h"
#include "admin/client/client.h"
#include "admin/socket.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 20

/* The writer settings for standard output: terminal width, encoding, bold. */
static struct writer_conf writer_for_stdout(bool wide)
{
	const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");
	struct writer_conf c = { .out = stdout, .wide = wide };
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return c;
	c.terminal = true;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN)
		c.width = size.ws_col;
	c.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	c.bold = term && strcmp(term, "dumb") != 0 && !(plain && *plain);
	return c;
}

static int run(const struct cli *cli)
{
	const struct client_conf conf = {
		.socket = cli->socket ? cli->socket : admin_socket_path(),
		.form = cli->form,
		.writer = writer_for_stdout(cli->wide),
		.timeout_s = cli->timeout_s,
		.err = stderr,
		.progress = isatty(STDERR_FILENO) != 0,
	};

	return client_ask(&conf, &cli->request);
}

int main(int argc, char **argv)
{
	struct admin_fault f;
	struct cli cli;
	int exit = ADMIN_YES;

	setlocale(LC_CTYPE, "");
	if (cli_parse(&cli, argc, argv, &f) < 0) {
		client_say(stderr, f.text);
		exit = f.exit;
	} else if (cli.action == CLI_HELP) {
		cli_help(stdout, cli.topic);
	} else if (cli.action == CLI_VERSION) {
		puts("stancectl (" PACKAGE_NAME ") " PACKAGE_VERSION);
	} else {
		exit = run(&cli);
	}
	cli_reset(&cli);
	return exit;
}
