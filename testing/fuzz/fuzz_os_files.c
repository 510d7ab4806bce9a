/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's own files, as the operating system collector reads them: what it tells is
 * plain, bounded text. */
#include "fuzz.h"
#include "imc/os/os_product.h"
#include "imc/os/os_state.h"
#include "imc/os/os_text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const dirs[] = {
	"etc",      "proc",         "proc/sys",         "proc/sys/kernel",
	"proc/net", "proc/sys/net", "proc/sys/net/ipv4"
};
static const char *const files[] = { "etc/os-release",
				     "etc/debian_version",
				     "proc/stat",
				     "proc/sys/kernel/osrelease",
				     "proc/sys/net/ipv4/ip_forward",
				     "proc/net/tcp",
				     "proc/net/udp6" };
#define N(list) (sizeof(list) / sizeof(list[0]))

static char root[] = "/tmp/stance-fuzz.XXXXXX";

static void name(char out[128], const char *path)
{
	(void)snprintf(out, 128, "%s/%s", root, path);
}

static void clean(void)
{
	char path[128];

	for (size_t i = 0; i < N(files); i++) {
		name(path, files[i]);
		(void)unlink(path);
	}
	for (size_t i = N(dirs); i--;) {
		name(path, dirs[i]);
		(void)rmdir(path);
	}
	(void)rmdir(root);
}

static void start(void)
{
	char path[128];

	FUZZ_MUST(mkdtemp(root));
	(void)atexit(clean);
	for (size_t i = 0; i < N(dirs); i++) {
		name(path, dirs[i]);
		FUZZ_MUST(mkdir(path, 0700) == 0);
	}
}

/* All of them are the same: one file with several names. */
static void write_files(const uint8_t *p, size_t n)
{
	char first[128], path[128];
	int fd;

	name(first, files[0]);
	fd = open(first, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FUZZ_MUST(fd >= 0 && write(fd, p, n) == (ssize_t)n && close(fd) == 0);
	for (size_t i = 1; i < N(files); i++) {
		name(path, files[i]);
		if (access(path, F_OK) < 0)
			FUZZ_MUST(link(first, path) == 0);
	}
}

static void must_be_plain(const char *text, size_t cap)
{
	FUZZ_MUST(memchr(text, '\0', cap));
	for (; *text; text++)
		FUZZ_MUST((unsigned char)*text >= 0x20 && *text != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct os_ports ports;
	static bool started;
	struct os_product product;
	int forwarding;

	if (!started)
		start();
	started = true;
	write_files(p, n);
	os_product_read(root, &product);
	must_be_plain(product.name, sizeof(product.name));
	must_be_plain(product.version, sizeof(product.version));
	must_be_plain(product.arch, sizeof(product.arch));
	must_be_plain(product.kernel, sizeof(product.kernel));
	FUZZ_MUST(os_boot_time(root) >= 0);
	forwarding = os_forwarding(root);
	FUZZ_MUST(forwarding >= -1 && forwarding <= 1);
	(void)os_ports_read(root, &ports);
	return 0;
}
