/* SPDX-License-Identifier: BSD-2-Clause */
#include "platform.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define OS_RELEASE_MAX_LINES 256

/* Names of machines in dpkg. */
static const struct {
	const char *machine, *native;
} platform_names[] = {
	{ "x86_64", "amd64" },    { "aarch64", "arm64" },       { "i386", "i386" },
	{ "i486", "i386" },       { "i586", "i386" },           { "i686", "i386" },
	{ "armv6l", "armhf" },    { "armv7l", "armhf" },        { "armv8l", "armhf" },
	{ "ppc64le", "ppc64el" }, { "mips64", "mips64el" },     { "mips", "mipsel" },
	{ "riscv64", "riscv64" }, { "loongarch64", "loong64" },
};

/* ID and VERSION_ID contain a-z, 0-9, '.', '_' and '-' (os-release(5)), optionally in quotes.
 * Any other character ends the value. */
static void os_release_value(const char *v, char *to, size_t size)
{
	size_t n = 0;

	if (*v == '"' || *v == '\'')
		v++;
	while (n + 1 < size && (isalnum((unsigned char)v[n]) || (v[n] && strchr("._-", v[n]))))
		n++;
	memcpy(to, v, n);
	to[n] = '\0';
}

static int os_release_read(const char *root, const char *file, struct platform *p)
{
	char path[PATH_MAX], line[1024];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s%s", root, file);
	if (!(f = fopen(path, "re")))
		return 0;
	for (int i = 0; i < OS_RELEASE_MAX_LINES && fgets(line, sizeof(line), f); i++) {
		if (strncmp(line, "ID=", 3) == 0)
			os_release_value(line + 3, p->id, sizeof(p->id));
		else if (strncmp(line, "VERSION_ID=", 11) == 0)
			os_release_value(line + 11, p->version, sizeof(p->version));
	}
	(void)fclose(f);
	return 1;
}

static const char *platform_native(const char *machine)
{
	for (size_t i = 0; i < sizeof(platform_names) / sizeof(platform_names[0]); i++)
		if (strcmp(platform_names[i].machine, machine) == 0)
			return platform_names[i].native;
	return machine;
}

void platform_read(const char *root, struct platform *p)
{
	struct utsname u;

	memset(p, 0, sizeof(*p));
	if (!os_release_read(root, "/etc/os-release", p))
		(void)os_release_read(root, "/usr/lib/os-release", p);
	if (!p->id[0])
		(void)snprintf(p->id, sizeof(p->id), "linux");
	if (uname(&u) == 0)
		os_release_value(u.machine, p->machine, sizeof(p->machine));
	(void)snprintf(p->native, sizeof(p->native), "%s", platform_native(p->machine));
}
