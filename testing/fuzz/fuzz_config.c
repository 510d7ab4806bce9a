/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that an administrator writes: tnc_config, and those in libConfuse's form. Whatever
 * is in them, they are read or refused with a line that says where. */
#define _GNU_SOURCE /* memmem, memfd_create */
#include "fuzz.h"
#include "base/conf.h"
#include "host/tnc_config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static cfg_opt_t rule_opts[] = {
	CFG_STR_LIST("required", "{}", CFGF_NONE),
	CFG_STR("failure", "major", CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t opts[] = {
	CFG_INT("port", 271, CFGF_NONE),
	CFG_BOOL("events", cfg_true, CFGF_NONE),
	CFG_STR("name", NULL, CFGF_NONE),
	CFG_SEC("rule", rule_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};

static const struct conf_range ranges[] = { { "port", 0, 65535 }, { 0 } };

static void conf(const char *path)
{
	struct conf_error e = { "" };
	cfg_t *cfg = NULL;

	if (conf_load(path, opts, ranges, &cfg, &e) < 0) {
		FUZZ_MUST(!cfg);
		return;
	}
	FUZZ_MUST(cfg_getint(cfg, "port") >= 0 && cfg_getint(cfg, "port") <= 65535);
	conf_free(cfg);
}

static void modules(const char *path, size_t n)
{
	struct tnc_config c;

	if (tnc_config_read(path, &c) < 0)
		return;
	FUZZ_MUST(c.n + c.n_bad <= n + 1);
	for (size_t i = 0; i < c.n; i++) {
		FUZZ_MUST(c.entries[i].name && c.entries[i].path[0] == '/');
		FUZZ_MUST(c.entries[i].line);
		for (size_t j = 0; j < i; j++)
			FUZZ_MUST(c.entries[i].kind != c.entries[j].kind ||
				  strcmp(c.entries[i].name, c.entries[j].name) != 0);
	}
	tnc_config_free(&c);
}

/* Files that others are read from would make it another test. */
static bool includes(const uint8_t *p, size_t n)
{
	return memmem(p, n, "include", 7) || memmem(p, n, "${", 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	char path[64];

	FUZZ_MUST(fd >= 0 && fchmod(fd, 0600) == 0);
	FUZZ_MUST(write(fd, p, n) == (ssize_t)n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	modules(path, n);
	if (n && !includes(p, n))
		conf(path);
	FUZZ_MUST(close(fd) == 0);
	return 0;
}
